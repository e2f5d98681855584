// The daemon's place in the runtime folder: one daemon at a time, found through a file that is renamed into place.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  type FSWatcher,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import { type Lock, takeLock } from '../cache/lock.ts';
import { type DaemonState, parseDaemonState, stateFileName } from '../protocol/daemon-state.ts';
import { ensureRuntimeFolder } from '../protocol/runtime-folder.ts';

/** The folder, with the lock held. */
export type Claim = {
  readonly folder: string;
  /** A name that no daemon had before: a server that closes unlinks its path, whoever listens there by then. */
  readonly socketName: string;
  readonly lock: Lock;
};

/** Claims the folder for this process and clears it of what dead daemons left; undefined when another one lives. */
export function claimFolder(folder: string): Claim | undefined {
  ensureRuntimeFolder(folder);
  const lock = takeLock(join(folder, 'lock.db'));
  if (lock === undefined) return undefined;
  for (const name of readdirSync(folder))
    if (name.endsWith('.sock') || name.endsWith('.new'))
      rmSync(join(folder, name), { recursive: true, force: true });
  rmSync(join(folder, stateFileName), { recursive: true, force: true });
  return { folder, socketName: `s-${randomBytes(4).toString('hex')}.sock`, lock };
}

/** Makes the state known: whoever reads the file reads all of it or the one before. */
export function publishState(folder: string, state: DaemonState): void {
  const path = join(folder, stateFileName);
  const aside = `${path}.${state.daemonId}.new`;
  const descriptor = openSync(aside, 'w', 0o600);
  try {
    writeSync(descriptor, JSON.stringify(state));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    renameSync(aside, path);
  } catch (error) {
    // Somebody made it a folder.
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    rmSync(path, { recursive: true });
    renameSync(aside, path);
  }
}

/** Whether the file still says what this daemon wrote. */
function isPublished(folder: string, { daemonId, token }: DaemonState): boolean {
  try {
    const state = parseDaemonState(readFileSync(join(folder, stateFileName), 'utf8'));
    return state?.daemonId === daemonId && state.token === token;
  } catch {
    return false;
  }
}

/** Takes the state back, unless it is another daemon's by now. */
export function withdrawState(folder: string, state: DaemonState): void {
  if (isPublished(folder, state)) rmSync(join(folder, stateFileName), { force: true });
}

/**
 * Keeps the state true while the lock is held: a file that was damaged or removed is written again. Without its socket or
 * its folder nobody can reach the daemon any more, which `onUnreachable` is told. Events only: nothing ticks.
 */
export function guardState(
  { folder, socketName }: Claim,
  state: DaemonState,
  onUnreachable: () => void,
): FSWatcher | undefined {
  const look = (): void => {
    if (!existsSync(join(folder, socketName))) onUnreachable();
    else if (!isPublished(folder, state)) publishState(folder, state);
  };
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => {
      if (name === null || name === stateFileName || name === socketName || !existsSync(folder)) look();
    });
    watcher.on('error', () => undefined);
    return watcher;
  } catch {
    // No watches left on this machine: the daemon works as well without.
    return undefined;
  }
}

/**
 * Closes what the process that started this one had open: a pipe held for hours would keep `oxd build | tee log` waiting.
 * All that Node opens itself is closed at exec; what is not was inherited.
 */
export function closeInheritedFiles(keep: readonly number[]): void {
  const descriptors = existsSync('/proc/self/fdinfo') ? readdirSync('/proc/self/fdinfo').map(Number) : [];
  for (const descriptor of descriptors) {
    if (descriptor <= 2 || keep.includes(descriptor)) continue;
    try {
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1];
      const isClosedAtExec = (BigInt(`0o${flags ?? '2000000'}`) & 0o2000000n) !== 0n;
      if (!isClosedAtExec) closeSync(descriptor);
    } catch {
      // The one that listed the folder is gone by now.
    }
  }
}
