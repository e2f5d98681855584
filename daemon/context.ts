// What every build step gets as its first parameter. A type, a leaf: nothing here runs.
import type { Cache } from '../cache/cache.ts';
import type { BuildEvent } from '../protocol/events.ts';
import type { Prompt, PromptAnswer } from '../protocol/prompts.ts';

export type Log = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** What a build looked at outside the cache, so that the next one can tell whether anything changed. */
export type Trace = {
  /** A file that was read, or that was looked for and is absent. */
  file(path: string): void;
  /** A directory that was listed: names and kinds of its entries count, not their contents. */
  directory(path: string): void;
  /** A variable of the request's environment that was read; undefined when unset. */
  variable(name: string): void;
};

/** The person before the client that a build is for. */
export type Terminal = {
  /** Whether there is one who can be asked. */
  readonly isThere: () => boolean;
  /** Rejects when nobody is there, or whoever was has left. */
  readonly ask: (prompt: Prompt) => Promise<PromptAnswer>;
};

export type Context = {
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly report: (event: BuildEvent) => void;
  readonly cache: Cache;
  readonly trace: Trace;
  /** The client's allow-listed variables. Steps never read process.env. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absent where nobody can be asked. */
  readonly terminal?: Terminal | undefined;
};
