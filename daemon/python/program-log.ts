import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of programs that failed; the oldest goes first. */
const logsKept = 20;

/** Keeps the whole output of a program that failed, as `name` below `folder`, and returns its absolute path. */
export function keepLog(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const age = (file: string): number => statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const old = readdirSync(folder).toSorted((a, b) => age(b) - age(a));
  for (const file of old.slice(logsKept - 1)) rmSync(join(folder, file), { force: true });
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
