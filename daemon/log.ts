// The daemon's log: JSON lines in a file that stays small. Written at once, so that the last words before a crash are there.
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

import { pino } from 'pino';

import type { Log } from './context.ts';

/** Some 50,000 lines: weeks of work. With the older files, 30 MB at most. */
const logBytesMax = 10 * 1024 * 1024;
const olderFilesMax = 2;

/** Appends to the file; beyond `bytesMax` it becomes `<path>.1`, and so on up to the oldest that is kept. */
class RotatingFile {
  readonly #path: string;
  readonly #bytesMax: number;
  #descriptor: number;
  #bytes: number;

  constructor(path: string, bytesMax = logBytesMax) {
    this.#path = path;
    this.#bytesMax = bytesMax;
    this.#descriptor = openSync(path, 'a', 0o600);
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  write(line: string): void {
    try {
      if (this.#bytes >= this.#bytesMax) this.#rotate();
      this.#bytes += writeSync(this.#descriptor, line);
    } catch {
      // A full disk must not end a build for want of a log line.
    }
  }

  #rotate(): void {
    for (let age = olderFilesMax; age > 0; age--) {
      try {
        renameSync(age === 1 ? this.#path : `${this.#path}.${age - 1}`, `${this.#path}.${age}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    const full = this.#descriptor;
    this.#descriptor = openSync(this.#path, 'a', 0o600);
    this.#bytes = 0;
    closeSync(full);
  }
}

export type RootLog = Log & { child(fields: object): RootLog };

/** Level from OXD_LOG: debug, info (default), warn or error. */
export function openLog(path: string, fields: object): RootLog {
  const wanted = process.env['OXD_LOG'] ?? '';
  const level = ['debug', 'info', 'warn', 'error'].includes(wanted) ? wanted : 'info';
  const file = new RotatingFile(path);
  return pino({ level, base: fields, timestamp: pino.stdTimeFunctions.isoTime }, file);
}
