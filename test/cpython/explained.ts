// The differences that docs/reference/cpython-tests.md explains: the document is the list.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const document = join(import.meta.dirname, '../../docs/reference/cpython-tests.md');

/** Patterns of test ids; `*` stands for anything. First column of the document's table of differences. */
export function explainedTests(): (id: string) => boolean {
  const rows = readFileSync(document, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const patterns = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
  );
  const expressions = patterns.map(
    (pattern) => new RegExp(`(^|\\.)${pattern.split('*').map(escape).join('.*')}$`),
  );
  return (id) => expressions.some((expression) => expression.test(id));
}

const escape = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
