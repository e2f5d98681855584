import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GlobPattern } from '../../../daemon/config/glob-pattern.ts';

const rows: [pattern: string, path: string, matches: boolean][] = [
  ['/a/*.txt', '/a/x.txt', true],
  ['/a/*.txt', '/a/b/x.txt', false],
  ['/a/*.txt', '/a/.txt', true],
  ['/a/**/*.txt', '/a/x.txt', true],
  ['/a/**/*.txt', '/a/b/c/x.txt', true],
  ['/a/**/*.txt', '/a/b/c/x.py', false],
  ['/a/**', '/a/b/.c', true],
  ['/a/**', '/b/c', false],
  ['/a/**/b/**/c', '/a/b/c', true],
  ['/a/**/b/**/c', '/a/x/b/y/z/c', true],
  ['/a/**/b/**/c', '/a/x/y/c', false],
  ['/a/[xy]?.py', '/a/x1.py', true],
  ['/a/[xy]?.py', '/a/z1.py', false],
  ['/a/[!x-z].py', '/a/b.py', true],
  ['/a/[!x-z].py', '/a/y.py', false],
  ['/a/./b/../*.py', '/a/m.py', true],
  ['/a/plain (1)+.txt', '/a/plain (1)+.txt', true],
  ['/a/plain.txt', '/a/plainxtxt', false],
];
for (const [pattern, path, matches] of rows)
  test(`${pattern} ${matches ? 'matches' : 'does not match'} ${path}`, () =>
    assert.equal(new GlobPattern(pattern).matches(path), matches));

test('only directories that can hold a match are entered', () => {
  const pattern = new GlobPattern('/a/b*/c/**/*.txt');
  assert.equal(pattern.root, '/a');
  const entered = ['/a/x', '/a/b1', '/a/b1/d', '/a/b1/c', '/a/b1/c/d/e'].filter((path) =>
    pattern.mayMatchBelow(path),
  );
  assert.deepEqual(entered, ['/a/b1', '/a/b1/c', '/a/b1/c/d/e']);
  assert.equal(new GlobPattern('/a/b/c.txt').root, '/a/b');
});
