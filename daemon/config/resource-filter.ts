import { ConfigError } from './config-object.ts';
import type { Evaluation } from './evaluation.ts';

/**
 * The union of the names in the files: one a line, `#` comments and blank lines skipped. As `modules-*` files have them
 * that a program writes under `write_modules_directory_env`. The packages around each module are among the names.
 */
export function readNames(
  evaluation: Evaluation,
  files: readonly string[],
  globs: readonly string[],
): readonly string[] {
  if (files.length === 0 && globs.length === 0)
    throw new ConfigError(
      'filter_resources_from_files needs files or glob_files',
      'without any name it would remove everything, the standard library too',
    );
  const names = new Set<string>();
  for (const file of files) addNames(names, evaluation, evaluation.absolute(file));
  const before = names.size;
  if (globs.length > 0) {
    const include = globs.map((pattern) => evaluation.absolute(pattern));
    for (const path of evaluation.outlet.ask('glob', { include, exclude: [] }))
      addNames(names, evaluation, path);
    if (names.size === before && before === 0)
      throw new ConfigError('glob filter resolves to empty set; are you sure the glob pattern is correct?');
  }
  return [...names].toSorted();
}

/** The first words of lists that `oxd trim` writes. */
export const trimListMark = '# By `oxd trim`: ';

/** Whether `oxd trim` is working on a program that uses this list: it looks at the program without. */
export function isIgnored(evaluation: Evaluation, file: string): boolean {
  const { ignoredList } = evaluation.request;
  if (ignoredList === undefined) return false;
  const path = evaluation.absolute(file);
  if (path === ignoredList) return true;
  const text = evaluation.outlet.ask('readText', { path });
  return text === null || text.startsWith(trimListMark);
}

function addNames(names: Set<string>, evaluation: Evaluation, path: string): void {
  const text = evaluation.outlet.ask('readText', { path });
  if (text === null)
    throw new ConfigError(`cannot read ${path}: no such file`, '`oxd trim` writes such a list');
  for (const line of text.split(/\r?\n/)) {
    const name = line.trim();
    if (name === '' || name.startsWith('#')) continue;
    names.add(name);
    if (name.includes('/')) continue; // a pattern of files
    // A module cannot be imported without the packages around it.
    for (let at = name.indexOf('.'); at > 0; at = name.indexOf('.', at + 1)) names.add(name.slice(0, at));
  }
}
