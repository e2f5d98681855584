import assert from 'node:assert/strict';
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { CacheError } from '../../cache/cache-error.ts';
import { networkTypeName } from '../../cache/file-system.ts';
import { openCache } from '../../cache/open.ts';
import { Anything, temporaryCache, temporaryFolder } from './temporary-cache.ts';

test('a folder is made with what it needs, and found through links', (t) => {
  const root = temporaryFolder(t);
  const folder = join(root, 'deep/cache');
  const { cache } = temporaryCache(t, { folder });
  assert.equal(cache.folder, folder);
  symlinkSync('deep', join(root, 'link'));
  using second = openCache(join(root, 'link/cache'));
  assert.equal(second.folder, folder);
  assert.ok(readdirSync(folder).includes('CACHEDIR.TAG'));
});

test('a file is no folder', (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below')]) {
    assert.throws(
      () => openCache(path),
      (error) =>
        error instanceof CacheError && error.reason === 'not-a-folder' && error.message.includes(path),
    );
  }
});

test('closing twice is fine', (t) => {
  const { cache } = temporaryCache(t);
  cache.close();
  cache.close();
});

test("a newer program's database in the same file is used as it is", (t) => {
  const folder = temporaryFolder(t);
  const first = openCache(folder);
  first.put(Anything, {}, { kept: true });
  first.close();
  const db = new Sqlite(join(folder, 'cache-v1.db'));
  db.pragma('user_version=99');
  db.exec('CREATE TABLE added_later (x)');
  db.close();
  const { cache, warnings } = temporaryCache(t, { folder });
  assert.deepEqual(cache.get(Anything, {}), { kept: true });
  assert.deepEqual(warnings, []);
});

const types: [type: number, name: string | undefined][] = [
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xff534d42 | 0, 'cifs'],
  [0x01021997, '9p'],
  [0xef53, undefined],
  [0x01021994, undefined],
  [0x794c7630, undefined],
  [0x65735546, undefined],
];
for (const [type, name] of types) {
  test(`file system 0x${(type >>> 0).toString(16)} is ${name ?? 'local'}`, () => {
    assert.equal(networkTypeName(type), name);
  });
}

test('an open cache keeps no process awake', (t) => {
  const { cache } = temporaryCache(t);
  cache.put(Anything, {}, {});
  cache.hashFile('/etc/passwd');
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
  assert.deepEqual(timers, []);
});
