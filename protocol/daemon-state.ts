import type { Identity } from './requests.ts';

/**
 * `daemon.json` in the runtime folder: how to reach the daemon that runs. Written aside and renamed into place once its
 * socket listens. Nothing depends on it for mutual exclusion; missing, damaged or stale, it only means "no daemon known".
 */
export type DaemonState = {
  readonly schema: 1;
  readonly pid: number;
  /** Clock ticks after boot at which the process began (field 22 of /proc/<pid>/stat); a reused pid has another. */
  readonly startTime: string;
  readonly bootId: string;
  readonly daemonId: string;
  /** File name inside the runtime folder: a new one for each daemon, since a closing server unlinks its path. */
  readonly socket: string;
  readonly token: string;
  readonly identity: Identity;
  readonly startedAt: string;
};

export const stateFileName = 'daemon.json';
export const logFileName = 'daemon.log';
/** What the daemon's process itself says, outside the log: normally empty; the reason when it could not start. */
export const outputFileName = 'daemon-output.log';

/** The state in a file's text, or undefined for anything that is not one. */
export function parseDaemonState(text: string): DaemonState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const state = value as Record<string, unknown>;
  const isOurs =
    state['schema'] === 1 &&
    Number.isSafeInteger(state['pid']) &&
    Number(state['pid']) > 1 &&
    typeof state['startTime'] === 'string' &&
    typeof state['bootId'] === 'string' &&
    typeof state['daemonId'] === 'string' &&
    typeof state['token'] === 'string' &&
    typeof state['identity'] === 'object' &&
    state['identity'] !== null &&
    typeof state['socket'] === 'string' &&
    /^[\w.-]+$/.test(state['socket']);
  return isOurs ? (value as DaemonState) : undefined;
}

/** One line of JSON on the daemon's third descriptor once it listens or knows that it cannot. */
export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly reason: 'already-running' | 'failed'; readonly message: string };
