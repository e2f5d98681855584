// Running files: the door into the interpreter.
import type { Diagnostic, Position } from './diagnostic.ts';
import type { DialectOptions } from './dialect.ts';
import { generate } from './generate.ts';
import type { Program } from './generate.ts';
import { parse } from './parser.ts';
import { resolve } from './resolver.ts';
import type { Environment } from './names.ts';
import type { ResolvedFile } from './resolver.ts';
import { SourceText } from './source-text.ts';
import { nearestName } from './spelling.ts';
import { Mutability, Thread, runIn } from './thread.ts';
import { EvalError, fail } from './trace.ts';
import { universe } from './universe.ts';
import { attributeNames, getAttribute } from './attribute.ts';
import { StarlarkObject } from './value.ts';
import type { Value } from './value.ts';

export type LoadedSource = { readonly file: string; readonly source: string };

export type EvaluateRequest = {
  /** Name of the file in messages; also what `load` gets as `from`. */
  readonly file: string;
  readonly source: string;
  readonly predeclared?: ReadonlyMap<string, Value>;
  readonly options?: DialectOptions;
  /** Finds what `load(name)` in the file `from` means: source text, ready values, or undefined if there is none. */
  readonly load?: (name: string, from: string) => LoadedSource | StarlarkObject | undefined;
  readonly print?: (text: string, position: (Position & { readonly file: string }) | undefined) => void;
  /** Nonzero at index 0 stops the program; share its buffer with another thread to stop it from there. */
  readonly interrupt?: Int32Array;
  /** Calls and loop turns after which the program is stopped. */
  readonly stepsMax?: number;
  /** Leaves the values of the file mutable when it has run. */
  readonly keepMutable?: boolean;
};

export type EvaluateResult =
  | { readonly globals: ReadonlyMap<string, Value>; readonly last: Value | undefined }
  | { readonly diagnostics: readonly Diagnostic[] };

/** Parses, resolves and runs a file, and the files it loads. Errors of the program are a result, not an exception. */
export function evaluateFile(request: EvaluateRequest): EvaluateResult {
  const thread = new Thread({
    print: request.print ?? (() => {}),
    interrupt: request.interrupt,
    stepsMax: request.stepsMax,
  });
  return evaluateIn(thread, request);
}

/** The same in a thread that already exists: its budget, output and interrupt are used. */
export function evaluateIn(thread: Thread, request: EvaluateRequest): EvaluateResult {
  try {
    return runIn(thread, () => new Evaluation(thread, request).file(request));
  } catch (error) {
    return { diagnostics: toDiagnostics(error) };
  }
}

/** The diagnostics of whatever a running program threw; errors that are not the program's are thrown on. */
export function toDiagnostics(error: unknown): readonly Diagnostic[] {
  if (error instanceof EvalError) return error.diagnostics ?? [error.toDiagnostic()];
  if (error instanceof RangeError) {
    // JavaScript's own limits: its stack, and the sizes of its strings and bigints.
    const isStack = error.message.includes('call stack');
    const message = isStack ? 'Starlark stack overflow' : `value too large (${error.message})`;
    return [{ severity: 'error', source: 'config', message }];
  }
  throw error;
}

export type CheckRequest = Pick<EvaluateRequest, 'file' | 'source' | 'options'> & {
  readonly predeclared?: Environment['predeclared'];
  /** Skips name resolution: only the syntax is checked. */
  readonly syntaxOnly?: boolean;
};

/** All errors that can be found without running the file. */
export function checkFile(request: CheckRequest): readonly Diagnostic[] {
  return analyze(request).diagnostics;
}

function analyze(request: CheckRequest): {
  source: SourceText;
  resolved?: ResolvedFile;
  diagnostics: readonly Diagnostic[];
} {
  const { options = {} } = request;
  const source = new SourceText(request.file, request.source);
  const tree = parse(source, options);
  if (request.syntaxOnly || tree.diagnostics.length > 0) return { source, diagnostics: tree.diagnostics };
  const universal =
    options.set === false ? new Map([...universe].filter(([name]) => name !== 'set')) : universe;
  const resolved = resolve(
    source,
    tree,
    { predeclared: request.predeclared ?? new Map(), universal },
    options,
  );
  return { source, resolved, diagnostics: resolved.diagnostics };
}

function compile(request: CheckRequest): Program {
  const { source, resolved, diagnostics } = analyze(request);
  if (resolved === undefined || diagnostics.length > 0) {
    throw new EvalError(diagnostics[0]?.message ?? 'syntax error', { diagnostics });
  }
  return generate(source, resolved, request.options ?? {});
}

type Module = { readonly globals: ReadonlyMap<string, Value> | 'loading' };

class Evaluation {
  readonly #thread: Thread;
  readonly #request: EvaluateRequest;
  readonly #modules = new Map<string, Module>();

  constructor(thread: Thread, request: EvaluateRequest) {
    this.#thread = thread;
    this.#request = request;
  }

  file({ file, source }: LoadedSource): { globals: ReadonlyMap<string, Value>; last: Value | undefined } {
    const { predeclared = new Map<string, Value>(), options = {} } = this.#request;
    const program = compile({ file, source, predeclared, options });
    const thread = this.#thread;
    const outer = thread.mutability;
    const mutability = new Mutability();
    thread.mutability = mutability;
    this.#modules.set(file, { globals: 'loading' });
    try {
      const { globals, last } = program.run(
        {
          thread,
          load: (name) => this.#load(name, file),
          loaded: (values, module, name) => loadedValue(values, module, name),
        },
        ({ name, scope }) => (scope === 'predeclared' ? predeclared : universe).get(name)!,
      );
      this.#modules.set(file, { globals });
      return { globals, last };
    } finally {
      // What the file made can be reached, but no longer changed, by others.
      mutability.isFrozen = file !== this.#request.file || !this.#request.keepMutable;
      thread.mutability = outer === mutability ? new Mutability() : outer;
      if (this.#modules.get(file)?.globals === 'loading') this.#modules.delete(file);
    }
  }

  #load(name: string, from: string): ReadonlyMap<string, Value> {
    const found = this.#request.load?.(name, from);
    if (found === undefined) {
      fail(
        this.#request.load === undefined
          ? 'load not implemented by this application'
          : `cannot load ${name}: no such file`,
      );
    }
    if (found instanceof StarlarkObject) {
      return new Map(attributeNames(found).map((attribute) => [attribute, getAttribute(found, attribute)]));
    }
    const known = this.#modules.get(found.file);
    if (known?.globals === 'loading') fail(`cannot load ${name}: cycle in load graph`);
    return known?.globals ?? this.file(found).globals;
  }
}

function loadedValue(globals: ReadonlyMap<string, Value>, module: string, name: string): Value {
  const value = globals.get(name);
  if (value !== undefined) return value;
  const near = nearestName(name, globals.keys());
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  fail(`load: name ${name} not found in module ${module}${hint}`);
}
