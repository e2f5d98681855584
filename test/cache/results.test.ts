import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { ResultType } from '../../cache/cache.ts';
import { canonicalJson } from '../../cache/canonical-json.ts';
import { openCache } from '../../cache/open.ts';
import { Anything, bytesOf, temporaryCache } from './temporary-cache.ts';

const same: [a: unknown, b: unknown, text: string][] = [
  [{ a: 1, b: [true, null] }, { b: [true, null], a: 1 }, '{"a":1,"b":[true,null]}'],
  [{ a: 1, gone: undefined }, { a: 1 }, '{"a":1}'],
  ['\u2028"ä', '\u2028"ä', JSON.stringify('\u2028"ä')],
  [{ x: { b: 1, a: 2 } }, { x: { a: 2, b: 1 } }, '{"x":{"a":2,"b":1}}'],
];
for (const [a, b, text] of same) {
  test(`equal keys give ${text}`, () => {
    assert.equal(canonicalJson(a), text);
    assert.equal(canonicalJson(b), text);
  });
}

for (const wrong of [
  Number.NaN,
  1n,
  Symbol('x'),
  new Date(0),
  new Map(),
  () => 1,
  undefined,
  { a: [undefined] },
]) {
  test(`${inspect(wrong)} is no key`, () => {
    assert.throws(() => canonicalJson(wrong), TypeError);
  });
}

test('a result is found under an equal key of the same kind and version only', (t) => {
  const { cache, folder } = temporaryCache(t);
  cache.put(Anything, { a: 1, b: 2 }, { found: 'yes' });
  const next: ResultType<object, object> = { kind: 'scan', version: 2 };
  const other: ResultType<object, object> = { kind: 'pip', version: 1 };
  assert.deepEqual(cache.get(Anything, { b: 2, a: 1 }), { found: 'yes' });
  assert.equal(cache.get(Anything, { a: 1 }), undefined);
  assert.equal(cache.get(next, { a: 1, b: 2 }), undefined);
  assert.equal(cache.get(other, { a: 1, b: 2 }), undefined);
  cache.put(Anything, { a: 1, b: 2 }, { found: 'again' });
  using second = openCache(folder);
  assert.deepEqual(second.get(Anything, { a: 1, b: 2 }), { found: 'again' });
});

test('many results keep their places', (t) => {
  const { cache } = temporaryCache(t);
  const blobs = [1, 2, 3].map((seed) => cache.blobs.put(bytesOf(seed, 100)));
  const rows = blobs.map((blob, i) => [{ i }, { blob }, [blob]] as const);
  cache.putMany(Anything, rows);
  assert.deepEqual(cache.getMany(Anything, [{ i: 2 }, { i: 9 }, { i: 0 }]), [
    { blob: blobs[2] },
    undefined,
    { blob: blobs[0] },
  ]);
});

test('traces are kept as they are', (t) => {
  const { cache } = temporaryCache(t);
  assert.equal(cache.traces.get('key'), undefined);
  cache.traces.put('key', 'text');
  cache.traces.put('key', 'text 2');
  assert.equal(cache.traces.get('key'), 'text 2');
});
