// Equality and order.
import { Float } from './float.ts';
import { compareIntFloat } from './integer.ts';
import { List, Tuple } from './sequence.ts';
import { StarlarkSet } from './dict.ts';
import { chargeFor } from './thread.ts';
import { fail } from './trace.ts';
import { StarlarkObject, typeName } from './value.ts';
import type { Value } from './value.ts';

/** A structure that contains itself would be compared for ever. */
const depthMax = 200;

let depth = 0;

function deeper<T>(work: () => T): T {
  if (++depth > depthMax) {
    depth = 0;
    fail('comparison exceeded maximum recursion depth');
  }
  try {
    return work();
  } finally {
    depth = Math.max(0, depth - 1);
  }
}

/** `a == b`: never fails for different types, they are just not equal. */
export function equal(a: Value, b: Value): boolean {
  // A container is looked into even if it is the same one: what it holds may hold it.
  if (a === b && !(a instanceof StarlarkObject)) return true;
  const aIsObject = typeof a === 'object' && a !== null;
  const bIsObject = typeof b === 'object' && b !== null;
  if (!aIsObject && !bIsObject) return false;
  if (a instanceof Float) return equalFloat(a.value, b);
  if (b instanceof Float) return equalFloat(b.value, a);
  if (!aIsObject || !bIsObject) return false;
  return equalObjects(a, b);
}

function equalFloat(a: number, b: Value): boolean {
  if (b instanceof Float) return a === b.value || (Number.isNaN(a) && Number.isNaN(b.value));
  if (typeof b === 'number') return a === b;
  // Loose equality of a bigint and a number is exact.
  // oxlint-disable-next-line eqeqeq
  return typeof b === 'bigint' && a == (b as unknown as number);
}

function equalObjects(a: StarlarkObject, b: StarlarkObject): boolean {
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    const { items } = a;
    const others = b.items;
    if (items.length !== others.length) return false;
    chargeFor(items.length);
    return deeper(() => items.every((item, at) => equal(item, others[at]!)));
  }
  if (a.equals === undefined) return a === b;
  return deeper(() => a.equals!(b, equal));
}

/**
 * Negative, zero or positive. Only values of one type have an order (ints and floats count as one), and not of all types;
 * `operator` is for the message.
 */
export function compare(a: Value, b: Value, operator = '<'): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const numbers = compareNumbers(a, b);
  if (numbers !== undefined) return numbers;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    return deeper(() => compareItems(a.items, b.items, operator));
  }
  if (a instanceof StarlarkObject && b instanceof StarlarkObject && a.typeName === b.typeName) {
    if (a.compare !== undefined) return a.compare(b, (x, y) => compare(x, y, operator));
  }
  fail(`${typeName(a)} ${operator} ${typeName(b)} not implemented`);
}

/** Order of code points, which UTF-16 units only have outside the surrogates. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x === y) continue;
    const xIsHigh = x >= 0xd800 && x <= 0xdfff;
    const yIsHigh = y >= 0xd800 && y <= 0xdfff;
    return xIsHigh === yIsHigh ? x - y : xIsHigh ? 1 : -1;
  }
  return a.length - b.length;
}

function compareNumbers(a: Value, b: Value): number | undefined {
  if (a instanceof Float) {
    if (b instanceof Float) return compareDoubles(a.value, b.value);
    return typeof b === 'number' || typeof b === 'bigint' ? -compareIntFloat(b, a.value) : undefined;
  }
  if (typeof a !== 'number' && typeof a !== 'bigint') return undefined;
  if (b instanceof Float) return compareIntFloat(a, b.value);
  if (typeof b !== 'number' && typeof b !== 'bigint') return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A total order: NaN equals itself and is above infinity. */
function compareDoubles(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareItems(a: readonly Value[], b: readonly Value[], operator: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    if (!equal(a[at]!, b[at]!)) return compare(a[at]!, b[at]!, operator);
  }
  return a.length - b.length;
}

/** `a op b` for `<`, `<=`, `>`, `>=`. Sets have a partial order: being a subset. */
export function ordered(a: Value, b: Value, operator: '<' | '<=' | '>' | '>='): boolean {
  if (a instanceof StarlarkSet && b instanceof StarlarkSet) {
    if (operator === '<=') return a.isSubsetOf(b);
    if (operator === '>=') return b.isSubsetOf(a);
    return operator === '<' ? a.size < b.size && a.isSubsetOf(b) : b.size < a.size && b.isSubsetOf(a);
  }
  const order = compare(a, b, operator);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}
