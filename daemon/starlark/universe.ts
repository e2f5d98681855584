// The built-in functions, present in every file.
import { attributeNames, findAttribute, noAttribute } from './attribute.ts';
import { Bytes, decodeText, encodeText } from './bytes.ts';
import { methodTable } from './callable.ts';
import { compare } from './compare.ts';
import { Dict, StarlarkSet, addPairs } from './dict.ts';
import { Float, toDouble } from './float.ts';
import { isInteger, negate, toSmallInt } from './integer.ts';
import { elementsOf, isIterable, iterate, lengthOf, toArray } from './iterate.ts';
import { installAllMethods } from './methods.ts';
import { parseFloatText, parseIntText, toInteger } from './number-text.ts';
import { prefixed, withPrefix } from './prefixed.ts';
import { repr, str } from './repr.ts';
import { callValue } from './runtime.ts';
import { List, Range, Tuple } from './sequence.ts';
import { active, checkElements } from './thread.ts';
import { captureFrames, fail, stackFrame } from './trace.ts';
import { truth, typeName } from './value.ts';
import type { Value } from './value.ts';

installAllMethods();

/** Frames between `print` and the program's own: a bound for a cheap look at the stack. */
const printFramesMax = 16;

function position(): ReturnType<typeof stackFrame> | undefined {
  const [frame] = captureFrames(printFramesMax);
  return frame === undefined ? undefined : stackFrame(frame);
}

function print(args: Value[], separator: string): null {
  active.print(args.map(str).join(separator), position());
  return null;
}

function abs(x: Value): Value {
  if (isInteger(x)) return x < 0 ? negate(x) : x;
  if (x instanceof Float) return new Float(Math.abs(x.value));
  fail(`abs: got ${typeName(x)}, want int or float`);
}

/** `any` and `all`: the first element whose truth is `wanted` decides. */
function find(x: Value, wanted: boolean): boolean {
  const iterator = iterate(x);
  try {
    for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
      if (--active.fuel < 0) active.refuel();
      if (truth(item) === wanted) return true;
    }
    return false;
  } finally {
    iterator.close();
  }
}

function bytes(x: Value): Value {
  if (x instanceof Bytes) return x;
  if (typeof x === 'string') return new Bytes(encodeText(x));
  const items = toArray(x);
  if (items === undefined) fail(`bytes: got ${typeName(x)}, want string, bytes, or iterable of ints`);
  return new Bytes(
    Uint8Array.from(items, (item, at) => {
      if (!isInteger(item)) fail(`bytes: at index ${at}, got ${typeName(item)}, want int`);
      if (item < 0 || item > 255) {
        fail(`bytes: at index ${at}, ${item} out of range (want value in unsigned 8-bit range)`);
      }
      return Number(item);
    }),
  );
}

function chr(i: Value): Value {
  const code = toSmallInt(i, 'chr');
  if (code < 0) fail(`chr: Unicode code point ${code} out of range (<0)`);
  if (code > 0x10ffff) {
    fail(`chr: Unicode code point U+${code.toString(16).toUpperCase()} out of range (>0x10FFFF)`);
  }
  // Half a surrogate pair is no character.
  return String.fromCodePoint(code).toWellFormed();
}

function ord(c: Value): Value {
  if (typeof c === 'string') {
    const count = Array.from(c).length;
    if (count !== 1) fail(`ord: string encodes ${count} Unicode code points, want 1`);
    return c.codePointAt(0)!;
  }
  if (c instanceof Bytes) {
    if (c.data.length !== 1) fail(`ord: bytes has length ${c.data.length}, want 1`);
    return c.data[0]!;
  }
  fail(`ord: got ${typeName(c)}, want string or bytes`);
}

function dict(pairs: Value | undefined, kwargs: ReadonlyMap<string, Value>): Value {
  const result = new Dict();
  if (pairs !== undefined) prefixed('dict', () => addPairs(result, pairs, toArray));
  for (const [key, value] of kwargs) result.set(key, value);
  return result;
}

function enumerate(x: Value, start: Value = 0): Value {
  if (!isInteger(start)) fail(`enumerate: for parameter start: got ${typeName(start)}, want int`);
  const first = toSmallInt(start, 'enumerate');
  return new List(elementsOf(x).map((item, at) => new Tuple([first + at, item])));
}

