// Numbers from text, as `int(…)` and `float(…)` read them.
import { Float } from './float.ts';
import { floatToInt, isInteger, normalize } from './integer.ts';
import type { Integer } from './integer.ts';
import { fail } from './trace.ts';
import { typeName } from './value.ts';
import type { Value } from './value.ts';

const prefixes: Record<number, string> = { 2: '0b', 8: '0o', 16: '0x' };

/** `base` 0 takes it from the prefix, as in a program. */
export function parseIntText(text: string, base: number): Integer {
  const invalid = (): never => fail(`int: invalid literal with base ${base}: ${text}`);
  const form = /^([+-]?)(0[xXoObB])?([0-9a-zA-Z]+)$/.exec(text);
  if (form === null) return invalid();
  const [, sign, prefix = '', rest] = form;
  let digits = rest!;
  let radix = base;
  if (base === 0) {
    const named = Object.entries(prefixes).find(([, start]) => start === prefix.toLowerCase());
    radix = named === undefined ? 10 : Number(named[0]);
    if (named === undefined && digits.length > 1 && digits.startsWith('0') && /[^0]/.test(digits))
      return invalid();
  } else if (prefix !== '' && prefixes[base] !== prefix.toLowerCase()) {
    // `0b1` in base 16 is a number whose digits begin with 0b.
    digits = prefix + digits;
  }
  const value = parseDigits(digits, radix);
  if (value === undefined) return invalid();
  return sign === '-' ? normalize(-BigInt(value)) : value;
}

function parseDigits(digits: string, radix: number): Integer | undefined {
  const lower = digits.toLowerCase();
  for (const digit of lower) {
    const value = digit <= '9' ? Number(digit) : digit.charCodeAt(0) - 87;
    if (value >= radix) return undefined;
  }
  const small = Number.parseInt(lower, radix);
  if (Number.isSafeInteger(small)) return small;
  const prefix = prefixes[radix];
  if (radix === 10 || prefix !== undefined) return normalize(BigInt((prefix ?? '') + lower));
  let value = 0n;
  for (const digit of lower) value = value * BigInt(radix) + BigInt(Number.parseInt(digit, 36));
  return normalize(value);
}

/** `int(x)` for a value that is no string. */
export function toInteger(x: Value): Integer {
  if (isInteger(x)) return x;
  if (typeof x === 'boolean') return x ? 1 : 0;
  if (!(x instanceof Float)) fail(`int: cannot convert ${typeName(x)} to int`);
  if (!Number.isFinite(x.value)) {
    const what = Number.isNaN(x.value) ? 'NaN' : 'infinity';
    fail(`int: cannot convert float ${what} to integer`);
  }
  return floatToInt(x.value);
}

export function parseFloatText(text: string): number {
  if (text === '') fail('float: empty string');
  const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2] === undefined) return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) {
    fail(`invalid float literal: ${text}`);
  }
  const value = Number(text);
  if (!Number.isFinite(value)) fail('floating-point number too large');
  return value;
}
