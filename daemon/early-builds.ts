// Starts the build that somebody is about to ask for: a module was saved, of a program that was built a while ago. Until
// `oxd` has started, most of the work is done. Whoever asks still gets the answer of the sweep; this only makes it "same".
import type { BuildEvent } from '../protocol/events.ts';
import type { BuildRequest } from '../protocol/requests.ts';
import type { Log } from './context.ts';
import { type Watch, type WatchSet, watchPaths } from './watch.ts';

type Followed = {
  readonly request: BuildRequest;
  readonly stop: AbortController;
  watch: Promise<Watch> | undefined;
  later: NodeJS.Timeout | undefined;
  /** Ends the following when nobody has asked for long. */
  readonly end: NodeJS.Timeout;
  /** What the early build has said, for who asks next; undefined while there is none that nobody has heard of. */
  untold: readonly BuildEvent[] | undefined;
};

export type EarlyBuildsOptions = {
  readonly log: Log;
  /** What the last build of a request looked at. */
  readonly lookedAt: (request: BuildRequest) => WatchSet | undefined;
  /** Builds with nobody waiting; resolves to what it reported, or undefined when it failed or changed nothing. */
  readonly build: (request: BuildRequest) => Promise<readonly BuildEvent[] | undefined>;
};

/** People work on one program, or on a program and its tests. */
const followedMax = 2;
/** Who has not asked for this long is not working on it. */
const followMs = 30 * 60_000;
/** Watches are set up when the answer is given, and the next edit is seconds away. */
const watchDelayMs = 150;
/** Editors write a file in several steps; a build that meets the middle of them is done again. */
const settleMs = 2;
/** What is watched costs memory: larger applications wait for their builds. */
const filesMax = 5_000;
const directoriesMax = 300;

/** Only modules start a build: a config or a list of requirements may start pip or cargo, which nobody has asked for. */
const isModule = (path: string): boolean => path.endsWith('.py');

export class EarlyBuilds {
  readonly #options: EarlyBuildsOptions;
  /** By the trace's key; the one asked for longest ago first. */
  readonly #followed = new Map<string, Followed>();

  constructor(options: EarlyBuildsOptions) {
    this.#options = options;
  }

  /** Somebody asked for this and got an answer: its modules are watched from now on. */
  follow(key: string, request: BuildRequest, outcome: 'built' | 'unchanged'): void {
    const before = this.#followed.get(key);
    if (before !== undefined) {
      before.end.refresh();
      if (outcome === 'built') this.#watchLater(before);
      return;
    }
    const stop = new AbortController();
    const followed: Followed = {
      request,
      stop,
      watch: undefined,
      later: undefined,
      end: setTimeout(() => this.#leave(key), followMs).unref(),
      untold: undefined,
    };
    this.#followed.set(key, followed);
    for (const oldest of this.#followed.keys()) {
      if (this.#followed.size <= followedMax) break;
      this.#leave(oldest);
    }
    this.#watchLater(followed);
  }

  /** Sets the watches up, or moves them to what the last build looked at; not while somebody waits for an answer. */
  #watchLater(followed: Followed): void {
    clearTimeout(followed.later);
    followed.later = setTimeout(() => {
      const set = this.#modulesOf(followed.request);
      if (set === undefined || followed.stop.signal.aborted) return;
      const watch =
        followed.watch?.then((open) => open.update(set)) ?? (followed.watch = this.#watch(followed, set));
      watch.catch((error: unknown) => this.#options.log.warn({ err: error }, 'no early builds: not watched'));
    }, watchDelayMs).unref();
  }

  /** What an early build said and nobody has heard: told once. */
  untold(key: string): readonly BuildEvent[] | undefined {
    const followed = this.#followed.get(key);
    const events = followed?.untold;
    if (followed !== undefined) followed.untold = undefined;
    return events;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const watches = [...this.#followed.values()].flatMap(({ watch }) => (watch === undefined ? [] : [watch]));
    for (const key of this.#followed.keys()) this.#leave(key);
    await Promise.allSettled(watches);
  }

  #modulesOf(request: BuildRequest): WatchSet | undefined {
    const seen = this.#options.lookedAt(request);
    const files = seen?.files.filter(isModule) ?? [];
    const isTooMuch = files.length > filesMax || (seen?.directories.length ?? 0) > directoriesMax;
    return files.length === 0 || isTooMuch ? undefined : { files, directories: [] };
  }

  async #watch(followed: Followed, set: WatchSet): Promise<Watch> {
    const { request, stop } = followed;
    let running: Promise<void> | undefined;
    let isDirty = false;
    const build = async (): Promise<void> => {
      do {
        isDirty = false;
        const events = await this.#options.build(request);
        if (events !== undefined) followed.untold = events;
      } while (isDirty && !stop.signal.aborted);
    };
    const { log } = this.#options;
    return watchPaths(set, {
      signal: stop.signal,
      settleMs,
      onPolling: () => this.#options.log.info({ config: request.config }, 'no early builds: no file events'),
      onChange: (paths) => {
        if (!paths.every(isModule)) return;
        isDirty = true;
        running ??= build()
          .catch((error: unknown) => log.error({ err: error }, 'early build'))
          .finally(() => (running = undefined));
      },
    });
  }

  #leave(key: string): void {
    const followed = this.#followed.get(key);
    this.#followed.delete(key);
    clearTimeout(followed?.end);
    clearTimeout(followed?.later);
    followed?.stop.abort();
  }
}
