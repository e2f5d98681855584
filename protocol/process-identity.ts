// Telling a process from a later one with the same number, from Linux's /proc (proc_pid_stat(5), random(4)).
import { readFileSync } from 'node:fs';

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
};

/** Another after each boot; empty where the system has no such file. */
export const bootId = (): string => read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';

export type ProcessState = {
  /** Clock ticks after boot at which it began. */
  readonly startTime: string;
  /** T: stopped by a signal. Z: dead, its parent has not looked. */
  readonly state: string;
};

/** State of a living process; undefined when there is none with this number (or no /proc). */
export function processState(pid: number): ProcessState | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name in parentheses may contain anything, also ") "; the fields follow its last parenthesis.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}
