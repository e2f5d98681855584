// One build: is the last one's trace still true? If not: config, targets, artifacts, and a new trace.
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Cache } from '../cache/cache.ts';
import { inputFailure } from '../protocol/failure.ts';
import type {
  Artifact,
  BuildOutcome,
  BuildRequest,
  ConfigRequest,
  Target,
  WrittenConfig,
} from '../protocol/requests.ts';
import { version } from '../protocol/version.ts';
import { codeFolder, stampOf } from './code-stamp.ts';
import { configHost } from './config-host.ts';
import type { ConfigEvaluator, EvaluationOutcome } from './config/evaluate.ts';
import type { ResolvedTarget } from './config/resolved-target.ts';
import type { Context, Log } from './context.ts';
import type { Caller } from './engine.ts';
import { rustProject } from './executable/cargo-project.ts';
import { withHintsOnce } from './hints-once.ts';
import type { LayerTools } from './executable/resource-layer.ts';
import { explainWritten } from './one-step/explain.ts';
import { writeConfig } from './one-step/plan.ts';
import { LostBytes } from './python/lost-bytes.ts';
import { buildTarget, install } from './targets/build-target.ts';
import type { Images } from './targets/images.ts';
import { ResourceSets, type StandardLibraries } from './targets/resource-sets.ts';
import { notedTerminal } from './terminal.ts';
import { type Recorder, checkTrace, recordTrace } from './trace.ts';
import type { TraceMemory } from './trace-memory.ts';
import type { WatchSet } from './watch.ts';

/** What the engine keeps between builds. */
export type BuildTools = LayerTools & {
  readonly log: Log;
  readonly cache: Cache;
  readonly evaluator: ConfigEvaluator;
  readonly libraries: StandardLibraries;
  readonly traces: TraceMemory;
  readonly images: Images;
};

/** The only system that images are made for so far. */
const hostTriple = 'x86_64-unknown-linux-gnu';

/** Saves of an editor come in bursts shorter than this many builds; files that keep changing are worth an error. */
const attemptsMax = 3;

/** What a finished build leaves for the next one, beside what it looked at. */
type Remembered = { readonly artifacts: readonly Artifact[]; readonly run: string | null };

/** Answers from the trace, or builds. Expected failures are thrown as Failure. */
export async function build(tools: BuildTools, request: BuildRequest, caller: Caller): Promise<BuildOutcome> {
  const started = performance.now();
  const outcome = (answer: 'built' | 'unchanged', { artifacts, run }: Remembered): BuildOutcome => ({
    outcome: answer,
    artifacts: [...artifacts],
    ...(run === null ? {} : { run: { path: run } }),
    ms: Math.round(performance.now() - started),
  });

  const key = traceKey(request);
  const last = tools.traces.get<Remembered>(key);
  if (
    last !== undefined &&
    !(request.mode === 'run' && last.result.run === null) &&
    checkTrace({ cache: tools.cache, environment: request.environment }, last.record) === 'same'
  ) {
    tools.traces.recover(key);
    return outcome('unchanged', last.result);
  }

  for (let attempt = 1; ; attempt += 1) {
    const trace = recordTrace({ cache: tools.cache, environment: request.environment });
    let hasAsked = false;
    const terminal = notedTerminal(caller.terminal, () => {
      hasAsked = true;
    });
    const context = contextOf(tools, request, { ...caller, terminal }, trace);
    try {
      const { written, ...result } = await buildTargets(tools, context, request);
      const { record, disturbed } = trace.finish(written);
      if (disturbed.length > 0) tools.log.info({ disturbed }, 'files changed while they were built');
      if (hasAsked) tools.traces.ask(key, record);
      else tools.traces.put(key, record, result);
      return outcome('built', result);
    } catch (error) {
      const { record, disturbed } = trace.finish([]);
      // Watching goes on with what the failed build looked at: the mistake is in there.
      tools.traces.fail(key, record);
      // A file that was read in the middle of a save: what was wrong with it may be over.
      const isLost = error instanceof LostBytes;
      if ((disturbed.length === 0 && !isLost) || attempt >= attemptsMax || context.signal.aborted)
        throw error;
      if (isLost) forget(tools);
      tools.log.info({ disturbed, isLost, attempt }, 'files or the cache changed meanwhile: once more');
    }
  }
}

/** Drops what is remembered in memory of a cache that was emptied. */
export function forget({ traces, libraries, compiler }: BuildTools): void {
  traces.clear();
  libraries.forget();
  compiler.forget();
}

async function buildTargets(
  tools: BuildTools,
  context: Context,
  request: BuildRequest,
): Promise<Remembered & { readonly written: readonly string[] }> {
  const sets = new ResourceSets(tools.libraries);
  const written = await writtenConfig(context, request);
  const targets = written !== undefined && request.targets.length === 0 ? written.targets : request.targets;
  const evaluated = await evaluate(tools, context, { ...request, text: written?.text }, sets, targets);
  if (evaluated.targets.length === 0 && evaluated.installations.length === 0) throw nothingToBuild(request);
  const artifacts: Artifact[] = [];
  const outputs: string[] = [];
  let run: string | null = null;
  const bench = {
    ...tools,
    sets,
    policy: request.licences ?? { deny: [], allow: [] },
    profile: request.release ? ('release' as const) : ('debug' as const),
    project: written === undefined ? rustProject(context, dirname(request.config)) : undefined,
  };
  const once = withHintsOnce(context, request.config);
  for (const target of evaluated.targets) {
    const built = await buildTarget(once, bench, target);
    for (const artifact of built.artifacts) context.report({ event: 'artifact', ...artifact });
    artifacts.push(...built.artifacts);
    run = built.run ?? run;
    outputs.push(...built.written);
  }
  for (const installation of evaluated.installations) {
    outputs.push(...(await install(context, bench, installation)));
    const { path } = installation;
    context.report({ event: 'artifact', target: 'install', kind: 'directory', path });
  }
  // Several programs of one project: none of them is the one to run.
  if (written !== undefined && written.targets.length > 1) run = null;
  if (request.mode === 'run' && run === null) throw notRunnable(evaluated.targets);
  return { artifacts, run, written: outputs };
}

