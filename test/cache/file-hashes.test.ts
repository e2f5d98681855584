import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
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
import Sqlite from 'better-sqlite3';
import { openCache } from '../../cache/open.ts';
import { sha256Of } from '../../cache/file-hash.ts';
import { temporaryCache, temporaryFolder } from './temporary-cache.ts';

const hourMs = 60 * 60 * 1000;

/** Each leaves size and modification time as they were, if it can; none may be taken for the old content. */
const edits: [what: string, edit: (file: string) => void][] = [
  ['another size', (file) => writeFileSync(file, 'longer')],
  ['the same size', (file) => writeFileSync(file, 'new')],
  [
    'the same size and time',
    (file) => {
      const { atime, mtime } = statSync(file);
      writeFileSync(file, 'new');
      utimesSync(file, atime, mtime);
    },
  ],
  [
    'another file of the same size and time',
    (file) => {
      const { atime, mtime } = statSync(file);
      writeFileSync(`${file}.tmp`, 'new');
      utimesSync(`${file}.tmp`, atime, mtime);
      renameSync(`${file}.tmp`, file);
    },
  ],
];
// Recorded now: within the racy window, always read again. Recorded an hour from now: believed by its stat.
for (const recordedInMs of [0, hourMs]) {
  for (const [what, edit] of edits) {
    test(`an edit to ${what}, hashed ${recordedInMs} ms later, is seen`, (t) => {
      const { cache, folder } = temporaryCache(t, { now: () => Date.now() + recordedInMs });
      const file = join(folder, 'user-file');
      writeFileSync(file, 'old');
      assert.equal(cache.hashFile(file)?.sha256, sha256Of('old'));
      edit(file);
      assert.notEqual(cache.hashFile(file)?.sha256, sha256Of('old'));
      edit(file);
    });
  }
}

test('an unchanged file is not read again, unless it was fresh when it was hashed', (t) => {
  for (const [recordedInMs, isBelieved] of [
    [hourMs, true],
    [0, false],
  ] as const) {
    const folder = temporaryFolder(t);
    const file = join(folder, 'user-file');
    writeFileSync(file, 'old');
    const first = openCache(folder, { now: () => Date.now() + recordedInMs });
    first.hashFile(file);
    first.close();
    // Reading writes a new row, recorded now; believing leaves the old one.
    const second = openCache(folder, { now: () => 10 * hourMs });
    assert.equal(second.hashFile(file)?.sha256, sha256Of('old'));
    second.close();
    const db = new Sqlite(join(folder, 'cache-v1.db'));
    const row = db.prepare<[], { recordedAt: number }>('SELECT recordedAt FROM file_hashes').get();
    db.close();
    assert.equal(row?.recordedAt !== 10 * hourMs, isBelieved);
  }
});

test('a damaged hash is not believed', (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'user-file');
  writeFileSync(file, 'old');
  const first = openCache(folder, { now: () => Date.now() + hourMs });
  first.hashFile(file);
  first.close();
  const db = new Sqlite(join(folder, 'cache-v1.db'));
  assert.equal(db.prepare(`UPDATE file_hashes SET sha256 = replace(sha256, '0', '1')`).run().changes, 1);
  db.close();
  const { cache } = temporaryCache(t, { folder });
  assert.equal(cache.hashFile(file)?.sha256, sha256Of('old'));
});

test('what is no regular file has no hash', (t) => {
  const { cache, folder } = temporaryCache(t);
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  mkdirSync(join(folder, 'directory'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  symlinkSync('loop', join(folder, 'loop'));
  for (const name of ['pipe', 'directory', 'dangling', 'loop', 'missing', 'directory/x', 'tmp/x']) {
    assert.equal(cache.hashFile(join(folder, name)), undefined, name);
  }
});

test('links are followed, modes and sizes are told', (t) => {
  const { cache, folder } = temporaryCache(t);
  const file = join(folder, 'user-file');
  const link = join(folder, 'link');
  writeFileSync(file, 'old');
  symlinkSync('user-file', link);
  const hash = { sha256: sha256Of('old'), size: 3, executable: false };
  assert.deepEqual(cache.hashFile(link), hash);
  chmodSync(file, 0o755);
  assert.deepEqual(cache.hashFile(link), { ...hash, executable: true });
  writeFileSync(join(folder, 'second'), 'large'.repeat(400_000));
  rmSync(link);
  symlinkSync('second', link);
  assert.equal(cache.hashFile(link)?.sha256, sha256Of('large'.repeat(400_000)));
});
