// The engine: who may build what at the same time. Equal requests share one build, builds of one workspace follow one
// another, and a build ends when the last of those who wait for it has gone.
import type { Cache } from '../cache/cache.ts';
import { openCache } from '../cache/open.ts';
import type { BuildEvent } from '../protocol/events.ts';
import { Failure } from '../protocol/failure.ts';
import type {
  BuildOutcome,
  BuildRequest,
  ConfigRequest,
  RequestType,
  RunningBuild,
  Target,
  WrittenConfig,
} from '../protocol/requests.ts';
import { ListOfUses, TrimmedProgram, WatchedProgram } from '../protocol/trim-requests.ts';
import { type BuildTools, build, listTargets, lookedAt, traceKey, writeConfigOf } from './build.ts';
import { ConfigEvaluator } from './config/evaluate.ts';
import { EarlyBuilds } from './early-builds.ts';
import type { Caller, CreateEngine, Engine, EngineOptions } from './engine.ts';
import { PieceMemory } from './executable/piece-memory.ts';
import { BytecodeCompiler } from './python/bytecode.ts';
import { Images } from './targets/images.ts';
import { StandardLibraries } from './targets/resource-sets.ts';
import { orAborted, terminalOfWaiting } from './terminal.ts';
import { TraceMemory } from './trace-memory.ts';
import { watchBuilds } from './watch-builds.ts';

/** Sources of an application of some thousand modules; more is read again at each build. */
const pieceBytesMax = 24 * 1024 * 1024;
/** Questions that write what a build may write. Not those of build scripts: theirs are asked in the middle of a build. */
const takingTurns = new Set([WatchedProgram, ListOfUses, TrimmedProgram].map(({ method }) => method));
/** Of one build, for those who join it late. */
const replayEventsMax = 10_000;

/** Long enough that builds in a row are not held up by it. */
const collectDelayMs = 5_000;

type Shared = {
  readonly key: string;
  readonly request: BuildRequest;
  readonly started: number;
  readonly abort: AbortController;
  readonly callers: Set<Caller>;
  /** All who have followed it so far. */
  followers: number;
  readonly events: BuildEvent[];
  readonly result: Promise<BuildOutcome>;
};

export const createEngine: CreateEngine = (options) => new Builds(options);

class Builds implements Engine {
  readonly #tools: BuildTools;
  readonly #cache: Cache;
  readonly #evaluator: ConfigEvaluator;
  readonly #compiler = new BytecodeCompiler();
  readonly #images: Images;
  readonly #running = new Map<string, Shared>();
  #collection: NodeJS.Timeout | undefined;
  /** The last build of each workspace, settled or not: the next one waits for it. */
  readonly #turns = new Map<string, Promise<unknown>>();

  readonly #early: EarlyBuilds | undefined;

