import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sha256 } from '../../cache/cache.ts';
import { openCache } from '../../cache/open.ts';
import { bytesOf, temporaryCache } from './temporary-cache.ts';

for (const length of [0, 1, 65_536, 65_537, 3_000_000]) {
  test(`${length} bytes come back`, async (t) => {
    const { cache, folder } = temporaryCache(t);
    const bytes = bytesOf(length, length);
    const sha256 = cache.blobs.put(bytes);
    assert.equal(cache.blobs.put(bytes), sha256);
    assert.deepEqual(cache.blobs.get(sha256), bytes);
    assert.deepEqual(cache.blobs.getMany([sha256, sha256]), [bytes, bytes]);
    assert.ok(cache.blobs.has(sha256));
    assert.equal(existsSync(join(folder, 'blobs', sha256.slice(0, 2), sha256)), length > 65_536);
    const path = cache.blobs.path(sha256);
    assert.ok(path);
    assert.deepEqual(readFileSync(path), bytes);
    assert.equal(statSync(path).mode & 0o777, 0o444);
    assert.equal(cache.blobs.path(sha256), path, 'once written out, it is there');

    const file = cache.scratch();
    writeFileSync(file, bytes);
    assert.equal(await cache.blobs.putFile(file), sha256);
    assert.ok(!existsSync(file), 'moved in');
    using second = openCache(folder);
    assert.deepEqual(second.blobs.get(sha256), bytes);
  });
}

test('a file is moved in under its hash', async (t) => {
  const { cache, folder } = temporaryCache(t);
  const outside = join(folder, '..', `${folder.split('/').at(-1)}-outside`);
  writeFileSync(outside, bytesOf(1, 100_000));
  const sha256 = await cache.blobs.putFile(outside);
  assert.deepEqual(cache.blobs.get(sha256), bytesOf(1, 100_000));
  assert.ok(!existsSync(outside));
  await assert.rejects(cache.blobs.putFile(outside), /Cannot read/);
});

test('many are put at once', (t) => {
  const { cache } = temporaryCache(t);
  const many = [10, 70_000, 10].map((length) => bytesOf(length, length));
  const names = cache.blobs.putMany(many);
  assert.equal(names[0], names[2]);
  assert.deepEqual(cache.blobs.getMany(names), many);
});

test('an unknown blob is missing', (t) => {
  const { cache } = temporaryCache(t);
  const unknown = 'a'.repeat(64) as Sha256;
  assert.equal(cache.blobs.get(unknown), undefined);
  assert.equal(cache.blobs.path(unknown), undefined);
  assert.ok(!cache.blobs.has(unknown));
  assert.deepEqual(cache.blobs.getMany([unknown]), [undefined]);
});

test('what ended processes left is removed at the next start', async (t) => {
  const { cache, folder } = temporaryCache(t);
  const own = cache.trees.stage();
  const name = own.split('/').at(-2) ?? '';
  // The same name with a process number that the kernel never gives: the owner is gone.
  const abandoned = join(folder, 'tmp', name.replace(`-${process.pid}-`, '-99999999-'));
  mkdirSync(abandoned);
  writeFileSync(join(abandoned, '1'), 'half');
  const { cache: second } = temporaryCache(t, { folder });
  await second.collect();
  assert.ok(!existsSync(abandoned));
  assert.ok(existsSync(own), 'ours is in use');
  cache.close();
  assert.ok(!existsSync(own));
});
