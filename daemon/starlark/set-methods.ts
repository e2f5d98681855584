import { namedMethodTable } from './callable.ts';
import { StarlarkSet } from './dict.ts';
import { elementsOf, toArray } from './iterate.ts';
import { fail } from './trace.ts';
import { typeName } from './value.ts';
import type { Value } from './value.ts';

function asSet(value: Value): StarlarkSet {
  return value instanceof StarlarkSet ? value : new StarlarkSet(elementsOf(value));
}

const copy = (set: StarlarkSet): StarlarkSet => new StarlarkSet(set.elements());

function difference(self: StarlarkSet, others: Value[]): StarlarkSet {
  const sets = others.map(asSet);
  return new StarlarkSet(self.elements().filter((element) => !sets.some((set) => set.has(element))));
}

function intersection(self: StarlarkSet, others: Value[]): StarlarkSet {
  const sets = others.map(asSet);
  return new StarlarkSet(self.elements().filter((element) => sets.every((set) => set.has(element))));
}

function symmetricDifference(self: StarlarkSet, other: Value): StarlarkSet {
  const theirs = asSet(other);
  const result = difference(self, [theirs]);
  for (const element of theirs.elements()) if (!self.has(element)) result.add(element);
  return result;
}

function addAll(self: StarlarkSet, others: Value[]): void {
  for (const [at, other] of others.entries()) {
    const elements = toArray(other);
    if (elements === undefined) fail(`argument #${at + 1} is not iterable: ${typeName(other)}`);
    for (const element of elements) self.add(element);
  }
}

/** Makes `self` hold just what `result` does. */
function become(self: StarlarkSet, result: StarlarkSet): null {
  self.mutate('update');
  self.replaceBy(result.elements());
  return null;
}

export const setMethods = namedMethodTable({
  'add(x, /)': (self: StarlarkSet, x: Value) => {
    self.mutate('insert into');
    self.add(x);
    return null;
  },
  'clear()': (self: StarlarkSet) => {
    if (self.size === 0) return null;
    self.mutate('clear');
    self.clear();
    return null;
  },
  'difference(*others)': difference,
  'difference_update(*others)': (self: StarlarkSet, others: Value[]) =>
    become(self, difference(self, others)),
  'discard(x, /)': (self: StarlarkSet, x: Value) => {
    self.mutate('delete from');
    self.delete(x);
    return null;
  },
  'intersection(*others)': intersection,
  'intersection_update(*others)': (self: StarlarkSet, others: Value[]) =>
    become(self, intersection(self, others)),
  'isdisjoint(x: iterable, /)': (self: StarlarkSet, x: Value) => {
    const other = asSet(x);
    return !self.elements().some((element) => other.has(element));
  },
  'issubset(x: iterable, /)': (self: StarlarkSet, x: Value) => self.isSubsetOf(asSet(x)),
  'issuperset(x: iterable, /)': (self: StarlarkSet, x: Value) => asSet(x).isSubsetOf(self),
  'pop()': (self: StarlarkSet) => {
    const first = self.first();
    if (first === undefined) fail('pop: empty set');
    self.mutate('delete from');
    self.delete(first);
    return first;
  },
  'remove(x, /)': (self: StarlarkSet, x: Value) => {
    self.mutate('delete from');
    if (!self.delete(x)) fail('remove: missing key');
    return null;
  },
  'symmetric_difference(x: iterable, /)': symmetricDifference,
  'symmetric_difference_update(x: iterable, /)': (self: StarlarkSet, x: Value) =>
    become(self, symmetricDifference(self, x)),
  'union(*others)': (self: StarlarkSet, others: Value[]) => {
    const result = copy(self);
    addAll(result, others);
    return result;
  },
  'update(*others)': (self: StarlarkSet, others: Value[]) => {
    self.mutate('insert into');
    addAll(self, others);
    return null;
  },
});
