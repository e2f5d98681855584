import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { environmentFailure, inputFailure } from '../protocol/failure.ts';

/** Throws an input failure where there is a config already. */
export function checkNoConfig(file: string, cause?: unknown): void {
  if (cause !== undefined || existsSync(file))
    throw inputFailure(`There is a config already: ${file}`, {
      hint: 'edit it, remove it, or choose another folder',
      cause,
    });
}

/** Writes a config, in a folder that is made if it must. Throws an input failure where there is one already. */
export function writeNewConfig(file: string, text: string): void {
  const folder = dirname(file);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory())
    throw inputFailure(`existing path must be a directory: ${folder}`, { hint: 'choose another name' });
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') checkNoConfig(file, cause);
    throw environmentFailure(`Cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}
