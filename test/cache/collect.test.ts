import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Cache, ResultKind, ResultType } from '../../cache/cache.ts';
import { Anything, bytesOf, temporaryCache } from './temporary-cache.ts';

const hourMs = 60 * 60 * 1000;
const blobBytes = 100_000;

const typeOf = (kind: ResultKind): ResultType<object, object> => ({ kind, version: 1 });

function put(cache: Cache, kind: ResultKind, seed: number): string {
  const blob = cache.blobs.put(bytesOf(seed, blobBytes));
  cache.put(typeOf(kind), { seed }, { blob }, { blobs: [blob] });
  return join(cache.folder, 'blobs', blob.slice(0, 2), blob);
}

const isKept = (cache: Cache, kind: ResultKind, seed: number): boolean =>
  cache.get(typeOf(kind), { seed }) !== undefined;

test('statistics count what each kind refers to once', async (t) => {
  const { cache } = temporaryCache(t);
  put(cache, 'layer', 1);
  put(cache, 'package', 4);
  put(cache, 'pip', 1);
  put(cache, 'pip', 2);
  cache.put(typeOf('pip'), { shares: 2 }, {}, { blobs: [cache.blobs.put(bytesOf(2, blobBytes))] });
  const staged = cache.trees.stage();
  writeFileSync(join(staged, 'file'), bytesOf(3, 1000));
  const tree = await cache.trees.publish(staged);
  cache.put(typeOf('distribution'), {}, {}, { trees: [tree] });
  cache.blobs.put(bytesOf(9, 500));
  const stats = new Map(cache.stats().map(({ kind, count, bytes }) => [kind, { count, bytes }]));
  const check = (kind: string, count: number, bytes: number): void => {
    const row = stats.get(kind) ?? { count: -1, bytes: -1 };
    assert.equal(row.count, count, kind);
    // Values and references themselves count, too: some hundred bytes a row.
    assert.ok(row.bytes >= bytes && row.bytes < bytes + 1000, `${kind}: ${row.bytes}`);
  };
  check('layer', 1, blobBytes);
  check('package', 1, blobBytes);
  check('pip', 3, 2 * blobBytes);
  check('distribution', 1, 1000);
  check('cargo', 0, 0);
  check('unreferenced', 1, 500);
});

test('nothing goes below the limit', async (t) => {
  let nowMs = Date.now();
  const { cache } = temporaryCache(t, { now: () => nowMs });
  put(cache, 'layer', 1);
  nowMs += 1000 * hourMs;
  assert.deepEqual(await cache.collect({ bytesMax: 2 * blobBytes }), { results: 0, bytes: 0 });
  assert.ok(isKept(cache, 'layer', 1));
});

test('the least recently used go first, with their files', async (t) => {
  let nowMs = Date.now() + hourMs;
  const { cache } = temporaryCache(t, { now: () => nowMs });
  const files: string[] = [];
  for (const seed of [1, 2, 3, 4]) {
    files.push(put(cache, 'layer', seed));
    nowMs += 10 * hourMs;
  }
  assert.ok(isKept(cache, 'layer', 1), 'a use counts');
  nowMs += 10 * hourMs;
  const { results, bytes } = await cache.collect({ bytesMax: 3 * blobBytes });
  assert.equal(results, 2);
  assert.ok(bytes >= 2 * blobBytes);
  assert.deepEqual(
    [1, 2, 3, 4].map((seed) => isKept(cache, 'layer', seed)),
    [true, false, false, true],
  );
  assert.deepEqual(
    files.map((file) => existsSync(file)),
    [true, false, false, true],
  );
  assert.deepEqual(
    readdirSync(join(cache.folder, 'tmp')).flatMap((name) => readdirSync(join(cache.folder, 'tmp', name))),
    [],
  );
});

test('what is expensive to make again stays longer', async (t) => {
  let nowMs = Date.now() + hourMs;
  const { cache } = temporaryCache(t, { now: () => nowMs });
  put(cache, 'cargo', 1);
  nowMs += hourMs;
  put(cache, 'bytecode', 2);
  nowMs += 10 * hourMs;
  await cache.collect({ bytesMax: 1.5 * blobBytes });
  assert.ok(isKept(cache, 'cargo', 1));
  assert.ok(!isKept(cache, 'bytecode', 2));
});

test('what was used a moment ago never goes, referenced or not', async (t) => {
  let nowMs = Date.now() + hourMs;
  const { cache, folder } = temporaryCache(t, { now: () => nowMs });
  put(cache, 'layer', 1);
  const loose = cache.blobs.put(bytesOf(2, 1000));
  nowMs += 3 * hourMs;
  const { cache: other } = temporaryCache(t, { folder, now: () => nowMs });
  assert.ok(isKept(cache, 'layer', 1));
  assert.ok(cache.blobs.get(loose));
  // Uses are written down when the work yields; stats waits for nothing.
  cache.stats();
  await other.collect({ bytesMax: 0 });
  assert.ok(isKept(cache, 'layer', 1));
  assert.ok(cache.blobs.has(loose));
  nowMs += 3 * hourMs;
  await other.collect({ bytesMax: 0 });
  assert.ok(!isKept(cache, 'layer', 1));
  assert.ok(!cache.blobs.has(loose));
});

test('files without a row go', async (t) => {
  const { cache, folder } = temporaryCache(t, { now: () => Date.now() + 3 * hourMs });
  const kept = put(cache, 'layer', 1);
  const orphan = `${kept.slice(0, -1)}${kept.endsWith('0') ? '1' : '0'}`;
  writeFileSync(orphan, 'x');
  const staged = cache.trees.stage();
  const tree = await cache.trees.publish(staged);
  cache.put(Anything, {}, {}, { trees: [tree] });
  writeFileSync(join(folder, 'trees', 'orphan'), 'x');
  await cache.collect();
  assert.ok(existsSync(kept));
  assert.ok(!existsSync(orphan));
  assert.deepEqual(readdirSync(join(folder, 'trees')), [tree]);
});

test('clear leaves an empty cache that works', async (t) => {
  const { cache } = temporaryCache(t);
  const file = put(cache, 'layer', 1);
  cache.traces.put('key', 'trace');
  await cache.clear();
  assert.ok(!existsSync(file));
  assert.ok(cache.stats().every(({ count, bytes }) => count === 0 && bytes === 0));
  assert.equal(cache.traces.get('key'), undefined);
  put(cache, 'layer', 1);
  assert.ok(isKept(cache, 'layer', 1));
});
