// Compiles modules with the Python that will run them, once for equal sources.
import { availableParallelism } from 'node:os';
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import type { Diagnostic } from '../../protocol/diagnostic.ts';
import { environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { withStep } from '../step.ts';
import { type CompileAnswer, CompileWorker, type SyntaxProblem, WorkerGone } from './compile-worker.ts';
import type { Distribution } from './distribution.ts';
import { canonicalMarshal } from './marshal.ts';
import type { Content } from './resource.ts';

export type ModuleToCompile = {
  /** Where the module stands in the packed tree; its name in tracebacks. */
  readonly path: string;
  readonly content: Content;
  readonly level: 0 | 1 | 2;
};

/** A .pyc in the cache's blobs, or why there is none: the module's source is packed all the same. */
export type CompiledModule =
  | { readonly pyc: Sha256; readonly size: number }
  | { readonly diagnostic: Diagnostic };

type BytecodeKey = {
  readonly source: Sha256;
  readonly path: string; // compiled in, as the file of every function
  readonly level: 0 | 1 | 2;
  readonly python: string; // full version: patch releases fix the compiler without a new magic number
  readonly magic: string;
};
type Bytecode = { readonly pyc: Sha256; readonly size: number } | { readonly problem: SyntaxProblem };

/** 1: the first. */
const bytecodes: ResultType<BytecodeKey, Bytecode> = { kind: 'bytecode', version: 1 };

/** A warm process costs 10 MB; people who edit come back within a minute. */
const idleMs = 60_000;
/** One process compiles a dozen edited modules before a second one has started. */
const modulesPerWorker = 24;
const workersMax = Math.min(2, availableParallelism());
/** Requests that a process has at once: enough that it never waits for the daemon. */
const windowPerWorker = 8;
/** Rows are written in portions, so that a cancelled build keeps what was compiled. */
const rowsPerWrite = 100;
/** Results kept in memory, 300 bytes each. */
const recentMax = 10_000;
/** A module that ends the process twice is the reason. */
const attemptsMax = 2;

/** The compiling processes of a daemon, by Python. Dispose of it to end them. */
export class BytecodeCompiler {
  readonly #workers = new Map<string, CompileWorker[]>();
  readonly #idleMs: number;
  readonly #recent = new Map<string, Bytecode>();

  constructor(options: { readonly idleMs?: number } = {}) {
    this.#idleMs = options.idleMs ?? idleMs;
  }

  /** Aligned with `modules`. Nothing starts when all are in the cache. */
  async compileModules(
    context: Context,
    distribution: Distribution,
    modules: readonly ModuleToCompile[],
  ): Promise<CompiledModule[]> {
    const keys = modules.map(({ path, content, level }): BytecodeKey => ({
      source: content.sha256,
      path,
      level,
      python: distribution.version,
      magic: distribution.magic,
    }));
    const results = this.#lookUp(context, keys);
    const missing = results.flatMap((result, index) => (result === undefined ? [index] : []));
    if (missing.length > 0)
      await withStep(context, 'bytecode', subjectOf(modules, missing), (step) =>
        this.#compileMissing(context, distribution, { modules, keys, results, missing, step }),
      );
    return results.map((result, index) => {
      const module = modules[index];
      if (result === undefined || module === undefined) throw new Error('a module was not compiled');
      return 'pyc' in result ? result : { diagnostic: toDiagnostic(module, result.problem) };
    });
  }

  /** The cache may have been emptied: what is in memory is not to be trusted. */
  forget(): void {
    this.#recent.clear();
  }

  /** From memory, else from the cache: after an edit all but one of a thousand were just asked for. */
  #lookUp(context: Context, keys: readonly BytecodeKey[]): (Bytecode | undefined)[] {
    const names = keys.map(
      ({ source, path, level, python, magic }) => `${source} ${level} ${python} ${magic} ${path}`,
    );
    const results = names.map((name) => this.#recent.get(name));
    const unknown = results.flatMap((result, index) => (result === undefined ? [index] : []));
    const stored = context.cache.getMany(
      bytecodes,
      unknown.map((index) => keys[index]!),
    );
    for (const [at, index] of unknown.entries()) {
      const result = stored[at];
      results[index] = result;
      if (result !== undefined) this.#recent.set(names[index]!, result);
    }
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= recentMax) break;
      this.#recent.delete(oldest);
    }
    return results;
  }

  async #compileMissing(
    context: Context,
    distribution: Distribution,
    batch: {
      readonly modules: readonly ModuleToCompile[];
      readonly keys: readonly BytecodeKey[];
      readonly results: (Bytecode | undefined)[];
      readonly missing: readonly number[];
      readonly step: number;
    },
  ): Promise<void> {
    const { modules, keys, results, missing, step } = batch;
    const count = Math.min(workersMax, Math.ceil(missing.length / modulesPerWorker));
    const minor = Number(distribution.version.split('.')[1]);
    const header = pycHeader(distribution.magic);
    let rows: [BytecodeKey, Bytecode, Sha256[]][] = [];
    let next = 0;
    let done = 0;
    const write = (): void => {
      context.cache.putMany(bytecodes, rows);
      rows = [];
    };
    const lane = async (): Promise<void> => {
      while (next < missing.length) {
        context.signal.throwIfAborted();
        const index = missing[next++];
        const module = index === undefined ? undefined : modules[index];
        const key = index === undefined ? undefined : keys[index];
        if (index === undefined || module === undefined || key === undefined) return;
        const answer = await this.#compile(context, distribution, module, count);
        const result = store(context, module, answer, header, minor);
        results[index] = result;
        rows.push([key, result, 'pyc' in result ? [result.pyc] : []]);
        done += 1;
        context.report({ event: 'step-progress', step, done, total: missing.length, unit: 'modules' });
        if (rows.length >= rowsPerWrite) write();
      }
    };
    const lanes = Array.from({ length: count * windowPerWorker }, () =>
      lane().catch((error: unknown) => {
        next = missing.length; // the others stop at their next module
        throw error;
      }),
    );
    // All have stopped before this returns, also when one fails: nothing reports or writes afterwards.
    const ends = await Promise.allSettled(lanes);
    write();
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #compile(
    context: Context,
    distribution: Distribution,
    module: ModuleToCompile,
    count: number,
  ): Promise<CompileAnswer> {
    const source =
      module.content.at === 'file'
        ? { file: module.content.path }
        : { bytes: context.cache.blobs.get(module.content.sha256) ?? gone(module) };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const worker = this.#worker(context, distribution, count);
        return await worker.compile({ path: module.path, level: module.level, source });
      } catch (error) {
        if (!(error instanceof WorkerGone)) throw error;
        context.signal.throwIfAborted();
        context.log.warn({ path: module.path, attempt }, 'compiling process ended');
        if (attempt >= attemptsMax)
          throw environmentFailure(
            `Cannot compile "${module.path}": ${distribution.executable} ends while it does`,
            {
              hint: 'check that this Python works, or name another one with OXD_PYTHON_DISTRIBUTION',
              cause: error,
            },
          );
      }
    }
  }

  /** The least busy process of a distribution, started when there are fewer than `count`. */
  #worker(context: Context, distribution: Distribution, count: number): CompileWorker {
    const python = distribution.executable;
    const alive = (this.#workers.get(python) ?? []).filter((worker) => !worker.ended);
    if (alive.length < count) alive.push(new CompileWorker(context, distribution, this.#idleMs));
    this.#workers.set(python, alive);
    const [first, ...others] = alive;
    if (first === undefined) throw new Error('no compiling process was started');
    return others.reduce((best, worker) => (worker.load < best.load ? worker : best), first);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const workers = [...this.#workers.values()].flat();
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

function subjectOf(modules: readonly ModuleToCompile[], missing: readonly number[]): string {
  const only = missing.length === 1 ? modules[missing[0] ?? 0] : undefined;
  return only === undefined ? `${missing.length} modules` : only.path;
}

/** PEP 552: hash-based and unchecked, so that no source and no time is looked at when it is loaded. */
function pycHeader(magic: string): Buffer {
  const header = Buffer.alloc(8);
  header.write(magic, 'hex');
  header.writeUInt32LE(1, 4);
  return header;
}

function store(
  context: Context,
  module: ModuleToCompile,
  answer: CompileAnswer,
  header: Buffer,
  minor: number,
): Bytecode {
  if (answer.sha256 !== module.content.sha256) {
    const name = module.content.at === 'file' ? module.content.path : module.path;
    throw inputFailure(`"${name}" changed while it was compiled`, { hint: 'build again' });
  }
  if ('error' in answer) return { problem: answer.error };
  const pyc = Buffer.concat([
    header,
    Buffer.from(answer.hash, 'hex'),
    canonicalMarshal(answer.marshal, minor),
  ]);
  return { pyc: context.cache.blobs.put(pyc), size: pyc.length };
}

function gone(module: ModuleToCompile): never {
  throw new Error(`the source of "${module.path}" is no longer in the cache`);
}

function toDiagnostic(module: ModuleToCompile, problem: SyntaxProblem): Diagnostic {
  const line = Math.max(1, problem.line ?? 1);
  const column = Math.max(1, problem.column ?? 1);
  return {
    severity: 'warning',
    message: problem.message,
    source: 'python',
    file: module.content.at === 'file' ? module.content.path : module.path,
    range: {
      start: { line, column },
      end: {
        line: Math.max(line, problem.endLine ?? line),
        column: Math.max(1, problem.endColumn ?? column),
      },
    },
    ...(problem.text ? { sourceLine: problem.text.replace(/\r?\n[^]*$/, '') } : {}),
    hint: 'the file is packed as it is, without bytecode',
  };
}
