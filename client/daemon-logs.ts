// `oxd daemon logs [-f]`: read from the file, so it works with the daemon dead.
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

import { logFileName } from '../protocol/daemon-state.ts';
import { inputFailure } from '../protocol/failure.ts';
import { colors, wantsColor } from './colors.ts';
import { hasFlag, type Task } from './command.ts';
import { isTerminal, writeOut } from './output.ts';

/** The end of the log is what one looks for; the file is there for the rest. */
const shownBytesMax = 256 * 1024;

export async function logs(task: Task): Promise<number> {
  const path = join(task.places.runtimeFolder, logFileName);
  const isFollowing = hasFlag(task, '--follow');
  if (!existsSync(path))
    throw inputFailure(`There is no log at "${path}"`, { hint: 'no daemon has run yet: `oxd daemon start`' });
  const paint = colors(wantsColor(task.environment, isTerminal('out')));
  const show = (line: string): void => writeOut(`${task.isJson ? line : readable(line, paint)}\n`);
  const tail = new Tail(path, show);
  tail.read();
  if (!isFollowing) return 0;
  // Of the folder: the file is replaced when it is full.
  const watcher = watch(task.places.runtimeFolder, () => tail.read());
  return new Promise((resolve) => {
    process.on('SIGINT', () => {
      watcher.close();
      resolve(0);
    });
  });
}

/** Shows the whole lines that a file has got since it was last read. */
class Tail {
  readonly #path: string;
  readonly #show: (line: string) => void;
  #descriptor: number;
  #position: number;
  #rest = '';
  #decoder = new StringDecoder('utf8');

  constructor(path: string, show: (line: string) => void) {
    this.#path = path;
    this.#show = show;
    this.#descriptor = openSync(path, 'r');
    this.#position = Math.max(0, fstatSync(this.#descriptor).size - shownBytesMax);
    // Begins inside a line, most likely: the text up to its end is of no use.
    if (this.#position > 0) this.#rest = '\0';
  }

  read(): void {
    this.#readOn();
    const found = statSync(this.#path, { throwIfNoEntry: false });
    if (found === undefined || found.ino === fstatSync(this.#descriptor).ino) return;
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#path, 'r');
    this.#position = 0;
    this.#readOn();
  }

  #readOn(): void {
    const chunk = Buffer.alloc(64 * 1024);
    for (;;) {
      const length = readSync(this.#descriptor, chunk, 0, chunk.length, this.#position);
      if (length === 0) return;
      this.#position += length;
      const lines = (this.#rest + this.#decoder.write(chunk.subarray(0, length))).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) if (!line.startsWith('\0')) this.#show(line);
    }
  }
}

const levels: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

/** `12:04:05.123 info  request answered method=oxd/build ms=12`; lines that are not ours stay as they are. */
function readable(line: string, paint: ReturnType<typeof colors>): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { time, level, msg, err, ...fields } = entry;
  const name = levels[Number(level)] ?? String(level);
  const shown = name === 'error' ? paint.red : name === 'warn' ? paint.yellow : paint.dim;
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = (err as { stack?: string } | undefined)?.stack;
  return (
    `${paint.dim(String(time))} ${shown(name.padEnd(5))} ${String(msg)} ${paint.dim(rest.join(' '))}`.trimEnd() +
    (stack === undefined ? '' : `\n${stack}`)
  );
}
