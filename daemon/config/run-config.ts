// One evaluation, on the worker's side: the language, the dialect and the questions to the daemon put together.
import { dirname, resolve } from 'node:path';

import type { Diagnostic } from '../../protocol/diagnostic.ts';
import type { DialectOptions } from '../starlark/dialect.ts';
import { evaluateIn, toDiagnostics } from '../starlark/evaluate.ts';
import { runIn, Thread } from '../starlark/thread.ts';
import { captureFrames } from '../starlark/trace.ts';
import { Binding } from './binding.ts';
import { Buildable } from './buildable.ts';
import type { HostMethod, Reply } from './channel.ts';
import { ConfigError, typeNameOf } from './config-object.ts';
import type { EvaluationOutcome } from './evaluate.ts';
import { Evaluation, type EvaluationRequest, type Outlet, type Place } from './evaluation.ts';
import type { ResolvedTarget } from './resolved-target.ts';

/** How the worker talks to the daemon. */
export type WorkerOutlet = {
  readonly interrupt: Int32Array;
  /** Blocks. */
  readonly ask: (method: HostMethod, request: unknown) => Reply;
  readonly print: (text: string) => void;
  readonly notice: (text: string) => void;
  readonly diagnostic: (diagnostic: Diagnostic) => void;
};

/**
 * PyOxidizer's dialect lets globals be bound again and knows `{1, 2}`; top-level control flow makes more configs valid
 * and changes the meaning of none.
 */
const dialect: DialectOptions = { topLevelControl: true, globalReassign: true, setDisplays: true };

/** Far more than any config does, and about a minute of work: what gets here does not end. */
const stepsMax = 2_000_000_000;

/** Runs one config to its end. What is wrong with it is part of the outcome. */
export function runConfig(request: EvaluationRequest, worker: WorkerOutlet): EvaluationOutcome {
  const files: string[] = [];
  const read = (path: string): string | null => {
    files.push(path);
    return answer(worker.ask('readText', { path })) as string | null;
  };
  const invalid = (diagnostics: readonly Diagnostic[]): EvaluationOutcome => ({
    outcome: 'invalid',
    diagnostics,
    files,
  });

  let binding: Binding | undefined;
  const bound = (): Binding => {
    if (binding === undefined) throw new Error('the config runs before it is bound');
    return binding;
  };
  const evaluation = new Evaluation(request, outletOf(worker), {
    call: (callable, positional) => bound().call(callable, positional),
    plain: (value) => bound().plain(value),
    text: (value) => bound().text(value),
  });
  binding = new Binding(evaluation);

  const thread = new Thread({ print: worker.print, interrupt: worker.interrupt, stepsMax });
  try {
    const source = request.text ?? read(request.config);
    if (source === null)
      return invalid([
        wholeFile(request.config, `unable to find PyOxidizer config file at ${request.config}`),
      ]);
    const evaluated = evaluateIn(thread, {
      file: request.config,
      source,
      predeclared: binding.predeclared(),
      options: dialect,
      load(name, from) {
        const path = resolve(dirname(from), name);
        const text = read(path);
        return text === null ? undefined : { file: path, source: text };
      },
    });
    if ('diagnostics' in evaluated) return invalid(evaluated.diagnostics);
    // A config need not end with resolve_targets(): what was asked for is resolved in any case.
    return runIn(thread, () => {
      evaluation.targets.resolveRequested(evaluation);
      evaluation.tellOutdated();
      const { installations } = evaluation;
      const { names } = evaluation.targets;
      return {
        outcome: 'resolved',
        targets: targetValues(evaluation),
        installations,
        names,
        files,
      };
    });
  } catch (error) {
    if (error instanceof Refused) return invalid([error.diagnostic]);
    if (error instanceof ConfigError) return invalid([wholeFile(request.config, error.message, error.hint)]);
    return invalid(toDiagnostics(error));
  }
}

/** What is wrong with a config after it ran. */
class Refused extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

const wholeFile = (file: string, message: string, hint?: string): Diagnostic => ({
  severity: 'error',
  source: 'config',
  message,
  file,
  ...(hint === undefined ? {} : { hint }),
});

function answer(reply: Reply): unknown {
  if (reply.outcome === 'error') throw new ConfigError(reply.message, reply.hint);
  return reply.value;
}

function outletOf(worker: WorkerOutlet): Outlet {
  return {
    ask: (method, question) => answer(worker.ask(method, question)) as never,
    print: worker.print,
    notice: worker.notice,
    warn: (message, hint) => {
      const diagnostic = here()?.(message, hint);
      if (diagnostic !== undefined) worker.diagnostic({ ...diagnostic, severity: 'warning' });
    },
    hint: worker.diagnostic,
    place: here,
  };
}

/** The innermost call of the config that is running. */
function here(): Place | undefined {
  const [frame] = captureFrames();
  return frame === undefined ? undefined : (message, hint) => frame.source.error(frame, message, hint);
}

function targetValues(evaluation: Evaluation): readonly ResolvedTarget[] {
  const requested = [...evaluation.targets.requested].map((name): ResolvedTarget => {
    const value = evaluation.language.plain(evaluation.targets.resolve(evaluation, name));
    const { registeredAt } = evaluation.targets.get(name);
    const refused = (message: string, hint?: string): Refused =>
      new Refused(registeredAt?.(message, hint) ?? wholeFile(evaluation.request.config, message, hint));
    if (value instanceof Buildable) {
      const folder = evaluation.outputFolder(name);
      try {
        return { name, folder, value: value.value(evaluation, folder) };
      } catch (error) {
        // What was found when all was put together has no line of its own: that of the target is the nearest.
        throw error instanceof ConfigError ? refused(error.message, error.hint) : error;
      }
    }
    const message = `${typeNameOf(value)} does not implement build()`;
    const hint =
      value === null
        ? `the function of target ${name} returns nothing: end it with a \`return\``
        : `target ${name} can be used by other targets, but not built or run itself`;
    throw refused(message, hint);
  });
  // One folder a target: what was asked for on the command line goes before what the config builds by itself.
  const names = new Set(requested.map(({ name }) => name));
  return [...requested, ...evaluation.builds.filter(({ name }) => !names.has(name))];
}
