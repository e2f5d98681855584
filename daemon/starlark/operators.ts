// Unary and binary operators, whole: compiled code tries the commonest case of each inline and comes here with the rest.
import { Bytes } from './bytes.ts';
import { Dict, StarlarkSet } from './dict.ts';
import { Float, toDouble } from './float.ts';
import { formatPercent } from './format.ts';
import * as int from './integer.ts';
import type { Integer } from './integer.ts';
import { List, Range, Tuple } from './sequence.ts';
import { chargeFor, checkElements, elementsMax, stringUnitsMax } from './thread.ts';
import { fail } from './trace.ts';
import { StarlarkObject, truth, typeName } from './value.ts';
import type { Value } from './value.ts';
import { equal } from './compare.ts';

const { isInteger } = int;

/** The last resort: an operand's own idea of the operator, or an error. */
function other(operator: string, a: Value, b: Value): Value {
  const left = a instanceof StarlarkObject ? a.binary?.(operator, b, 'left') : undefined;
  if (left !== undefined) return left;
  const right = b instanceof StarlarkObject ? b.binary?.(operator, a, 'right') : undefined;
  if (right !== undefined) return right;
  fail(`unknown binary op: ${typeName(a)} ${operator} ${typeName(b)}`);
}

export function add(a: Value, b: Value): Value {
  if (isInteger(a) && isInteger(b)) return int.addInt(a, b);
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length + b.length > stringUnitsMax) fail(`excessive string (${a.length} + ${b.length} units)`);
    chargeFor(a.length + b.length);
    return a + b;
  }
  const floats = floatOperands(a, b);
  if (floats !== undefined) return new Float(floats[0] + floats[1]);
  if (a instanceof List && b instanceof List) return new List(joined(a.items, b.items));
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple(joined(a.items, b.items));
  if (a instanceof Bytes && b instanceof Bytes) return new Bytes(Buffer.concat([a.data, b.data]));
  return other('+', a, b);
}

function joined(a: readonly Value[], b: readonly Value[]): Value[] {
  if (a.length + b.length > 1000) checkElements(a.length + b.length);
  return a.concat(b);
}

/** Both operands as floats if one is a float and the other a number. */
function floatOperands(a: Value, b: Value): [number, number] | undefined {
  if (!(a instanceof Float) && !(b instanceof Float)) return undefined;
  const x = toDouble(a);
  const y = x === undefined ? undefined : toDouble(b);
  return x === undefined || y === undefined ? undefined : [x, y];
}

export function sub(a: Value, b: Value): Value {
  if (isInteger(a) && isInteger(b)) return int.subInt(a, b);
  const floats = floatOperands(a, b);
  if (floats !== undefined) return new Float(floats[0] - floats[1]);
  if (a instanceof StarlarkSet && b instanceof StarlarkSet) {
    return new StarlarkSet(a.elements().filter((element) => !b.has(element)));
  }
  return other('-', a, b);
}

export function mul(a: Value, b: Value): Value {
  if (isInteger(a)) {
    if (isInteger(b)) return int.mulInt(a, b);
    const result = repeat(b, a);
    if (result !== undefined) return result;
  } else if (isInteger(b)) {
    const result = repeat(a, b);
    if (result !== undefined) return result;
  }
  const floats = floatOperands(a, b);
  if (floats !== undefined) return new Float(floats[0] * floats[1]);
  return other('*', a, b);
}

function repeat(value: Value, times: Integer): Value | undefined {
  if (typeof value === 'string') {
    const count = repeatCount(value.length, times, stringUnitsMax);
    chargeFor(value.length * count);
    return value.repeat(count);
  }
  if (value instanceof List) return new List(repeatItems(value.items, times));
  if (value instanceof Tuple) return new Tuple(repeatItems(value.items, times));
  if (value instanceof Bytes) {
    const count = repeatCount(value.data.length, times, stringUnitsMax);
    return new Bytes(Buffer.concat(Array.from({ length: count }, () => value.data)));
  }
  return undefined;
}

function repeatCount(size: number, times: Integer, max: number): number {
  if (times <= 0 || size === 0) return 0;
  if (typeof times === 'bigint' || times > 0x7fffffff) fail(`repeat count ${times} too large`);
  if (size * times > max) fail(`excessive repeat (${size} * ${times} elements)`);
  return times;
}

function repeatItems(items: readonly Value[], times: Integer): Value[] {
  const count = repeatCount(items.length, times, elementsMax);
  const size = items.length * count;
  if (size > 1000) checkElements(size);
  if (items.length === 1) return Array.from<Value>({ length: count }).fill(items[0]!);
  const result: Value[] = [];
  for (let turn = 0; turn < count; turn++) for (const item of items) result.push(item);
  return result;
}

