// What the daemon's plumbing asks of the engine. A type, a leaf: session.ts calls it, builds.ts implements it.
import type { BuildEvent } from '../protocol/events.ts';
import type {
  BuildOutcome,
  BuildRequest,
  CacheReport,
  ConfigRequest,
  RequestType,
  RunningBuild,
  Target,
  WrittenConfig,
} from '../protocol/requests.ts';
import type { Log, Terminal } from './context.ts';

export type EngineOptions = {
  /** Absolute; created when missing. */
  readonly cacheFolder: string;
  readonly log: Log;
  /** Builds before they are asked for, when modules of a program are saved. For a process that lives on. */
  readonly startsEarly?: boolean;
};

/** How a caller follows one request: aborting the signal ends it, with no child alive afterwards. */
export type Caller = {
  readonly signal: AbortSignal;
  readonly report: (event: BuildEvent) => void;
  /** Who can be asked by a config; absent when nobody can. */
  readonly terminal?: Terminal | undefined;
};

/** Expected failures are thrown as `Failure`. */
export type Engine = {
  build(request: BuildRequest, caller: Caller): Promise<BuildOutcome>;
  /** Resolves when the signal is aborted. A round that fails is an event, not the end. */
  watch(request: BuildRequest, caller: Caller): Promise<void>;
  /** Sorted by name. */
  targets(request: ConfigRequest, caller: Caller): Promise<readonly Target[]>;
  /** The config that a request without one is built by. */
  writeConfig(request: ConfigRequest, caller: Caller): Promise<WrittenConfig>;
  cacheStats(): CacheReport;
  /** Everything else that protocol/questions.ts lists. */
  answer<P, R>(question: RequestType<P, R>, params: P, caller: Caller): Promise<R>;
  status(): { readonly builds: readonly RunningBuild[] };
  [Symbol.asyncDispose](): Promise<void>;
};

export type CreateEngine = (options: EngineOptions) => Engine | Promise<Engine>;
