// Says where to look. Events get lost (the kernel's queue overflows and Node does not say so): the truth is the sweep over
// a trace, and this only makes it start early.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type FSWatcher, watch as watchWithChokidar } from 'chokidar';
import { codeOf } from '../cache/cache-error.ts';
import { networkFileSystemOf } from '../cache/file-system.ts';
import { type Poll, pollPaths } from './watch-poll.ts';
import { settle, settleMsDefault } from './watch-settle.ts';

/** Absolute paths. A directory counts with its own entries, not with what is below those. */
export type WatchSet = { readonly files: readonly string[]; readonly directories: readonly string[] };

/** Why events cannot be had: the system's limit of watches is reached, or changes come from other machines. */
export type PollingReason =
  | { readonly kind: 'limit'; readonly code: string }
  | { readonly kind: 'network-file-system'; readonly name: string };

export type WatchOptions = {
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** A burst of changes is over: what to look at, sorted. Directories alone when events may have been lost in them. */
  readonly onChange: (paths: readonly string[]) => void;
  /** Told once, when looking each second takes the place of events. */
  readonly onPolling: (reason: PollingReason) => void;
  readonly settleMs?: number;
};

export type Watch = {
  /**
   * Watches another set from now on. Resolves when each change from then on will be told; what changed between the last
   * sweep and then is for the caller to find by one more sweep.
   */
  update(set: WatchSet): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

//  opening --ready--> events --update--> opening (the old watcher goes when the new one is ready)
//  opening, events --limit reached--> polling --update--> polling
//  any --close, signal--> closed
type State =
  | { readonly at: 'opening'; readonly watcher: FSWatcher }
  | {
      readonly at: 'events';
      readonly watcher: FSWatcher;
      readonly plan: Plan;
    }
  | { readonly at: 'polling'; readonly poll: Poll }
  | { readonly at: 'closed' };

/** What of the file system to ask for, and which answers matter. One watch per directory, however many files. */
type Plan = {
  readonly roots: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
  readonly directories: ReadonlySet<string>;
};

/** Resolves when each change from now on will be told. */
export async function watchPaths(set: WatchSet, options: WatchOptions): Promise<Watch> {
  const watching = new Watching(options);
  await watching.update(set);
  return watching;
}

class Watching implements Watch {
  readonly #options: WatchOptions;
  readonly #settler;
  readonly #onAbort = (): void => void this.close();
  #state: State | undefined;
  /** Directories were removed: when they come back, their watches do not. */
  #isStale = false;
  readonly #closing = Promise.withResolvers<'closed'>();
  /** Updates follow each other. */
  #updates: Promise<void> = Promise.resolve();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#settler = settle(options.onChange, options.settleMs ?? settleMsDefault);
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  update(set: WatchSet): Promise<void> {
    this.#updates = this.#updates.catch(() => undefined).then(() => this.#update(set));
    return this.#updates;
  }

  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { at: 'closed' };
    this.#closing.resolve('closed');
    this.#settler.close();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    if (state !== undefined) await release(state);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #update(set: WatchSet): Promise<void> {
    const before = this.#state;
    if (before?.at === 'closed' || this.#options.signal.aborted) return;
    if (before?.at === 'polling') {
      before.poll.close();
      this.#poll(set);
      return;
    }
    const plan = planOf(set);
    if (before?.at === 'events' && !this.#isStale && isSamePlan(before.plan, plan)) return;
    const network = [...plan.roots].map(networkFileSystemOf).find((name) => name !== undefined);
    if (network === undefined) await this.#open(set, plan);
    else this.#fallBack(set, { kind: 'network-file-system', name: network });
    if (before !== undefined) await release(before);
  }

  async #open(set: WatchSet, plan: Plan): Promise<void> {
    const watcher = watchWithChokidar([...plan.roots], {
      ignoreInitial: true,
      depth: 0,
      // Neither of them: they hold events back, and settling is ours.
      atomic: false,
      awaitWriteFinish: false,
      ignored: (path) => plan.roots.has(dirname(path)) && !plan.roots.has(path),
    });
    this.#state = { at: 'opening', watcher };
    this.#isStale = false;
    const tell = (path: string): void => {
      if (isRelevant(path, plan)) this.#settler.add(path);
    };
    // Of directories coming and going; what is in them is ignored above and told below in the system's own words.
    // For its own chokidar would look at each file first: twice the time to start, six kilobytes a file.
    watcher.on('all', (event, path) => {
      if (event === 'unlinkDir') this.#isStale = true;
      tell(path);
    });
    const isTooMany = countTurns();
    watcher.on('raw', (_event, name, details) => {
      // Others may have been lost, wherever they were.
      if (isTooMany()) for (const root of plan.roots) this.#settler.add(root);
      const { watchedPath } = details as { readonly watchedPath: string };
      const path = join(watchedPath, name ?? '');
      // A directory's own end comes under its own name, as if it were an entry.
      const isItself = name === basename(watchedPath) && !existsSync(path);
      if (isItself) this.#isStale = true;
      tell(isItself ? watchedPath : path);
    });
    const limit = new Promise<string>((resolve) => {
      watcher.on('error', (error) => {
        const code = codeOf(error);
        if (isLimit(code)) resolve(code);
      });
    });
    const ready = new Promise<'ready'>((resolve) => watcher.once('ready', () => resolve('ready')));
    const outcome = await Promise.race([ready, limit, this.#closing.promise]);
    switch (outcome) {
      case 'closed':
        await watcher.close();
        return;
      case 'ready':
        this.#state = { at: 'events', watcher, plan };
        // Directories that appear later may be the ones too many.
        void limit.then((code) => this.#leaveEvents(watcher, set, code));
        return;
      default:
        this.#fallBack(set, { kind: 'limit', code: outcome });
        await watcher.close();
    }
  }

  async #leaveEvents(watcher: FSWatcher, set: WatchSet, code: string): Promise<void> {
    if (this.#state?.at !== 'events' || this.#state.watcher !== watcher) return;
    this.#fallBack(set, { kind: 'limit', code });
    // What happened before the first look is not known.
    for (const path of set.files) this.#settler.add(path);
    await watcher.close();
  }

  #fallBack(set: WatchSet, reason: PollingReason): void {
    this.#poll(set);
    this.#options.onPolling(reason);
  }

  #poll({ files, directories }: WatchSet): void {
    const poll = pollPaths([...files, ...directories], (path) => this.#settler.add(path));
    this.#state = { at: 'polling', poll };
  }
}

async function release(state: State): Promise<void> {
  if (state.at === 'polling') state.poll.close();
  else if (state.at !== 'closed') await state.watcher.close();
}

/** Half of what Linux queues by default; what comes beyond all of it is dropped, and Node says nothing. */
const eventsPerTurnMax = 8192;

/** Counts events; true for the one that makes too many in one turn of the event loop. */
function countTurns(): () => boolean {
  let count = 0;
  const restart = (): void => {
    count = 0;
  };
  return () => {
    if (count === 0) setImmediate(restart);
    count += 1;
    return count === eventsPerTurnMax;
  };
}

const isLimit = (code: string): boolean => code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE';

function planOf(set: WatchSet): Plan {
  const files = new Set(set.files);
  const roots = new Set<string>();
  for (const path of [...set.files.map((file) => dirname(file)), ...set.directories]) {
    let root = path;
    // Nothing can be watched in a directory that is not there, but its coming can.
    for (; !existsSync(root) && root !== dirname(root); root = dirname(root)) files.add(root);
    roots.add(root);
  }
  // A directory's own end and return are seen from above.
  for (const directory of set.directories) files.add(directory);
  return { roots, files, directories: new Set(set.directories) };
}

const isSamePlan = (a: Plan, b: Plan): boolean =>
  a.files.symmetricDifference(b.files).size === 0 &&
  a.directories.symmetricDifference(b.directories).size === 0 &&
  a.roots.symmetricDifference(b.roots).size === 0;

/** What editors and Python leave beside the files that people mean. A hint less, never a change missed by a build. */
const isNoise = (name: string): boolean =>
  name === '__pycache__' ||
  name === '.git' ||
  name === '4913' ||
  name.endsWith('~') ||
  /^\.(.*\.sw[a-z]$|#)/.test(name) ||
  /^#.*#$/.test(name);

const isRelevant = (path: string, { files, directories }: Plan): boolean =>
  files.has(path) || (directories.has(dirname(path)) && !isNoise(basename(path)));
