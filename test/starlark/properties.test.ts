// Properties of numbers and strings, over many random values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateFile } from '../../daemon/starlark/evaluate.ts';
import { Float, formatFloat } from '../../daemon/starlark/float.ts';
import * as int from '../../daemon/starlark/integer.ts';
import type { Integer } from '../../daemon/starlark/integer.ts';
import { repr } from '../../daemon/starlark/repr.ts';
import { parseFloatText } from '../../daemon/starlark/number-text.ts';
import { List, Tuple } from '../../daemon/starlark/sequence.ts';
import { keyOf } from '../../daemon/starlark/value.ts';
import type { Value } from '../../daemon/starlark/value.ts';
import { nearestName } from '../../daemon/starlark/spelling.ts';

let state = 20261122;
function random(bound: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % bound;
}

/** Ints around the places where representations change. */
function someInteger(): bigint {
  const size = [3, 30, 31, 32, 52, 53, 54, 63, 64, 100][random(10)]!;
  const value = (1n << BigInt(size)) + BigInt(random(7) - 3) * BigInt(1 + random(1000));
  return random(2) === 0 ? value : -value;
}

const floorDiv = (a: bigint, b: bigint): bigint => (a % b !== 0n && a < 0n !== b < 0n ? a / b - 1n : a / b);

const operations: [
  name: string,
  ours: (a: Integer, b: Integer) => Integer,
  exact: (a: bigint, b: bigint) => bigint,
][] = [
  ['+', int.addInt, (a, b) => a + b],
  ['-', int.subInt, (a, b) => a - b],
  ['*', int.mulInt, (a, b) => a * b],
  ['//', int.floorDivInt, floorDiv],
  ['%', int.modInt, (a, b) => a - floorDiv(a, b) * b],
  ['&', int.bitAnd, (a, b) => a & b],
  ['|', int.bitOr, (a, b) => a | b],
  ['^', int.bitXor, (a, b) => a ^ b],
];
for (const [name, ours, exact] of operations) {
  test(`ints: ${name} is exact and in normal form`, () => {
    for (let turn = 0; turn < 3000; turn++) {
      const [a, b] = [someInteger(), someInteger()];
      const result = ours(int.normalize(a), int.normalize(b));
      assert.equal(BigInt(result), exact(a, b), `${a} ${name} ${b}`);
      assert.equal(typeof result === 'number', Number.isSafeInteger(Number(result)), `${a} ${name} ${b}`);
    }
  });
}

test('ints: shifts and complement', () => {
  for (let turn = 0; turn < 3000; turn++) {
    const a = someInteger();
    const count = random(120);
    assert.equal(BigInt(int.shiftRight(int.normalize(a), count)), a >> BigInt(count), `${a} >> ${count}`);
    assert.equal(BigInt(int.shiftLeft(int.normalize(a), count)), a << BigInt(count), `${a} << ${count}`);
    assert.equal(BigInt(int.bitNot(int.normalize(a))), ~a);
    assert.equal(BigInt(int.negate(int.normalize(a))), -a);
  }
});

test('floats: the text reads back as the same float, and looks like one', () => {
  const bits = new DataView(new ArrayBuffer(8));
  for (let turn = 0; turn < 20_000; turn++) {
    bits.setUint32(0, random(2 ** 32));
    bits.setUint32(4, random(2 ** 32));
    const value = bits.getFloat64(0);
    const text = formatFloat(value);
    if (Number.isFinite(value)) {
      assert.equal(parseFloatText(text), value, text);
      assert.match(text, /^-?\d+(?:\.\d+)?(?:e[+-]\d{2,3})?$/);
      assert.match(text, /[.e]/);
    }
  }
});

test('floats: integral ones are the same keys as ints', () => {
  for (let turn = 0; turn < 2000; turn++) {
    const value = Number(someInteger());
    assert.equal(keyOf(new Float(value)), keyOf(int.floatToInt(value)));
    assert.equal(keyOf(new Tuple([new Float(value)])), keyOf(new Tuple([int.floatToInt(value)])));
  }
});

test('strings: repr reads back as the same string', () => {
  const alphabet = [
    'a',
    'é',
    '🌿',
    '"',
    "'",
    '\\',
    '\n',
    '\r',
    '\t',
    '\x00',
    '\x7f',
    '\u200b',
    '\u2028',
    '{',
    '%',
  ];
  for (let turn = 0; turn < 300; turn++) {
    const text = Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]!).join('');
    const result = evaluateFile({ file: 'm', source: repr(text) });
    assert.ok('globals' in result);
    assert.equal(result.last, text);
  }
});

test('tuples: different ones are different keys', () => {
  const parts: Value[] = [
    '',
    'a',
    'b',
    '1',
    1,
    2n ** 70n,
    true,
    false,
    null,
    new Float(1.5),
    new Tuple(['a']),
    new Tuple([]),
    '\0t',
    's1:a',
  ];
  const seen = new Map<unknown, string>();
  for (const a of parts) {
    for (const b of [undefined, ...parts]) {
      const tuple = new Tuple(b === undefined ? [a] : [a, b]);
      const text = repr(tuple);
      assert.equal(seen.get(keyOf(tuple)) ?? text, text);
      seen.set(keyOf(tuple), text);
    }
  }
  assert.equal(seen.size, parts.length * (parts.length + 1));
  assert.equal(repr(new List([new Tuple([1])])), '[(1,)]');
});

const spellings: [name: string, candidates: string[], nearest: string | undefined][] = [
  ['hollo', ['hello', 'help'], 'hello'],
  ['pint', ['print', 'point'], 'print'],
  ['lenght', ['length'], 'length'],
  ['run_modul', ['runModule', 'other'], 'runModule'],
  ['goodbye', ['abc', 'print'], undefined],
  ['x', ['y'], undefined],
  ['same', ['same'], undefined],
];
for (const [name, candidates, nearest] of spellings) {
  test(`spelling: ${name}`, () => assert.equal(nearestName(name, candidates), nearest));
}
