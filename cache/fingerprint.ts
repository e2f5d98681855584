// What tells that a file is still the one that was looked at, without reading it.
import { lstatSync, type Stats, statSync } from 'node:fs';

/**
 * Times are milliseconds with a fraction. As doubles they keep a quarter of a microsecond, and kernels stamp no finer
 * than that unless asked in between; bigint stats would cost their users text in JSON and in SQLite for nothing.
 */
export type Fingerprint = {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
};

/**
 * A file may change again within the clock tick of its last change (up to 2 s on some file systems) without a visible
 * difference: what was recorded so soon after a change is not believed, it is read again.
 */
const racyWindowMs = 3000;

/** Whether a stat taken at `nowMs` is too fresh to prove that the content stays what it was then. */
export const isRacy = (stat: Fingerprint, nowMs: number): boolean =>
  stat.mtimeMs > nowMs - racyWindowMs || stat.ctimeMs > nowMs - racyWindowMs;

export const sameFingerprint = (a: Fingerprint, b: Fingerprint): boolean =>
  a.mtimeMs === b.mtimeMs &&
  a.ctimeMs === b.ctimeMs &&
  a.size === b.size &&
  a.ino === b.ino &&
  a.dev === b.dev;

/** Follows symbolic links; undefined when there is nothing or it cannot be looked at. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Of a link itself; undefined when there is nothing. */
export function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export const isExecutable = (stat: { readonly mode: number }): boolean => (stat.mode & 0o100) !== 0;
