import { namedMethodTable } from './callable.ts';
import { equal } from './compare.ts';
import { toSmallInt } from './integer.ts';
import { elementsOf } from './iterate.ts';
import type { List } from './sequence.ts';
import { textBounds } from './subscript.ts';
import { checkElements } from './thread.ts';
import { fail } from './trace.ts';
import type { Value } from './value.ts';

function extend(self: List, more: Value): null {
  self.mutate('extend');
  // The elements are taken first: a list may be extended by itself.
  const items = elementsOf(more);
  checkElements(self.items.length + items.length);
  for (const item of items) self.items.push(item);
  return null;
}

function index(self: List, value: Value, low: Value = null, high: Value = null): number {
  const [start, end] = textBounds(self.items.length, low, high);
  for (let at = start; at < end; at++) if (equal(self.items[at]!, value)) return at;
  fail('index: value not in list');
}

function insert(self: List, at: Value, value: Value): null {
  self.mutate('insert into');
  // Offsets outside the list mean its ends, which is what splice makes of them too.
  self.items.splice(toSmallInt(at, 'insert'), 0, value);
  return null;
}

function pop(self: List, at: Value = -1): Value {
  const given = toSmallInt(at, 'pop');
  const { length } = self.items;
  const position = given < 0 ? given + length : given;
  if (position < 0 || position >= length) {
    if (length === 0) fail(`pop: index ${given} out of range: empty list`);
    fail(`pop: list index ${given} out of range [${-length}:${length - 1}]`);
  }
  self.mutate('pop from');
  if (position === length - 1) return self.items.pop()!;
  return self.items.splice(position, 1)[0]!;
}

function remove(self: List, value: Value): null {
  self.mutate('remove from');
  const at = self.items.findIndex((item) => equal(item, value));
  if (at === -1) fail('remove: element not found');
  self.items.splice(at, 1);
  return null;
}

export const listMethods = namedMethodTable({
  'append(x, /)': (self: List, x: Value) => {
    self.mutate('append to');
    self.items.push(x);
    return null;
  },
  'clear()': (self: List) => {
    self.mutate('clear');
    self.items.length = 0;
    return null;
  },
  'extend(x: iterable, /)': extend,
  'index(x, start: int | None = None, end: int | None = None, /)': index,
  'insert(i: int, x, /)': insert,
  'pop(i: int = -1, /)': pop,
  'remove(x, /)': remove,
});
