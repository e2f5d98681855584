// All that oxd prints goes through here, synchronously: the process may end right after the last line.
import { writeSync } from 'node:fs';

import { exitCodes } from '../protocol/failure.ts';

const out = 1;
const err = 2;

/** What was asked for: targets, a status, `--json` lines. */
export const writeOut = (text: string): void => write(out, text);
/** What is said along the way: progress, notices, errors. */
export const writeError = (text: string): void => write(err, text);

// Loaded when asked for: what `oxd build` says when nothing has changed is the same everywhere.
export const isTerminal = (stream: 'in' | 'out' | 'error'): boolean =>
  process.getBuiltinModule('node:tty').isatty({ in: 0, out, error: err }[stream]);

function write(descriptor: number, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The other end of `oxd ... | head` has seen enough: end as a program killed by SIGPIPE does, which Node ignores.
      if (code === 'EPIPE') process.exit(128 + 13);
      // A pipe that a sibling made non-blocking and that is full.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      else unwritable(descriptor, error as Error);
    }
  }
}

/** The disk behind a redirection is full, or the terminal is gone. There is no other way to say anything. */
function unwritable(descriptor: number, { message }: Error): never {
  if (descriptor === out) writeError(`error: Cannot write to standard output: ${message}\n`);
  process.exit(exitCodes.environment);
}