/** The config of a program without one. A program that is run is one. */
async function writtenConfig(context: Context, request: BuildRequest): Promise<WrittenConfig | undefined> {
  if (request.oneStep === undefined) return undefined;
  const written = await writeConfig(context, request);
  if (request.mode === 'run' && request.targets.length === 0 && written.targets.length > 1)
    throw inputFailure(`Cannot tell which program to run: there are ${written.targets.join(', ')}`, {
      hint: `choose one with --entry, such as --entry ${written.targets[0]}`,
    });
  return written;
}

/** The config that a build without one goes by; what has to be installed for it is installed. */
export function writeConfigOf(
  tools: BuildTools,
  request: ConfigRequest,
  caller: Caller,
): Promise<WrittenConfig> {
  const trace = recordTrace({ cache: tools.cache, environment: request.environment });
  return writeConfig(contextOf(tools, request, caller, trace), request);
}

/** The files and directories that the last build of a request looked at, also when it failed. */
export function lookedAt({ traces }: BuildTools, request: BuildRequest): WatchSet | undefined {
  const record = traces.lookedAt(traceKey(request));
  return record === undefined
    ? undefined
    : { files: record.files.paths, directories: record.directories.paths };
}

/** Names of the targets that a config registers; nothing is built. */
export async function listTargets(
  tools: BuildTools,
  request: ConfigRequest,
  caller: Caller,
): Promise<readonly Target[]> {
  const context = contextOf(
    tools,
    request,
    caller,
    recordTrace({ cache: tools.cache, environment: request.environment }),
  );
  const { names } = await evaluate(tools, context, request, new ResourceSets(tools.libraries), 'none');
  return names.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function contextOf(tools: BuildTools, request: ConfigRequest, caller: Caller, trace: Recorder): Context {
  return {
    signal: caller.signal,
    log: tools.log,
    report: caller.report,
    cache: tools.cache,
    trace,
    environment: request.environment,
    terminal: caller.terminal,
  };
}

/** What is no longer as the last build of a request, finished or failed, has seen it. */
export function changedSince({ traces, cache }: BuildTools, request: BuildRequest): readonly string[] {
  const record = traces.lookedAt(traceKey(request));
  if (record === undefined) return [];
  const checked = checkTrace({ cache, environment: request.environment }, record);
  return checked === 'same' ? [] : checked.changed;
}

/** Who works on oxd, or updates it, wants what the new code builds. */
const code = stampOf(codeFolder);

/** Everything that decides about a build and is not looked up during it. */
export function traceKey(request: BuildRequest): string {
  const { config, oneStep, targets, release, triple, variables, licences } = request;
  const sorted = Object.entries(variables).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const parts = {
    version,
    code,
    config,
    oneStep,
    targets,
    release,
    triple: triple ?? hostTriple,
    variables: sorted,
    licences,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** What a config comes to. Throws its mistakes as a Failure. `ignoredList`: see EvaluationRequest. */
export async function evaluate(
  tools: BuildTools,
  context: Context,
  request: ConfigRequest & { readonly text?: string | undefined; readonly buildScript?: boolean },
  sets: ResourceSets,
  targets: readonly string[] | 'none',
  ignoredList?: string,
): Promise<Extract<EvaluationOutcome, { outcome: 'resolved' }>> {
  const triple = request.triple ?? hostTriple;
  if (triple !== hostTriple)
    throw inputFailure(`Cannot build for "${triple}": this version builds for ${hostTriple} only`);
  context.trace.file(request.config);
  const once = withHintsOnce(context, request.config);
  const evaluated = await explainWritten(request.text, () =>
    tools.evaluator.evaluate(once, configHost(context, sets, request.config), {
      config: request.config,
      ...(request.text === undefined ? {} : { text: request.text }),
      ...(request.buildScript === undefined ? {} : { buildScript: request.buildScript }),
      targets,
      triple,
      release: request.release,
      variables: request.variables,
      ...(ignoredList === undefined ? {} : { ignoredList }),
    }),
  );
  if (evaluated.outcome === 'invalid') {
    const errors = evaluated.diagnostics.filter(({ severity }) => severity === 'error').length;
    throw inputFailure(`Cannot evaluate the config: ${errors === 1 ? 'one error' : `${errors} errors`}`, {
      diagnostics: evaluated.diagnostics,
    });
  }
  for (const file of evaluated.files) context.trace.file(file);
  return evaluated;
}

const nothingToBuild = ({ config, mode }: BuildRequest): Error =>
  inputFailure(
    mode === 'run' ? 'unable to determine target to run' : `Cannot build ${config}: it registers no target`,
    { hint: 'register one at the end of the config: register_target("exe", make_exe)' },
  );

function notRunnable(targets: readonly ResolvedTarget[]): Error {
  const [target] = targets;
  // A config that only installs files.
  if (target === undefined)
    return inputFailure('unable to determine target to run', { hint: 'register a target in the config' });
  return inputFailure(
    `Cannot run the target "${target.name}": a ${target.value.type} holds no single program`,
    {
      hint: 'name a target that gives an executable with --target',
    },
  );
}
