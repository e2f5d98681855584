import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { environmentFailure } from '../../protocol/failure.ts';
import { trimListMark } from '../config/resource-filter.ts';

/** Names and patterns of a list, without comments. */
export function readList(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Writes a list, sorted, in one step: a build that runs meanwhile sees the old one or the new one. */
export function writeList(
  path: string,
  { title, notes }: { readonly title: string; readonly notes: readonly string[] },
  lines: Iterable<string>,
): void {
  const comments = [
    `${trimListMark}${title}\n`,
    ...notes.flatMap((text) => text.split(/[\r\n]+/)).map((line) => `# ${line}\n`),
  ];
  const aside = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(aside, [...comments, ...[...lines].toSorted().map((line) => `${line}\n`)].join(''));
    renameSync(aside, path);
  } catch (cause) {
    rmSync(aside, { force: true });
    throw environmentFailure(`Cannot write "${path}": ${(cause as Error).message}`, { cause });
  }
}
