// `x[i]`, `x[i] = v` and `x[i:j:k]`.
import { Bytes } from './bytes.ts';
import { Dict } from './dict.ts';
import { isInteger, toSmallInt } from './integer.ts';
import { lengthOf } from './iterate.ts';
import { repr } from './repr.ts';
import { List, Range, Tuple } from './sequence.ts';
import { fail } from './trace.ts';
import { StarlarkObject, typeName } from './value.ts';
import type { Value } from './value.ts';

export function getIndex(x: Value, key: Value): Value {
  if (x instanceof List || x instanceof Tuple) return x.items[position(x, x.items.length, key)]!;
  if (x instanceof Dict) {
    const value = x.get(key);
    if (value === undefined) fail(`key ${repr(key)} not in dict`);
    return value;
  }
  if (typeof x === 'string') return x[position(x, x.length, key)]!;
  if (x instanceof Range) return x.at(position(x, x.count, key));
  if (x instanceof Bytes) return x.data[position(x, x.data.length, key)]!;
  if (x instanceof StarlarkObject && x.getIndex !== undefined) {
    const length = x.length?.();
    return x.getIndex(length === undefined ? key : position(x, length, key));
  }
  fail(`unhandled index operation ${typeName(x)}[${typeName(key)}]`);
}

/** The offset an index means in a sequence of `length`: negative ones count from the end. */
function position(x: Value, length: number, key: Value): number {
  if (!isInteger(key)) fail(`${typeName(x)} index: got ${typeName(key)}, want int`);
  const at = key < 0 ? Number(key) + length : Number(key);
  if (at >= 0 && at < length) return at;
  if (length === 0) fail(`index ${key} out of range: empty ${typeName(x)}`);
  fail(`${typeName(x)} index ${key} out of range [${-length}:${length - 1}]`);
}

export function setIndex(x: Value, key: Value, value: Value): void {
  if (x instanceof List) {
    const at = position(x, x.items.length, key);
    x.mutate('assign to element of');
    x.items[at] = value;
  } else if (x instanceof Dict) {
    x.mutate('insert into');
    x.set(key, value);
  } else if (x instanceof StarlarkObject && x.setIndex !== undefined) x.setIndex(key, value);
  else fail(`${typeName(x)} value does not support item assignment`);
}

export function slice(x: Value, low: Value, high: Value, step: Value): Value {
  const length = lengthOf(x);
  const canSlice = typeof x === 'string' || (x instanceof StarlarkObject && x.slice !== undefined);
  if (length === undefined || !canSlice) fail(`invalid slice operand ${typeName(x)}`);
  const stride = step === null ? 1 : part(step, 'invalid slice step');
  if (stride === 0) fail('zero is not a valid slice step');
  const { start, count } = sliceBounds(length, low, high, stride);
  if (typeof x !== 'string') return x.slice!(start, stride, count);
  if (stride === 1) return x.slice(start, start + count);
  let text = '';
  for (let turn = 0; turn < count; turn++) text += x[start + turn * stride];
  return text;
}

function part(value: Value, what: string): number {
  return toSmallInt(clampBig(value), what);
}

/** Bounds of any size mean the end they lie beyond. */
function clampBig(value: Value): Value {
  if (!isInteger(value)) return value;
  return value > 0x7fffffff ? 0x7fffffff : value < -0x80000000 ? -0x80000000 : value;
}

/** Which elements `[low:high:stride]` takes of a sequence of `length`. */
function sliceBounds(
  length: number,
  low: Value,
  high: Value,
  stride: number,
): { start: number; count: number } {
  const floor = stride > 0 ? 0 : -1;
  const ceiling = stride > 0 ? length : length - 1;
  const bound = (value: Value, missing: number, what: string): number => {
    if (value === null) return missing;
    const at = part(value, what);
    return Math.min(Math.max(at < 0 ? at + length : at, floor), ceiling);
  };
  const start = bound(low, stride > 0 ? 0 : length - 1, 'invalid start index');
  const end = bound(high, stride > 0 ? length : -1, 'invalid end index');
  return { start, count: Math.max(0, Math.ceil((end - start) / stride)) };
}

/** Start and end of the part of a string a method such as `find` looks at. */
export function textBounds(length: number, low: Value, high: Value): [start: number, end: number] {
  const { start, count } = sliceBounds(length, low, high, 1);
  return [start, start + count];
}
