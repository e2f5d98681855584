// Every question a client can ask, once: both sides import these values, and the name of a method is written here only.
// Questions about Pythons are in python-requests.ts, those about licences in licence-requests.ts.
import type { ArtifactKind, BuildEvent } from './events.ts';
import type { LicencePolicy } from './licences.ts';

/** A request as a value; `types` is never set and carries the types. */
export type RequestType<Params, Result> = {
  readonly method: string;
  readonly types?: (params: Params) => Result;
};
export type NotificationType<Params> = { readonly method: string; readonly types?: (params: Params) => void };

export const request = <Params, Result>(method: string): RequestType<Params, Result> => ({ method });
const notification = <Params>(method: string): NotificationType<Params> => ({ method });

/** Raised when a message changes its meaning. A daemon with another number is replaced. */
export const protocolVersion = 1;

/**
 * What must be equal for a daemon to serve a client. Nothing is in here that does not need a new process: which Node runs
 * it, the terminal and the environment differ from client to client and travel with each request instead.
 */
export type Identity = {
  readonly protocol: number;
  readonly version: string;
  /** The checkout or installed package the code belongs to. */
  readonly packageFolder: string;
  readonly cacheFolder: string;
};

/** The first message of a connection. May be followed at once by the next one, without waiting for the answer. */
export type HelloParams = {
  readonly token: string;
  readonly pid: number;
  /** The daemon that is wanted. Absent from who only looks at one or stops it: any will do. */
  readonly identity?: Identity;
};
export type HelloResult = { readonly daemonId: string; readonly pid: number; readonly version: string };
export const Hello = request<HelloParams, HelloResult>('oxd/hello');

/** A program without a config: what the daemon writes a config for, and evaluates it as if it were a file. Paths are absolute. */
export type OneStep = {
  readonly subject:
    | { readonly kind: 'script'; readonly path: string }
    | { readonly kind: 'folder'; readonly path: string }
    /** Packages from an index alone; the program is built below this folder. */
    | { readonly kind: 'packages'; readonly path: string };
  /** Requirements as pip takes them; relative paths start at the subject's folder. */
  readonly pip: readonly string[];
  /** "module:function", the name of a console script, or a module. */
  readonly entry?: string;
  readonly name?: string;
  /** "3.12" or "3.12.1". */
  readonly python?: string;
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly requirements: readonly string[];
  readonly lock?: string;
  /** Modules and folders beside a script that no import names. */
  readonly include: readonly string[];
};

/** What a config is evaluated with. */
export type ConfigRequest = {
  /** Absolute path of a pyoxidizer.bzl; with `oneStep`, of what stands in its place. */
  readonly config: string;
  readonly oneStep?: OneStep;
  readonly release: boolean;
  readonly triple?: string;
  /** `--var` and `--var-env`; null where the variable of `--var-env` is not set (None in the config). */
  readonly variables: Readonly<Record<string, string | null>>;
  /** The client's allow-listed variables (environment.ts): all that steps and their programs see. */
  readonly environment: Readonly<Record<string, string>>;
};

export type BuildRequest = ConfigRequest & {
  /** Empty: the default target. */
  readonly targets: readonly string[];
  /** `run` needs exactly one target that gives an executable; the answer names it. */
  readonly mode: 'build' | 'run';
  /** Beside what the config itself says. */
  readonly licences?: LicencePolicy;
};
/** Events of the request come as `Events` notifications that carry this number; chosen by the client. */
export type Streamed = {
  readonly stream: number;
  /** Whether there is a person who answers what a config asks (prompts.ts). */
  readonly asks?: boolean;
};

export type Artifact = {
  readonly target: string;
  readonly kind: ArtifactKind;
  readonly path: string;
};
/** Failures are error responses (failure-data.ts). */
export type BuildOutcome = {
  readonly outcome: 'built' | 'unchanged';
  readonly artifacts: readonly Artifact[];
  /** With mode `run`: the program to become. */
  readonly run?: { readonly path: string };
  readonly ms: number;
};
export const Build = request<BuildRequest & Streamed, BuildOutcome>('oxd/build');

/** Answers only when it is cancelled or cannot go on; each round ends with a `round` event. */
export const Watch = request<BuildRequest & Streamed, null>('oxd/watch');

/** The config that a request with `oneStep` is built by, as text for its folder. */
export type WrittenConfig = { readonly text: string; readonly targets: readonly string[] };
export const WriteConfig = request<ConfigRequest & Streamed, WrittenConfig>('oxd/writeConfig');

export type Target = { readonly name: string; readonly default: boolean };
/** Sorted by name. */
export const Targets = request<ConfigRequest & Streamed, readonly Target[]>('oxd/targets');

export type CacheReport = {
  readonly folder: string;
  readonly kinds: readonly { readonly kind: string; readonly count: number; readonly bytes: number }[];
};
export const CacheStats = request<Record<string, never>, CacheReport>('oxd/cacheStats');
/** Removes everything that the cache holds; answers with what it held. Builds that run meanwhile are done again. */
export const ClearCache = request<Record<string, never>, CacheReport>('oxd/cacheClear');

export type RunningBuild = {
  readonly config: string;
  readonly targets: readonly string[];
  /** Milliseconds since it was asked for. */
  readonly ms: number;
};
export type DaemonReport = {
  readonly pid: number;
  readonly daemonId: string;
  readonly version: string;
  readonly node: string;
  readonly uptimeMs: number;
  /** Resident memory. */
  readonly rssBytes: number;
  /** Other connections than the one that asks. */
  readonly clients: number;
  readonly builds: readonly RunningBuild[];
  /** Milliseconds until the daemon ends for want of work; null while it works. */
  readonly idleExitMs: number | null;
  readonly cacheFolder: string;
  readonly logFile: string;
};
export const Status = request<Record<string, never>, DaemonReport>('oxd/status');

/** Answered before the daemon begins to stop: running builds are cancelled, and the process is gone soon after. */
export const Stop = request<{ readonly reason: string }, { readonly pid: number }>('oxd/stop');

export const Events = notification<{ readonly stream: number; readonly events: readonly BuildEvent[] }>(
  'oxd/events',
);

/** The client stops waiting for the request with this id; the library on the daemon's side knows this one. */
export const Cancel = notification<{ readonly id: number }>('$/cancelRequest');
