// docs/reference/compatibility.md: every promise names a test that is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { missingTest } from './support/named-test.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/reference/compatibility.md'), 'utf8');
const rows = [...page.matchAll(/^\| ([PB]\d+) \| (.+?) \| (.+?) \|$/gm)].map(
  ([, id = '', promise, shown = '']) => ({
    id,
    promise,
    shown,
  }),
);

test('every promise has its row', () => {
  const numbers = (letter: string, list: readonly number[]): string[] =>
    list.map((number) => letter + number);
  assert.deepEqual(
    rows.map(({ id }) => id),
    [
      ...numbers('P', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 20]),
      ...numbers('B', [2, 3, 4, 6, 11, 12, 13, 17, 18]),
    ],
  );
});

test('every row names a test that exists', (t) => {
  for (const { id, shown } of rows) {
    if (shown === 'not yet') {
      t.diagnostic(`${id} has no test yet`);
      continue;
    }
    assert.equal(missingTest(shown), undefined, id);
  }
});