export function div(a: Value, b: Value): Value {
  const x = toDouble(a);
  const y = x === undefined ? undefined : toDouble(b);
  if (x === undefined || y === undefined) return other('/', a, b);
  if (y === 0) fail('floating-point division by zero');
  return new Float(x / y);
}

export function floorDiv(a: Value, b: Value): Value {
  if (isInteger(a) && isInteger(b)) {
    if (b === 0) fail('floored division by zero');
    return int.floorDivInt(a, b);
  }
  const floats = floatOperands(a, b);
  if (floats === undefined) return other('//', a, b);
  if (floats[1] === 0) fail('floored division by zero');
  return new Float(Math.floor(floats[0] / floats[1]));
}

export function mod(a: Value, b: Value): Value {
  if (isInteger(a) && isInteger(b)) {
    if (b === 0) fail('integer modulo by zero');
    return int.modInt(a, b);
  }
  const floats = floatOperands(a, b);
  if (floats !== undefined) {
    const [x, y] = floats;
    if (y === 0) fail('floating-point modulo by zero');
    const rest = x % y;
    return new Float(rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest);
  }
  if (typeof a === 'string') return formatPercent(a, b);
  return other('%', a, b);
}

export function bitAnd(a: Value, b: Value): Value {
  if (isInteger(a) && isInteger(b)) return int.bitAnd(a, b);
  if (a instanceof StarlarkSet && b instanceof StarlarkSet) {
    return new StarlarkSet(a.elements().filter((element) => b.has(element)));
  }
  return other('&', a, b);
}

export function bitOr(a: Value, b: Value): Value {
  if (isInteger(a) && isInteger(b)) return int.bitOr(a, b);
  if (a instanceof StarlarkSet && b instanceof StarlarkSet) {
    return new StarlarkSet([...a.elements(), ...b.elements()]);
  }
  if (a instanceof Dict && b instanceof Dict) return new Dict([...a.entries(), ...b.entries()]);
  return other('|', a, b);
}

export function bitXor(a: Value, b: Value): Value {
  if (isInteger(a) && isInteger(b)) return int.bitXor(a, b);
  if (a instanceof StarlarkSet && b instanceof StarlarkSet) {
    const ours = a.elements().filter((element) => !b.has(element));
    return new StarlarkSet([...ours, ...b.elements().filter((element) => !a.has(element))]);
  }
  return other('^', a, b);
}

export function shiftLeft(a: Value, b: Value): Value {
  return isInteger(a) && isInteger(b) ? int.shiftLeft(a, b) : other('<<', a, b);
}

export function shiftRight(a: Value, b: Value): Value {
  return isInteger(a) && isInteger(b) ? int.shiftRight(a, b) : other('>>', a, b);
}

/** `a in b`. */
export function isIn(a: Value, b: Value): boolean {
  if (typeof b === 'string') {
    if (typeof a !== 'string') fail(`'in <string>' requires string as left operand, not ${typeName(a)}`);
    chargeFor(b.length);
    return b.includes(a);
  }
  if (b instanceof List || b instanceof Tuple) {
    chargeFor(b.items.length);
    return b.items.some((item) => equal(item, a));
  }
  if (b instanceof Range) return isInRange(a, b);
  if (b instanceof Bytes) return isInBytes(a, b);
  if (b instanceof StarlarkObject && b.contains !== undefined) return b.contains(a);
  return truth(other('in', a, b));
}

function isInRange(a: Value, range: Range): boolean {
  let wanted = a;
  if (a instanceof Float && Number.isInteger(a.value)) wanted = int.floatToInt(a.value);
  if (!isInteger(wanted)) fail(`'in <range>' requires integer as left operand, not ${typeName(a)}`);
  if (typeof wanted === 'bigint') return false;
  const index = (wanted - range.start) / range.step;
  return Number.isInteger(index) && index >= 0 && index < range.count;
}

function isInBytes(a: Value, bytes: Bytes): boolean {
  if (a instanceof Bytes) return Buffer.from(bytes.data).includes(Buffer.from(a.data));
  if (!isInteger(a)) fail(`'in bytes' requires bytes or int as left operand, not ${typeName(a)}`);
  if (a < 0 || a > 255) fail(`int in bytes: ${a} out of range (want value in unsigned 8-bit range)`);
  return bytes.data.includes(Number(a));
}

export function negative(value: Value): Value {
  if (isInteger(value)) return int.negate(value);
  if (value instanceof Float) return new Float(-value.value);
  return noUnary('-', value);
}

export function positive(value: Value): Value {
  return isInteger(value) || value instanceof Float ? value : noUnary('+', value);
}

export function complement(value: Value): Value {
  return isInteger(value) ? int.bitNot(value) : noUnary('~', value);
}

function noUnary(operator: string, value: Value): never {
  fail(`unknown unary op: ${operator} ${typeName(value)}`);
}
