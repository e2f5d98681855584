// What a Starlark value is in JavaScript:
//   None          null                       bool    true, false
//   int           number while it is exact (±(2^53 - 1)), bigint beyond: a value has one form only, so === works
//   string        string                     others  an object of a class derived from StarlarkObject
// A JavaScript `undefined` is never a value: it marks a variable without one, or the end of an iteration.
import { fail } from './trace.ts';

export type Value = null | boolean | number | bigint | string | StarlarkObject;

/**
 * What stands for a value in a JavaScript Map, equal just when the values are: scalars for themselves, integral floats
 * for the equal int, other floats as fractional numbers, tuples and bytes as strings that begin with NUL, objects compared
 * by identity for themselves.
 */
export type Key = null | boolean | number | bigint | string | object;

export type MethodTable = ReadonlyMap<string, StarlarkObject>;

/** Steps through a value's elements. `close` must be called: it releases the lock against mutation. */
export type ValueIterator = { next(): Value | undefined; close(): void };

/** Base of all values that are objects. A class implements the capabilities it has; the evaluator asks for them. */
export abstract class StarlarkObject {
  /** What `type(x)` says. */
  abstract get typeName(): string;

  /** Text as `repr` gives it; `write` prints a nested value. */
  abstract repr(write: (value: Value) => string): string;

  truth(): boolean {
    return true;
  }

  /** Undefined: the value cannot be a dictionary key. */
  hashKey(): Key | undefined {
    return undefined;
  }

  isHashable(): boolean {
    return this.hashKey() !== undefined;
  }

  /** Makes the value, and all it reaches, immutable. */
  freeze(): void {
    /* Most values cannot change. */
  }

  get methods(): MethodTable | undefined {
    return undefined;
  }

  // The capabilities that a class may have: one that is not there is undefined.

  length?(): number;
  iterate?(): ValueIterator;
  /** `x[key]`. */
  getIndex?(key: Value): Value;
  setIndex?(key: Value, value: Value): void;
  /** `x[low:high:step]`, for sequences: the elements at `start`, `start + step`, …, `count` of them. */
  slice?(start: number, step: number, count: number): Value;
  contains?(value: Value): boolean;
  attribute?(name: string): Value | undefined;
  attributeNames?(): readonly string[];
  /** False: there is no such attribute, or it cannot be set. */
  setAttribute?(name: string, value: Value): boolean;
  call?(args: Value[], names: readonly string[], named: readonly Value[]): Value;
  /** `compare` answers for operands of the same class only. */
  equals?(other: StarlarkObject, equal: (a: Value, b: Value) => boolean): boolean;
  compare?(other: StarlarkObject, compare: (a: Value, b: Value) => number): number;
  /** An operator with this object on one side; undefined: not supported. */
  binary?(operator: string, other: Value, side: 'left' | 'right'): Value | undefined;
}

/** Few objects are ever parts of a key, so the number is not a field of all. */
const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** A number that tells an object from all others. */
function identityOf(object: object): number {
  let identity = identities.get(object);
  if (identity === undefined) {
    identity = ++lastIdentity;
    identities.set(object, identity);
  }
  return identity;
}

export function typeName(value: Value): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number' || typeof value === 'bigint') return 'int';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'NoneType' : value.typeName;
}

export function truth(value: Value): boolean {
  return typeof value === 'object' ? value !== null && value.truth() : Boolean(value);
}

/** Could the value be a dictionary key? */
export function isHashable(value: Value): boolean {
  return typeof value !== 'object' || value === null || value.isHashable();
}

/** The dictionary key of a value; an error if it has none. */
export function keyOf(value: Value): Key {
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? `\0s${value}` : value;
  if (typeof value !== 'object' || value === null) return value;
  const key = value.hashKey();
  if (key === undefined) {
    const isContainer = ['list', 'dict', 'set'].includes(value.typeName);
    fail(`unhashable${isContainer ? ' type' : ''}: ${value.typeName}`);
  }
  return key;
}

/** A text for a key, distinct from the texts of all other keys: what tuples build theirs of. */
export function keyText(key: Key): string {
  if (typeof key === 'string') return `s${key.length}:${key}`;
  // 0 and -0 are one int.
  if (typeof key === 'number') return `i${key + 0};`;
  if (typeof key === 'bigint') return `i${key};`;
  if (typeof key === 'boolean') return key ? 'T' : 'F';
  return key === null ? 'N' : `o${identityOf(key)};`;
}