function float(x: Value | undefined): Value {
  if (x === undefined) return new Float(0);
  if (typeof x === 'boolean') return new Float(x ? 1 : 0);
  if (typeof x === 'string') return new Float(parseFloatText(x));
  const value = toDouble(x);
  if (value === undefined) fail(`float got ${typeName(x)}, want number or string`);
  return x instanceof Float ? x : new Float(value);
}

function int(x: Value, base: Value | undefined): Value {
  if (typeof x === 'string') {
    if (base === undefined || base === null) return parseIntText(x, 10);
    if (!isInteger(base)) fail(`int: for base, got ${typeName(base)}, want int`);
    const radix = toSmallInt(base, 'int');
    if (radix !== 0 && (radix < 2 || radix > 36)) fail('int: base must be an integer >= 2 && <= 36');
    return parseIntText(x, radix);
  }
  if (base !== undefined && base !== null) fail("int: can't convert non-string with explicit base");
  return toInteger(x);
}

function hash(x: Value): Value {
  if (typeof x === 'string') {
    // Java's String.hashCode, as the specification has it.
    let code = 0;
    for (let at = 0; at < x.length; at++) code = (Math.imul(code, 31) + x.charCodeAt(at)) | 0;
    return code;
  }
  if (x instanceof Bytes) {
    // FNV-1a, 32 bits.
    let code = 0x811c9dc5;
    for (const byte of x.data) code = Math.imul(code ^ byte, 0x01000193);
    return code >>> 0;
  }
  fail(`hash: got ${typeName(x)}, want string or bytes`);
}

function len(x: Value): Value {
  const length = lengthOf(x);
  if (length === undefined) fail(`len: value of type ${typeName(x)} has no len`);
  return length;
}

/** The extreme of one iterable, or of the arguments; the first of equals. */
function extreme(name: string, sign: 1 | -1, key: Value, args: Value[]): Value {
  if (args.length === 0) fail(`${name} requires at least one positional argument`);
  const iterable = args.length === 1 ? args[0]! : new Tuple(args);
  if (!isIterable(iterable)) fail(`${name}: ${typeName(iterable)} value is not iterable`);
  const iterator = iterate(iterable);
  try {
    let best = iterator.next();
    if (best === undefined) fail(`${name}: argument is an empty sequence`);
    const rank = (item: Value): Value => (key === null ? item : callValue(key, [item]));
    let bestRank = rank(best);
    for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
      if (--active.fuel < 0) active.refuel();
      const itemRank = rank(item);
      if (isBeyond(name, itemRank, bestRank, sign)) {
        best = item;
        bestRank = itemRank;
      }
    }
    return best;
  } finally {
    iterator.close();
  }
}

function isBeyond(name: string, a: Value, b: Value, sign: 1 | -1): boolean {
  try {
    return compare(a, b, sign > 0 ? '>' : '<') * sign > 0;
  } catch (error) {
    throw withPrefix(name, error);
  }
}

function range(a: Value, b: Value | undefined, c: Value | undefined): Value {
  const [start, stop] = b === undefined ? [0, bound(a, 'stop')] : [bound(a, 'start'), bound(b, 'stop')];
  const step = c === undefined ? 1 : bound(c, 'step');
  if (step === 0) fail('range: step argument must not be zero');
  return new Range(start, stop, step);
}

function bound(value: Value, name: string): number {
  if (!isInteger(value)) fail(`range: for parameter ${name}: got ${typeName(value)}, want int`);
  if (typeof value === 'bigint')
    fail(`range: for parameter ${name}: ${value} out of range (want value in signed 54-bit range)`);
  return value;
}

function sorted(iterable: Value, key: Value = null, reverse: Value = false): Value {
  const items = elementsOf(iterable);
  checkElements(items.length);
  const lock = iterate(iterable);
  try {
    const ranks = key === null ? items : items.map((item) => callValue(key, [item]));
    const order = Array.from(items.keys());
    const sign = truth(reverse) ? -1 : 1;
    try {
      order.sort((x, y) => {
        if (--active.fuel < 0) active.refuel();
        return sign * compare(ranks[x]!, ranks[y]!, '<');
      });
    } catch (error) {
      throw (ranks.length > insertionMax ? undefined : lastIncomparable(ranks, truth(reverse))) ?? error;
    }
    return new List(order.map((at) => items[at]!));
  } finally {
    lock.close();
  }
}

