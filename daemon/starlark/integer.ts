// Integers of any size: JavaScript numbers while exact, bigints beyond. Every result is brought back to the one form.
import { active } from './thread.ts';
import { fail } from './trace.ts';
import { typeName } from './value.ts';
import type { Value } from './value.ts';

export type Integer = number | bigint;

/** Products beyond this are a program gone astray: 2^22 bits are a million digits. V8's own limit is 2^30. */
const bitsMax = 2 ** 22;
/** Larger left shifts are refused, as in Go and Java: `1 << n` is how memory runs out unnoticed. */
const leftShiftMax = 512;

const safeMax = BigInt(Number.MAX_SAFE_INTEGER);
const safeMin = -safeMax;

export function isInteger(value: Value | undefined): value is Integer {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** The one form of an integer that was computed as a bigint. */
export function normalize(value: bigint): Integer {
  return value <= safeMax && value >= safeMin ? Number(value) : value;
}

/** Calling BigInt on what is one already costs more than the arithmetic. */
function big(value: Integer): bigint {
  return typeof value === 'bigint' ? value : BigInt(value);
}

export function addInt(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return normalize(big(a) + big(b));
}

export function subInt(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return normalize(big(a) - big(b));
}

export function mulInt(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product;
    return normalize(big(a) * big(b));
  }
  const product = big(a) * big(b);
  if (product <= safeMax && product >= safeMin) return Number(product);
  if (product > large || product < negativeLarge) checkSize(product);
  return product;
}

/** Up to here nobody counts bits. */
const large = 1n << 65_536n;
const negativeLarge = -large;

function checkSize(value: bigint): void {
  const bits = value.toString(16).length * 4;
  active.charge(bits / 64);
  if (bits > bitsMax) fail(`int too large (limit is ${bitsMax} bits)`);
}

/** Floored division; the divisor is not zero. */
export function floorDivInt(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    // Dividing what is left after the remainder is exact, where dividing first might round up to the next integer.
    const rest = a % b;
    const quotient = (a - rest) / b;
    return (rest !== 0 && rest < 0 !== b < 0 ? quotient - 1 : quotient) + 0;
  }
  const x = big(a);
  const y = big(b);
  const quotient = x / y;
  return normalize(x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient);
}

/** Remainder with the sign of the divisor, which is not zero. */
export function modInt(a: Integer, b: Integer): Integer {
  if (typeof a === 'number' && typeof b === 'number') {
    const rest = a % b;
    return (rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest) + 0;
  }
  const y = big(b);
  const rest = big(a) % y;
  return normalize(rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest);
}

export function shiftLeft(a: Integer, count: Integer): Integer {
  if (count < 0) fail(`negative shift count: ${count}`);
  if (count >= leftShiftMax) fail(`shift count too large: ${count}`);
  return normalize(big(a) << big(count));
}

export function shiftRight(a: Integer, count: Integer): Integer {
  if (count < 0) fail(`negative shift count: ${count}`);
  if (typeof a === 'number') return count > 53 ? (a < 0 ? -1 : 0) : Math.floor(a / 2 ** Number(count)) + 0;
  return normalize(a >> big(count));
}

const word = 2 ** 32;

/** The one result of 54 bits, -2^53, is exact as a number but not of the form for its value. */
function fromWords(high: number, low: number): Integer {
  const value = high * word + (low >>> 0);
  return value < Number.MIN_SAFE_INTEGER ? BigInt(value) : value;
}

/** Exact numbers have 53 bits: an arithmetic high part and an unsigned low word, each fit for JavaScript's operators. */
export function bitAnd(a: Integer, b: Integer): Integer {
  if (typeof a === 'bigint' || typeof b === 'bigint') return normalize(big(a) & big(b));
  return fromWords(Math.floor(a / word) & Math.floor(b / word), a & b);
}

export function bitOr(a: Integer, b: Integer): Integer {
  if (typeof a === 'bigint' || typeof b === 'bigint') return normalize(big(a) | big(b));
  return fromWords(Math.floor(a / word) | Math.floor(b / word), a | b);
}

export function bitXor(a: Integer, b: Integer): Integer {
  if (typeof a === 'bigint' || typeof b === 'bigint') return normalize(big(a) ^ big(b));
  return fromWords(Math.floor(a / word) ^ Math.floor(b / word), a ^ b);
}

export function bitNot(a: Integer): Integer {
  return typeof a === 'number' ? subInt(-1, a) : normalize(~a);
}

export function negate(a: Integer): Integer {
  return typeof a === 'number' ? 0 - a : normalize(-a);
}

/** Exact order of an int and a float: NaN is above everything, as the language orders it. */
export function compareIntFloat(a: Integer, b: number): number {
  if (Number.isNaN(b)) return -1;
  // JavaScript compares bigints and numbers exactly.
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The integer a float truncates to. */
export function floatToInt(value: number): Integer {
  if (Number.isNaN(value)) fail('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) fail(`cannot convert float ${value > 0 ? '' : '-'}infinity to integer`);
  const whole = Math.trunc(value) + 0;
  return Number.isSafeInteger(whole) ? whole : normalize(BigInt(whole));
}

/** A value that must be an int of at most 32 bits; `what` begins the message. */
export function toSmallInt(value: Value | undefined, what = ''): number {
  const before = what === '' ? '' : `${what}: `;
  if (!isInteger(value)) fail(`${before}got ${typeName(value ?? null)}, want int`);
  if (typeof value === 'bigint' || value > 0x7fffffff || value < -0x80000000)
    fail(`${before}${value} out of range`);
  return value;
}
