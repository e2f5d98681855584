// Temporary files and folders, on the cache's own file system so that they can be renamed in.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, explain } from './cache-error.ts';
import { lstatOf } from './fingerprint.ts';

/** Of a process in another container we cannot know whether it lives; no build leaves its folder alone for so long. */
const foreignAgeMsMax = 24 * 60 * 60 * 1000;

/** One process's part of tmp/: created at first use, named so that others can tell when its owner is gone. */
export class Scratch {
  readonly #cacheFolder: string;
  readonly #folder: string;
  #created = false;
  #count = 0;
  #removals: Promise<void> = Promise.resolve();

  constructor(cacheFolder: string) {
    this.#cacheFolder = cacheFolder;
    this.#folder = join(cacheFolder, 'tmp', `${ownName()}-${randomBytes(4).toString('hex')}`);
  }

  /** A path at which nothing exists yet. */
  file(): string {
    // Each time: somebody may have removed the whole cache meanwhile.
    this.#create(this.#folder);
    this.#created = true;
    this.#count += 1;
    return join(this.#folder, String(this.#count));
  }

  /** A new empty folder. */
  directory(): string {
    const path = this.file();
    this.#create(path);
    return path;
  }

  /** Takes a file or folder out of sight at once; its content goes in the background. False when it is not there. */
  discard(path: string): boolean {
    if (lstatOf(path) === undefined) return false;
    try {
      const trash = this.file();
      renameSync(path, trash);
      this.#remove(trash);
    } catch {
      // On a full disk there may be no room for a new name.
      rmSync(path, { recursive: true, force: true });
    }
    return true;
  }

  /** Starts to remove what ended processes left behind. */
  removeAbandoned(): void {
    const root = join(this.#cacheFolder, 'tmp');
    for (const name of namesIn(root)) {
      if (!isInUse(name, join(root, name))) this.#remove(join(root, name));
    }
  }

  /** Resolves when nothing of what was discarded until now is left on the disk. */
  settled(): Promise<void> {
    return this.#removals;
  }

  close(): void {
    if (this.#created) rmSync(this.#folder, { recursive: true, force: true });
  }

  #create(path: string): void {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw explain(error, this.#cacheFolder);
    }
  }

  #remove(path: string): void {
    // A file that cannot be removed now is found again at the next start.
    const removal = rm(path, { recursive: true, force: true }).catch(() => undefined);
    this.#removals = Promise.all([this.#removals, removal]).then(() => undefined);
  }
}

/** Whether a name that stood in a database, which may be damaged, stays in the folder it is put behind. */
export const isPlainName = (name: string): boolean => /^\w+$/.test(name);

/** Names in a folder; none when it is not there. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The process-id namespace: the same number means another process in another container. */
function ownNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
  } catch {
    return '0';
  }
}

/** When the process started, in ticks since boot: tells it from a later one with the same number. */
function startOf(pid: number | 'self'): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22 of proc(5); the second, the program's name, may hold anything and ends with the last ")".
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

const ownName = (): string => `${ownNamespace()}-${process.pid}-${startOf('self') ?? '0'}`;

function isInUse(name: string, path: string): boolean {
  const [namespace, pid, start] = name.split('-');
  if (namespace !== ownNamespace()) {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat !== undefined && Date.now() - stat.mtimeMs < foreignAgeMsMax;
  }
  if (start !== '0') return startOf(Number(pid)) === start;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
