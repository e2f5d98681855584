import type { SizesResult } from '../protocol/trim-requests.ts';
import { formatBytes } from './format.ts';

/** What is smaller is summed up: a screen shows this many. */
const rowsMax = 20;

/** Size before and after, and what was dropped, the largest first. */
export function sizesText({ before, after, dropped }: SizesResult): string {
  const shown = dropped.slice(0, rowsMax);
  const rest = dropped.slice(rowsMax);
  const width = Math.max(12, ...shown.map(({ name }) => name.length));
  const row = (name: string, ...cells: readonly string[]): string =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(11)).join('')}`;
  const sizes = (name: string, from: number, to: number): string =>
    row(name, formatBytes(from), to === 0 ? '-' : formatBytes(to));
  const sum = (key: 'before' | 'after'): number => rest.reduce((total, part) => total + part[key], 0);
  return [
    row('', 'before', 'after'),
    sizes('executable', before, after),
    '',
    ...shown.map((part) => sizes(part.name, part.before, part.after)),
    ...(rest.length === 0 ? [] : [sizes(`${rest.length} more`, sum('before'), sum('after'))]),
    '',
  ].join('\n');
}
