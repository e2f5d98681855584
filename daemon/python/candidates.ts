// Where CPythons are found on a machine.
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { isProgram } from './usual-python.ts';

export type Candidate = {
  readonly path: string;
  /** Y of 3.Y as the file's name says; undefined for a bare "python3". */
  readonly minor: number | undefined;
};

/** Newer ones are not tested, older ones have other marshal and start-up interfaces. */
export const supportedMinors = { first: 10, last: 13 } as const;

/**
 * Pythons on the machine, each once however many links lead to it: directories of PATH, then pyenv's, uv's and
 * hand-made installations. Nothing is started.
 */
export function pythonCandidates(context: Context): Candidate[] {
  const seen = new Set<string>();
  const found: Candidate[] = [];
  for (const folder of searchedFolders(context)) {
    for (const { name, minor } of pythonNames(folder)) {
      const path = join(folder, name);
      const real = realpath(path);
      if (real === undefined || seen.has(real) || !isProgram(real)) continue;
      seen.add(real);
      found.push({ path, minor });
    }
  }
  return found;
}

function searchedFolders(context: Context): string[] {
  for (const name of ['PATH', 'HOME', 'PYENV_ROOT']) context.trace.variable(name);
  const { PATH = '', HOME = '', PYENV_ROOT } = context.environment;
  const pyenv = PYENV_ROOT ?? (HOME === '' ? undefined : join(HOME, '.pyenv'));
  const installations = [
    ...(pyenv === undefined ? [] : below(join(pyenv, 'versions'))),
    ...(HOME === '' ? [] : below(join(HOME, '.local/share/uv/python'))),
    ...below('/opt'),
    ...below('/opt/python'),
  ];
  return [
    ...new Set([
      ...PATH.split(':').filter((folder) => folder.startsWith('/')),
      ...installations.map((prefix) => join(prefix, 'bin')),
      '/usr/local/bin',
      '/usr/bin',
    ]),
  ];
}

const below = (folder: string): string[] => list(folder).map((name) => join(folder, name));

/** Names with a version first, so that the link "python3" beside them adds nothing. */
const pythonNames = (folder: string): { name: string; minor: number | undefined }[] =>
  list(folder)
    .flatMap((name) => {
      const match = /^python(?:3(?:\.(\d+))?)?$/.exec(name);
      if (match === null) return [];
      return [{ name, minor: match[1] === undefined ? undefined : Number(match[1]) }];
    })
    .toSorted((a, b) => (b.minor ?? -1) - (a.minor ?? -1));

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function realpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
