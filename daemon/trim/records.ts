// What watched programs have noted: runtime/src/use_record.rs writes it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export type Uses = {
  /** Names of modules that were imported, packed or not. */
  readonly modules: ReadonlySet<string>;
  /** Paths in the tree of packed files whose bytes were used, modules' files among them. */
  readonly files: ReadonlySet<string>;
  /** How many processes there were. */
  readonly processes: number;
};

/** Joins the records of all processes that were run. A line that a killed process did not finish is left out. */
export function readRecords(folder: string): Uses {
  const [modules, files] = [new Set<string>(), new Set<string>()];
  let processes = 0;
  for (const name of readdirSync(folder)) {
    const kind = /^(modules|files)-[0-9a-f-]{36}$/.exec(name)?.[1];
    if (kind === undefined) continue;
    if (kind === 'modules') processes += 1;
    const into = kind === 'modules' ? modules : files;
    // What follows the last line break is not whole.
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1)) into.add(line);
  }
  return { modules, files, processes };
}