  constructor({ cacheFolder, log, startsEarly }: EngineOptions) {
    this.#cache = openCache(cacheFolder, { log: { warn: (fields, message) => log.warn(fields, message) } });
    this.#evaluator = new ConfigEvaluator();
    this.#images = new Images(() => this.#cache.scratch());
    this.#tools = {
      log,
      cache: this.#cache,
      evaluator: this.#evaluator,
      compiler: this.#compiler,
      pieces: new PieceMemory(pieceBytesMax),
      libraries: new StandardLibraries(),
      traces: new TraceMemory(this.#cache),
      images: this.#images,
    };
    if (startsEarly === true)
      this.#early = new EarlyBuilds({
        log,
        lookedAt: (request) => lookedAt(this.#tools, request),
        build: (request) => this.#buildEarly(request),
      });
  }

  async build(request: BuildRequest, caller: Caller): Promise<BuildOutcome> {
    caller.signal.throwIfAborted();
    const outcome = await this.#build(request, caller);
    const key = traceKey(request);
    const untold = this.#early?.untold(key);
    this.#early?.follow(key, request, outcome.outcome);
    if (outcome.outcome === 'built' || untold === undefined) return outcome;
    // It was built since this was asked for the last time, though not by this request.
    for (const event of untold) caller.report(event);
    return { ...outcome, outcome: 'built' };
  }

  async #build(request: BuildRequest, caller: Caller): Promise<BuildOutcome> {
    const key = JSON.stringify(request);
    const joined = this.#running.get(key);
    if (joined === undefined) return this.#follow(this.#start(key, request), caller);
    const outcome = await this.#follow(joined, caller);
    // It began before it was asked for here: it may not have seen what was saved in between. A look at the trace tells.
    const later = await this.#follow(this.#running.get(key) ?? this.#start(key, request), caller);
    return later.outcome === 'unchanged' ? outcome : later;
  }

  /** Reports what happened so far and what will; the build ends when the last who follows it leaves. */
  async #follow(shared: Shared, caller: Caller): Promise<BuildOutcome> {
    for (const event of shared.events) caller.report(event);
    shared.callers.add(caller);
    shared.followers += 1;
    try {
      return await orAborted(shared.result, caller.signal);
    } finally {
      shared.callers.delete(caller);
      if (shared.callers.size === 0) {
        if (this.#running.get(shared.key) === shared) this.#running.delete(shared.key);
        shared.abort.abort(caller.signal.reason);
        // Whoever left learns that the children are gone by the time that the answer is there.
        await shared.result.catch(() => undefined);
      }
    }
  }

  #start(key: string, request: BuildRequest): Shared {
    const abort = new AbortController();
    const events: BuildEvent[] = [];
    const callers = new Set<Caller>();
    const report = (event: BuildEvent): void => {
      if (events.length < replayEventsMax) events.push(event);
      for (const caller of callers) caller.report(event);
    };
    const before = this.#turns.get(request.config) ?? Promise.resolve();
    const result = before.then(() => {
      abort.signal.throwIfAborted();
      const terminal = terminalOfWaiting(callers, abort.signal);
      return build(this.#tools, request, { signal: abort.signal, report, terminal });
    });
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(request.config, settled);
    const started = performance.now();
    const shared: Shared = { key, request, started, abort, callers, followers: 0, events, result };
    this.#running.set(key, shared);
    void settled.then(() => {
      if (this.#running.get(key) === shared) this.#running.delete(key);
      if (this.#turns.get(request.config) === settled) this.#turns.delete(request.config);
      this.#collectLater();
    });
    return shared;
  }

  /** A build that nobody waits for. One who asks meanwhile joins it or waits for its turn, and looks at the trace again. */
  async #buildEarly(request: BuildRequest): Promise<readonly BuildEvent[] | undefined> {
    if (this.#tools.traces.hasAsked(traceKey(request))) return undefined;
    const key = JSON.stringify(request);
    const shared = this.#running.get(key) ?? this.#start(key, request);
    try {
      const { outcome } = await shared.result;
      return outcome === 'built' && shared.followers === 0 ? shared.events : undefined;
    } catch (error) {
      if (!(error instanceof Failure) && !shared.abort.signal.aborted) throw error;
      return undefined; // it fails again, and says why, when somebody asks
    }
  }

  /** The cache is kept below its limit while nobody waits. */
  #collectLater(): void {
    clearTimeout(this.#collection);
    this.#collection = setTimeout(() => {
      if (this.#running.size > 0) return;
      this.#cache.collect().catch((error: unknown) => this.#tools.log.warn({ error }, 'cache not collected'));
    }, collectDelayMs).unref();
  }

  watch(request: BuildRequest, caller: Caller): Promise<void> {
    return watchBuilds(this.#tools, request, caller, (round) => this.build(request, round));
  }

  targets(request: ConfigRequest, caller: Caller): Promise<readonly Target[]> {
    return listTargets(this.#tools, request, caller);
  }

  writeConfig(request: ConfigRequest, caller: Caller): Promise<WrittenConfig> {
    return writeConfigOf(this.#tools, request, caller);
  }

  cacheStats(): ReturnType<Engine['cacheStats']> {
    return { folder: this.#cache.folder, kinds: this.#cache.stats() };
  }

  async answer<P, R>(question: RequestType<P, R>, params: P, caller: Caller): Promise<R> {
    const { answer } = await import('./answers.ts');
    const { config } = params as { readonly config?: string };
    if (config === undefined || !takingTurns.has(question.method))
      return answer(this.#tools, question, params, caller);
    // They build too: not while a build of the same workspace writes.
    const before = this.#turns.get(config) ?? Promise.resolve();
    const result = before.then(() => {
      caller.signal.throwIfAborted();
      return answer(this.#tools, question, params, caller);
    });
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(config, settled);
    void settled.then(() => {
      if (this.#turns.get(config) === settled) this.#turns.delete(config);
    });
    return orAborted(result, caller.signal);
  }

  status(): { readonly builds: readonly RunningBuild[] } {
    const now = performance.now();
    return {
      builds: [...this.#running.values()].map(({ request, started }) => ({
        config: request.config,
        targets: request.targets,
        ms: Math.round(now - started),
      })),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { abort } of this.#running.values()) abort.abort();
    await Promise.allSettled(this.#turns.values());
    clearTimeout(this.#collection);
    await this.#early?.[Symbol.asyncDispose]();
    await this.#images[Symbol.asyncDispose]();
    await this.#compiler[Symbol.asyncDispose]();
    await this.#evaluator[Symbol.asyncDispose]();
    this.#cache.close();
  }
}
