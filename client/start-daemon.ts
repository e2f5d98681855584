// What a client does when no daemon answers: make room if need be, start one, and wait until it listens.
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { outputFileName, type Readiness } from '../protocol/daemon-state.ts';
import { environmentForDaemon } from '../protocol/environment.ts';
import { environmentFailure, Failure } from '../protocol/failure.ts';
import { bootId, processState } from '../protocol/process-identity.ts';
import type { Identity } from '../protocol/requests.ts';
import { ensureRuntimeFolder } from '../protocol/runtime-folder.ts';
import { codeCacheFolder } from './cache-folder.ts';
import type { Task } from './command.ts';
import type { Connection } from './connection.ts';
import { Refused } from './link.ts';
import { type Greeted, greet, settlesWithin } from './open-link.ts';
import { daemonEntry, type Places } from './places.ts';

type Start = {
  readonly identity: Identity;
  readonly say: (line: string) => void;
};

/** Above what fifty clients starting at once on a loaded machine need; a build is never cut short by it. */
const startMs = 30_000;
/** A daemon that computes for this long without looking at its socket is taken for hung. */
const busyMs = 20_000;
const killedMs = 5_000;
/** A daemon that is about to end hangs up for a moment; one that still does after this time is of no use. */
const hangingUpMs = 5_000;
const retryMs = 25;
/** How long a daemon that holds the lock may be out of reach before one looks whether the lock is free by now. */
const reachableMs = 1_000;

/** A greeted connection to a daemon of ours, started when there is none. */
export async function startDaemon(
  { places, environment }: Pick<Task, 'places' | 'environment'>,
  start: Start,
): Promise<Connection> {
  try {
    ensureRuntimeFolder(places.runtimeFolder);
    const { takeStartLock } = await import('./start-lock.ts');
    const release = await takeStartLock(places.runtimeFolder, startMs);
    try {
      return await startAlone(places, environment, start);
    } finally {
      release();
    }
  } catch (error) {
    // The folder is read-only, its disk is full, no process or descriptor is to be had.
    if (error instanceof Failure || !(error instanceof Error && 'syscall' in error)) throw error;
    throw environmentFailure(`Cannot start the daemon: ${error.message}`, {
      hint: 'work without it: --no-daemon',
      cause: error,
    });
  }
}

async function startAlone(
  places: Places,
  environment: Task['environment'],
  { identity, say }: Start,
): Promise<Connection> {
  const deadline = Date.now() + startMs;
  let lastWords = '';
  let spawnNotBefore = 0;
  while (Date.now() < deadline) {
    // Somebody may have been faster; and this is how one gets to know a daemon just started.
    const greeted = await greet(places, identity);
    const link = greeted === undefined ? undefined : await settle(greeted, say);
    if (link !== undefined) return link;
    if (greeted !== undefined && Date.now() > deadline - startMs + hangingUpMs) {
      say(`replacing the daemon: it hangs up on everybody (pid ${greeted.state.pid})`);
      await endProcess(greeted.state);
    }
    if (Date.now() < spawnNotBefore) {
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      continue;
    }
    const readiness = await spawnDaemon(places, environment);
    if (readiness.ready) continue;
    if (readiness.reason === 'failed')
      throw environmentFailure(`Cannot start the daemon: ${readiness.message}`, {
        hint: 'work without it: --no-daemon',
        logFile: join(places.runtimeFolder, outputFileName),
      });
    // Another daemon holds the lock but is not to be reached: it is about to publish its state, or about to end.
    lastWords = readiness.message;
    spawnNotBefore = Date.now() + reachableMs;
  }
  throw environmentFailure(
    `Cannot reach the daemon in "${places.runtimeFolder}": ${lastWords || 'no answer'}`,
    {
      hint: '`oxd daemon stop` ends it',
    },
  );
}

/** The connection when the daemon takes us; undefined when it has made, or was made to make, room for another. */
async function settle({ link, hello, state }: Greeted, say: Start['say']): Promise<Connection | undefined> {
  const deadline = Date.now() + busyMs;
  let isAnnounced = false;
  for (;;) {
    const settled = await settlesWithin(hello, 1_000);
    if (settled === 'fulfilled') return link;
    if (settled === 'rejected') {
      const error: unknown = await hello.catch((reason: unknown) => reason);
      await link.close();
      if (error instanceof Refused) say(`replacing the daemon: ${error.message}`);
      else if (error instanceof Failure) throw error;
      return undefined;
    }
    const isStopped = /[TtZX]/.test(processState(state.pid)?.state ?? 'X');
    if (isStopped || Date.now() > deadline) {
      say(`replacing the daemon: it does not answer (pid ${state.pid})`);
      await link.close();
      await endProcess(state);
      return undefined;
    }
    if (!isAnnounced) say(`waiting for the daemon, which is busy (pid ${state.pid})`);
    isAnnounced = true;
  }
}

/** Kills the process that a state names, if it still is that process, and waits until it is gone. */
export async function endProcess(
  state: Greeted['state'],
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<boolean> {
  const isSame = (): boolean => {
    const found = processState(state.pid);
    return (
      found !== undefined &&
      found.state !== 'Z' &&
      found.startTime === state.startTime &&
      state.bootId === bootId()
    );
  };
  const deadline = Date.now() + killedMs;
  if (isSame()) process.kill(state.pid, signal);
  while (isSame()) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  return true;
}

/** Starts a process that outlives this one, and waits for the line it writes once it listens. */
function spawnDaemon(places: Places, environment: Task['environment']): Promise<Readiness> {
  const outputPath = join(places.runtimeFolder, outputFileName);
  const output = openSync(outputPath, 'a', 0o600);
  const earlierBytes = fstatSync(output).size;
  const child = spawn(
    process.execPath,
    [
      // Young objects that a build drops die young, instead of growing the heap that is kept: 5 MB less at rest.
      '--max-semi-space-size=32',
      daemonEntry('main'),
      ...['--runtime', places.runtimeFolder, '--cache', places.cacheFolder],
    ],
    {
      detached: true,
      // Not the workspace: a daemon must not keep a mount busy or a deleted checkout alive.
      cwd: places.runtimeFolder,
      env: {
        ...environmentForDaemon(environment),
        // Compiled code is kept: a start takes half the time.
        NODE_COMPILE_CACHE: codeCacheFolder(places.cacheFolder),
        // One pool for all threads of the C library: each keeps what it was given.
        MALLOC_ARENA_MAX: '1',
      },
      stdio: ['ignore', output, output, 'pipe'],
    },
  );
  closeSync(output);
  child.unref();
  const pipe = child.stdio[3] as NodeJS.ReadableStream;
  return new Promise((resolve) => {
    let line = '';
    const fail = (message: string): void => resolve({ ready: false, reason: 'failed', message });
    child.on('error', (error) => fail(error.message));
    pipe.on('data', (chunk: Buffer) => {
      line += chunk.toString();
    });
    pipe.on('error', () => undefined);
    pipe.on('close', () => {
      try {
        resolve(JSON.parse(line) as Readiness);
      } catch {
        fail(lastLines(outputPath, earlierBytes) || 'it ended at once');
      }
    });
  });
}

/** The end of what was written after the first so many bytes. */
function lastLines(path: string, earlierBytes: number): string {
  try {
    return readFileSync(path).toString('utf8', earlierBytes).trim().split('\n').slice(-8).join('\n');
  } catch {
    return '';
  }
}
