import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Cache } from '../../cache/cache.ts';
import { openCache } from '../../cache/open.ts';
import { sha256Of } from '../../cache/file-hash.ts';
import { Anything, temporaryCache } from './temporary-cache.ts';

async function publish(cache: Cache): Promise<string> {
  const staged = cache.trees.stage();
  mkdirSync(join(staged, 'lib/pkg'), { recursive: true });
  mkdirSync(join(staged, 'bin'));
  writeFileSync(join(staged, 'lib/pkg/a.py'), 'a = 1\n');
  writeFileSync(join(staged, 'lib/pkg/b.py'), 'b = 1\n');
  writeFileSync(join(staged, 'bin/tool'), '#!/bin/sh\n', { mode: 0o755 });
  symlinkSync('tool', join(staged, 'bin/other'));
  symlinkSync('../lib/pkg/a.py', join(staged, 'bin/a'));
  symlinkSync('/etc/passwd', join(staged, 'bin/outside'));
  symlinkSync('pkg', join(staged, 'lib/alias'));
  return cache.trees.publish(staged);
}

test('a published tree lists its files and is read-only', async (t) => {
  const { cache, folder } = temporaryCache(t);
  const id = await publish(cache);
  const root = cache.trees.path(id);
  assert.equal(root, join(folder, 'trees', id));
  const file = (path: string, text: string, executable = false): object => ({
    path,
    sha256: sha256Of(text),
    size: text.length,
    executable,
  });
  const expected = [
    file('bin/a', 'a = 1\n'),
    file('bin/other', '#!/bin/sh\n', true),
    file('bin/tool', '#!/bin/sh\n', true),
    file('lib/pkg/a.py', 'a = 1\n'),
    file('lib/pkg/b.py', 'b = 1\n'),
  ];
  assert.deepEqual(cache.trees.files(id), expected);
  assert.equal(statSync(join(root ?? '', 'lib/pkg/a.py')).mode & 0o777, 0o444);
  assert.equal(statSync(join(root ?? '', 'bin/tool')).mode & 0o777, 0o555);
  using second = openCache(folder);
  assert.equal(second.trees.path(id), root);
  assert.deepEqual(second.trees.files(id), expected);
});

test('equal content is published once', async (t) => {
  const { cache, folder } = temporaryCache(t);
  const id = await publish(cache);
  const { ino } = statSync(join(folder, 'trees', id));
  assert.equal(await publish(cache), id);
  using second = openCache(folder);
  assert.equal(await publish(second), id);
  assert.equal(statSync(join(folder, 'trees', id)).ino, ino);
});

/** `later` says whether a process that has already looked at the tree sees it, too. */
const changes: [what: string, change: (root: string) => void, outcome: 'same' | 'gone', later?: 'unseen'][] =
  [
    ['a removed file', (root) => rmSync(join(root, 'lib/pkg/a.py')), 'gone'],
    ['an added file', (root) => writeFileSync(join(root, 'lib/pkg/new.py'), ''), 'gone'],
    ['a removed folder', (root) => rmSync(join(root, 'lib/pkg'), { recursive: true }), 'gone'],
    ['an added folder', (root) => mkdirSync(join(root, 'lib/new')), 'gone'],
    ['a removed link', (root) => rmSync(join(root, 'bin/other')), 'gone'],
    ['the whole tree removed', (root) => rmSync(root, { recursive: true }), 'gone'],
    [
      'a file in its place',
      (root) => {
        rmSync(root, { recursive: true });
        writeFileSync(root, '');
      },
      'gone',
    ],
    [
      'a file written over',
      (root) => {
        chmodSync(join(root, 'lib/pkg/a.py'), 0o600);
        writeFileSync(join(root, 'lib/pkg/a.py'), 'a = 2\n');
      },
      'gone',
      'unseen',
    ],
    ['a touched file', (root) => utimesSync(join(root, 'lib/pkg/a.py'), 1, 1), 'same'],
    [
      'a file replaced by an equal one',
      (root) => {
        writeFileSync(join(root, 'lib/pkg/tmp'), 'a = 1\n');
        renameSync(join(root, 'lib/pkg/tmp'), join(root, 'lib/pkg/a.py'));
      },
      'same',
    ],
    [
      "Python's bytecode",
      (root) => {
        mkdirSync(join(root, 'lib/pkg/__pycache__'));
        writeFileSync(join(root, 'lib/pkg/__pycache__/a.cpython-311.pyc'), '');
      },
      'same',
    ],
  ];
for (const [what, change, outcome, later] of changes) {
  test(`a tree with ${what} is ${outcome}`, async (t) => {
    const { cache, folder } = temporaryCache(t);
    const id = await publish(cache);
    cache.put(Anything, { tree: 1 }, { id }, { trees: [id] });
    const root = cache.trees.path(id) ?? '';
    change(root);
    const seen = cache.trees.path(id);
    assert.equal(seen === undefined ? 'gone' : 'same', later === 'unseen' ? 'same' : outcome);
    const { cache: next } = temporaryCache(t, { folder });
    assert.deepEqual(next.get(Anything, { tree: 1 }), outcome === 'same' ? { id } : undefined);
    assert.equal(next.trees.path(id), outcome === 'same' ? root : undefined);
    assert.equal(existsSync(root), outcome === 'same');
    assert.equal(await publish(next), id, 'it can be made again');
    assert.equal(next.trees.path(id), root);
  });
}
