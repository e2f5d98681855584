// Stepping through values.
import { Dict, StarlarkSet } from './dict.ts';
import { List, Range, Tuple } from './sequence.ts';
import { active, checkElements } from './thread.ts';
import { fail } from './trace.ts';
import { StarlarkObject, typeName } from './value.ts';
import type { Value, ValueIterator } from './value.ts';

/** An iterator over an iterable value; the caller closes it. */
export function iterate(value: Value): ValueIterator {
  const iterator = value instanceof StarlarkObject ? value.iterate?.() : undefined;
  if (iterator === undefined) fail(`${typeName(value)} value is not iterable`);
  return iterator;
}

export function isIterable(value: Value): boolean {
  return value instanceof StarlarkObject && value.iterate !== undefined;
}

/** The elements of an iterable as a fresh array; undefined if the value is not iterable. */
export function toArray(value: Value): Value[] | undefined {
  if (!(value instanceof StarlarkObject) || value.iterate === undefined) return undefined;
  const count = value.length?.() ?? 0;
  if (count > 1000) checkElements(count);
  if (value instanceof List || value instanceof Tuple) return value.items.slice();
  if (value instanceof Dict) return value.keys();
  if (value instanceof StarlarkSet) return value.elements();
  if (value instanceof Range) return Array.from({ length: value.count }, (_, at) => value.at(at));
  const items: Value[] = [];
  eachValue(value, (item) => {
    items.push(item);
    if (--active.fuel < 0) active.refuel();
    if (items.length % 100_000 === 0) checkElements(items.length);
  });
  return items;
}

/** As toArray; an error for values that are not iterable. */
export function elementsOf(value: Value, what = ''): Value[] {
  const items = toArray(value);
  if (items === undefined) fail(`${what === '' ? '' : `${what}: `}got ${typeName(value)}, want iterable`);
  return items;
}

/** Visits the elements while the value is locked. */
export function eachValue(value: Value, visit: (item: Value) => void): void {
  const iterator = iterate(value);
  try {
    for (let item = iterator.next(); item !== undefined; item = iterator.next()) visit(item);
  } finally {
    iterator.close();
  }
}

/** The number of elements of a value that knows it. */
export function lengthOf(value: Value): number | undefined {
  if (typeof value === 'string') return value.length;
  return value instanceof StarlarkObject ? value.length?.() : undefined;
}