/** Up to here the Go implementation sorts by insertion. */
const insertionMax = 20;

/**
 * Of values that cannot be sorted: the error that names the pair the Go implementation names, the last one that it meets
 * while it takes such pairs for sorted.
 */
function lastIncomparable(ranks: readonly Value[], isReversed: boolean): unknown {
  let failure: unknown;
  const isLess = (a: Value, b: Value): boolean => {
    try {
      return isReversed ? compare(b, a, '<') < 0 : compare(a, b, '<') < 0;
    } catch (error) {
      failure = error;
      return false;
    }
  };
  const done: Value[] = [];
  for (const rank of ranks) {
    let at = done.length;
    while (at > 0 && isLess(rank, done[at - 1]!)) at--;
    done.splice(at, 0, rank);
  }
  return failure;
}

function zip(args: Value[]): Value {
  const columns = args.map((arg, at) => {
    const items = toArray(arg);
    if (items === undefined) fail(`zip: argument #${at + 1} is not iterable: ${typeName(arg)}`);
    return items;
  });
  const rows = columns.length === 0 ? 0 : Math.min(...columns.map((column) => column.length));
  return new List(Array.from({ length: rows }, (_, row) => new Tuple(columns.map((column) => column[row]!))));
}

function hasattr(x: Value, name: string): boolean {
  return findAttribute(x, name) !== undefined;
}

function getattr(x: Value, name: string, otherwise: Value | undefined): Value {
  const value = findAttribute(x, name);
  if (value !== undefined) return value;
  if (otherwise !== undefined) return otherwise;
  return prefixed('getattr', () => noAttribute(x, name));
}

const functions = methodTable({
  'abs(x, /)': abs,
  'any(x: iterable, /)': (x) => find(x, true),
  'all(x: iterable, /)': (x) => !find(x, false),
  'bool(x=False, /)': (x: Value = false) => truth(x),
  'bytes(x, /)': bytes,
  'chr(i, /)': chr,
  'dict(pairs=[], /, **kwargs)': dict,
  'dir(x, /)': (x) => new List(attributeNames(x)),
  'enumerate(x: iterable, start=0)': enumerate,
  'fail(*args, sep: string=" ")': (separator: string = ' ', args: Value[]) =>
    fail(`fail: ${args.map(str).join(separator)}`),
  'float(x=0.0, /)': float,
  'getattr(x, name: string, default=None, /)': getattr,
  'hasattr(x, name: string, /)': hasattr,
  'hash(x, /)': hash,
  'int(x, base=10)': int,
  'len(x, /)': len,
  'list(x: iterable = [], /)': (x: Value | undefined) => new List(x === undefined ? [] : elementsOf(x)),
  'max(*args, key: callable = None)': (key: Value = null, args: Value[]) => extreme('max', 1, key, args),
  'min(*args, key: callable = None)': (key: Value = null, args: Value[]) => extreme('min', -1, key, args),
  'ord(c, /)': ord,
  'print(*args, sep: string=" ")': (separator: string = ' ', args: Value[]) => print(args, separator),
  'range(start, stop=None, step=1, /)': range,
  'repr(x, /)': repr,
  'reversed(x: iterable, /)': (x) => new List(elementsOf(x).reverse()),
  'set(x: iterable = [], /)': (x: Value | undefined) =>
    prefixed('set', () => new StarlarkSet(x === undefined ? [] : elementsOf(x))),
  'sorted(iterable: iterable, /, *, key: callable = None, reverse: bool = False)': sorted,
  'str(x, /)': (x) => (x instanceof Bytes ? decodeText(x.data) : str(x)),
  'tuple(x: iterable = (), /)': (x: Value | undefined) =>
    x instanceof Tuple ? x : new Tuple(x === undefined ? [] : elementsOf(x)),
  'type(x, /)': typeName,
  'zip(*args)': zip,
});

/** The names every file knows. */
export const universe: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['None', null],
  ['True', true],
  ['False', false],
  ...functions,
]);
