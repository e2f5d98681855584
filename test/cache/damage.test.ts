// Whatever happens to the files costs time and nothing else.
import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import type { Cache, Sha256 } from '../../cache/cache.ts';
import { openCache } from '../../cache/open.ts';
import { Anything, bytesOf, temporaryCache, temporaryFolder } from './temporary-cache.ts';

const small = bytesOf(1, 1000);
const large = bytesOf(2, 200_000);

function fill(cache: Cache): { small: Sha256; large: Sha256 } {
  const names = { small: cache.blobs.put(small), large: cache.blobs.put(large) };
  cache.put(Anything, { of: 'small' }, { value: 'small' }, { blobs: [names.small] });
  cache.put(Anything, { of: 'large' }, { value: 'large' }, { blobs: [names.large] });
  cache.put(Anything, { of: 'none' }, { value: 'none' });
  return names;
}

/** Answers are right or missing, and what was missing can be put again. */
function checkHealed(cache: Cache): void {
  const check = (): (object | undefined)[] => {
    const values = ['small', 'large', 'none'].map((name) => cache.get(Anything, { of: name }));
    for (const [i, name] of ['small', 'large', 'none'].entries()) {
      assert.ok(values[i] === undefined || JSON.stringify(values[i]) === JSON.stringify({ value: name }));
    }
    return values;
  };
  check();
  const names = fill(cache);
  assert.ok(check().every((value) => value !== undefined));
  assert.deepEqual(cache.blobs.get(names.small), small);
  assert.deepEqual(cache.blobs.get(names.large), large);
}

const fileOf = (folder: string, sha256: Sha256): string => join(folder, 'blobs', sha256.slice(0, 2), sha256);

function flip(file: string, offset: number): void {
  chmodSync(file, 0o600);
  const byte = readFileSync(file)[offset] ?? 0;
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.from([byte ^ 4]), 0, 1, offset);
  closeSync(descriptor);
}

