// The way to somebody who answers: the daemon that runs, one started now, or the engine in this process.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type DaemonState, parseDaemonState, stateFileName } from '../protocol/daemon-state.ts';
import { Failure } from '../protocol/failure.ts';
import { Hello, type HelloResult, type Identity } from '../protocol/requests.ts';
import { hasFlag, type Task } from './command.ts';
import { type Connection, connectTo } from './connection.ts';
import type { Link } from './link.ts';
import { identityOf, type Places } from './places.ts';

/** A connection on which hello was said; `hello` settles with the daemon's answer. */
export type Greeted = {
  readonly link: Connection;
  readonly hello: Promise<HelloResult>;
  readonly state: DaemonState;
};

/** What the state file says; undefined when there is none, or one that is damaged. */
export function readState(runtimeFolder: string): DaemonState | undefined {
  try {
    return parseDaemonState(readFileSync(join(runtimeFolder, stateFileName), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Longest path that fits a socket's address on Linux (108 bytes with the final zero) and on macOS (104). */
const socketPathBytesMax = 100;

/** Where to connect to. A path too long for a socket address is reached through a descriptor of its folder. */
export async function socketPath(runtimeFolder: string, name: string): Promise<string> {
  const path = join(runtimeFolder, name);
  if (Buffer.byteLength(path) <= socketPathBytesMax) return path;
  const { openSync } = await import('node:fs');
  return `/proc/self/fd/${openSync(runtimeFolder, 'r')}/${name}`;
}

/** Connects to the daemon that the state file names and says hello, without waiting; undefined when none listens. */
export async function greet(places: Places, identity: Identity | undefined): Promise<Greeted | undefined> {
  const state = readState(places.runtimeFolder);
  if (state === undefined) return undefined;
  let link: Connection;
  try {
    link = await connectTo(await socketPath(places.runtimeFolder, state.socket));
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
  const who = { token: state.token, pid: process.pid };
  const hello = link.call(Hello, identity === undefined ? who : { ...who, identity }).result;
  // Whoever waits for an answer hears of a lost connection there.
  hello.catch(() => undefined);
  return { link, hello, state };
}

// ENOTSOCK and EPROTOTYPE: something else has taken the name.
const isAbsence = (error: unknown): boolean =>
  ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'EPROTOTYPE', 'ENOTDIR', 'ECONNRESET', 'EPIPE'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );

const wantsDaemon = (task: Task): boolean =>
  !hasFlag(task, '--no-daemon') && task.environment['OXD_DAEMON'] !== '0';

/** A daemon answers in a millisecond or two; one that does not in this time is stopped or very busy, which takes thought. */
const promptMs = 1_000;

/**
 * A link to send a request on. In haste, hello and the request share a message, and the request may fail with Refused or
 * NoAnswer; else the daemon has agreed to serve. `say` gets a line when something unusual is done for it.
 * A guest starts no daemon.
 */
export async function openLink(
  task: Task,
  {
    say,
    isHasty,
    isGuest = false,
  }: { readonly say: (line: string) => void; readonly isHasty: boolean; readonly isGuest?: boolean },
): Promise<Link> {
  const { places } = task;
  if (!wantsDaemon(task)) return (await import('./in-process.ts')).openInProcess(places);
  const identity = identityOf(places);
  const greeted = isHasty ? await greet(places, identity) : undefined;
  if (greeted !== undefined) {
    greeted.link.expectAnswerWithin(promptMs);
    return greeted.link;
  }
  if (isGuest) return (await import('./in-process.ts')).openInProcess(places);
  const { startDaemon } = await import('./start-daemon.ts');
  try {
    return await startDaemon(task, { identity, say });
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'environment') throw error;
    say(`${error.message}; going on without a daemon`);
    return (await import('./in-process.ts')).openInProcess(places);
  }
}

/** How a promise settles within the time, or undefined. */
export async function settlesWithin(
  promise: Promise<unknown>,
  ms: number,
): Promise<'fulfilled' | 'rejected' | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  const settled = promise.then(
    () => 'fulfilled' as const,
    () => 'rejected' as const,
  );
  const result = await Promise.race([settled, late]);
  clearTimeout(timer);
  return result;
}
