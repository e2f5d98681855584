import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The folder of this code: a checkout, or where a checkout's or package's code was compiled to. */
export const codeFolder = dirname(import.meta.dirname);
/** The checkout or package that it belongs to: compiled code lies in its dist/. */
export const packageFolder = basename(codeFolder) === 'dist' ? dirname(codeFolder) : codeFolder;
/** Folders of it whose code decides about what a build gives. */
export const codeParts = ['daemon', 'cache', 'protocol', 'runtime/src', '../runtime/src'] as const;

/** Another for each state of the code below `folder`, by its files' times. */
export function stampOf(folder: string): string {
  let newest = 0;
  let files = 0;
  for (const part of codeParts) {
    for (const name of list(join(folder, part))) {
      if (!/\.(ts|js|py|rs)$/.test(name)) continue;
      const found = statSync(join(folder, part, name), { throwIfNoEntry: false });
      newest = Math.max(newest, found?.mtimeMs ?? 0);
      files += 1;
    }
  }
  return `${files} ${newest}`;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}
