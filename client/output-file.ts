// `--output FILE`: the executable under a name of the user's choice.
import { constants, copyFileSync, mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { environmentFailure, inputFailure } from '../protocol/failure.ts';
import type { Artifact } from '../protocol/requests.ts';
import type { Task } from './command.ts';

/**
 * Makes `output` the one executable that was built and returns its absolute path: a copy, which
 * shares its blocks where the file system knows how. Whoever starts it sees the old one or the new one, whole. A folder gets it under
 * its own name.
 */
export function placeOutput(
  { cwd }: Pick<Task, 'cwd'>,
  output: string,
  artifacts: readonly Pick<Artifact, 'kind' | 'path' | 'target'>[],
): string {
  const [artifact, ...more] = artifacts.filter(({ kind }) => kind === 'executable');
  if (artifact === undefined || more.length > 0)
    throw inputFailure(
      artifact === undefined
        ? `Cannot write "${output}": no executable was built`
        : `Cannot write "${output}": ${artifacts.length} executables were built`,
      { hint: 'choose one: a target, or --entry' },
    );
  const named = resolve(cwd, output);
  const isFolder = output.endsWith('/') || statSync(named, { throwIfNoEntry: false })?.isDirectory() === true;
  const path = isFolder ? join(named, basename(artifact.path)) : named;
  try {
    if (!isSame(artifact.path, path)) place(artifact.path, path);
  } catch (cause) {
    throw environmentFailure(`Cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
  return path;
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  const aside = join(dirname(to), `.${basename(to)}.${process.pid}`);
  rmSync(aside, { force: true });
  try {
    // No second name of the same file: that would change the first one's times, and the next build would find it touched.
    copyFileSync(from, aside, constants.COPYFILE_FICLONE);
    const { atime, mtime } = statSync(from);
    utimesSync(aside, atime, mtime);
    renameSync(aside, to);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** A copy has the time of its original. */
function isSame(from: string, to: string): boolean {
  const [a, b] = [statSync(from), statSync(to, { throwIfNoEntry: false })];
  return b !== undefined && b.isFile() && a.size === b.size && Math.abs(a.mtimeMs - b.mtimeMs) < 1;
}