const blobDamages: [what: string, damage: (file: string) => void][] = [
  ['a flipped bit', (file) => flip(file, 1234)],
  ['a cut end', (file) => truncateSync(file, 100_000)],
  ['nothing left', (file) => writeFileSync(file, '')],
  ['no file', (file) => rmSync(file)],
  [
    'a folder in its place',
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
  [
    'a link to nothing',
    (file) => {
      rmSync(file);
      symlinkSync('/nowhere', file);
    },
  ],
];
for (const isOpen of [true, false]) {
  for (const [what, damage] of blobDamages) {
    test(`a blob file with ${what} ${isOpen ? 'while it is in use' : 'at the start'} is missing`, (t) => {
      const { cache: first, folder } = temporaryCache(t);
      const { large: name } = fill(first);
      assert.ok(first.blobs.path(name));
      if (!isOpen) first.close();
      chmodSync(fileOf(folder, name), 0o600);
      damage(fileOf(folder, name));
      const cache = isOpen ? first : openCache(folder);
      assert.equal(cache.get(Anything, { of: 'large' }), undefined);
      assert.equal(cache.blobs.path(name), undefined);
      assert.ok(!cache.blobs.has(name));
      assert.deepEqual(
        cache.get(Anything, { of: 'small' }),
        { value: 'small' },
        'the others are not touched',
      );
      checkHealed(cache);
      assert.deepEqual(readFileSync(cache.blobs.path(name) ?? ''), large);
      cache.close();
    });
  }
}

const rowDamages: [what: string, sql: string, lost: string][] = [
  ['another value', `UPDATE results SET value = replace(value, 'none', 'nome')`, 'none'],
  ['other references', `UPDATE results SET refers = '' WHERE value LIKE '%small%'`, 'small'],
  ['another inline blob', `UPDATE blobs SET bytes = zeroblob(1000) WHERE bytes IS NOT NULL`, 'small'],
  ['no inline blob', `DELETE FROM blobs WHERE bytes IS NOT NULL`, 'small'],
  ['no row for a file', `DELETE FROM blobs WHERE bytes IS NULL`, 'large'],
];
for (const [what, sql, lost] of rowDamages) {
  test(`a row with ${what} is missing`, (t) => {
    const { cache: first, folder } = temporaryCache(t);
    fill(first);
    first.close();
    const db = new Sqlite(join(folder, 'cache-v1.db'));
    assert.ok(db.prepare(sql).run().changes > 0);
    db.close();
    const { cache } = temporaryCache(t, { folder });
    for (const name of ['small', 'large', 'none']) {
      assert.deepEqual(cache.get(Anything, { of: name }), name === lost ? undefined : { value: name });
    }
    assert.deepEqual(cache.getMany(Anything, [{ of: lost }]), [undefined]);
    checkHealed(cache);
  });
}

test('names in a damaged database remove nothing outside of it', async (t) => {
  const { cache: first, folder } = temporaryCache(t);
  fill(first);
  first.close();
  writeFileSync(join(folder, 'precious'), 'mine');
  const db = new Sqlite(join(folder, 'cache-v1.db'));
  db.exec(`UPDATE results SET refers = '../precious tree:../precious tree:..'`);
  db.exec(
    `INSERT INTO blobs VALUES ('../precious', 1, 0, NULL); INSERT INTO trees VALUES ('../precious', 1, 0, 0, '{}')`,
  );
  db.close();
  const { cache } = temporaryCache(t, { folder });
  assert.equal(cache.get(Anything, { of: 'large' }), undefined);
  assert.equal(cache.trees.path('../precious'), undefined);
  await cache.collect({ bytesMax: 0 });
  assert.equal(readFileSync(join(folder, 'precious'), 'utf8'), 'mine');
  checkHealed(cache);
});

const databaseDamages: [what: string, damage: (file: string) => void][] = [
  ['something else', (file) => writeFileSync(file, 'x'.repeat(100_000))],
  ['a text', (file) => writeFileSync(file, 'hello')],
  [
    'a folder',
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
  [
    "another program's database",
    (file) => {
      rmSync(file);
      const db = new Sqlite(file);
      db.exec('CREATE TABLE theirs (x)');
      db.close();
    },
  ],
  ['a destroyed middle', (file) => writeFileSync(file, readFileSync(file).fill(0xaa, 8192, 40_000))],
];
for (const [what, damage] of databaseDamages) {
  test(`${what} instead of the database is moved aside, told once and replaced`, (t) => {
    const folder = temporaryFolder(t);
    using first = openCache(folder);
    fill(first);
    first.close();
    damage(join(folder, 'cache-v1.db'));
    const { cache, warnings } = temporaryCache(t, { folder });
    checkHealed(cache);
    assert.deepEqual(warnings, ['cache database damaged, starting a new one']);
    assert.equal(readdirSync(folder).filter((name) => name.startsWith('damaged-')).length, 1);
    cache.close();
    const { cache: next, warnings: none } = temporaryCache(t, { folder });
    checkHealed(next);
    assert.deepEqual(none, []);
  });
}

test('a database cut at any page or flipped anywhere gives right answers or none', (t) => {
  const folder = temporaryFolder(t);
  using first = openCache(folder);
  fill(first);
  for (let i = 0; i < 30; i++) first.blobs.put(bytesOf(i, 5000));
  first.close();
  const file = join(folder, 'cache-v1.db');
  const whole = readFileSync(file);
  const check = (bytes: Buffer): void => {
    for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
    writeFileSync(file, bytes);
    using cache = openCache(folder);
    checkHealed(cache);
    cache.stats();
  };
  for (let cut = 0; cut < whole.length; cut += 4 * 8192) check(whole.subarray(0, cut));
  for (let i = 0; i < 40; i++) {
    const bytes = Buffer.from(whole);
    const at = Math.floor((i / 40) * bytes.length) + i;
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    check(bytes);
  }
});

test('the database is damaged while it is open', (t) => {
  const { cache, folder, warnings } = temporaryCache(t);
  fill(cache);
  const { cache: other } = temporaryCache(t, { folder });
  other.close();
  const file = join(folder, 'cache-v1.db');
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(statSync(file).size, 0xaa), 0);
  closeSync(descriptor);
  const wal = openSync(`${file}-wal`, 'r+');
  writeSync(wal, Buffer.alloc(statSync(`${file}-wal`).size, 0xaa), 0);
  closeSync(wal);
  checkHealed(cache);
  assert.ok(warnings.length <= 1);
});

test('the folder is removed while the cache is open', (t) => {
  const { cache, folder } = temporaryCache(t);
  const names = fill(cache);
  rmSync(folder, { recursive: true });
  assert.equal(cache.get(Anything, { of: 'large' }), undefined);
  assert.equal(cache.blobs.path(names.large), undefined);
  checkHealed(cache);
  using second = openCache(folder);
  assert.deepEqual(
    second.get(Anything, { of: 'large' }),
    { value: 'large' },
    'it was written to the new folder',
  );
});

test('the folder is replaced by a copy while the cache is open', (t) => {
  const { cache, folder } = temporaryCache(t);
  fill(cache);
  renameSync(folder, `${folder}-moved`);
  t.after(() => rmSync(`${folder}-moved`, { recursive: true }));
  using second = openCache(folder);
  second.put(Anything, { from: 'second' }, { value: 1 });
  checkHealed(cache);
  assert.deepEqual(cache.get(Anything, { from: 'second' }), { value: 1 });
});
