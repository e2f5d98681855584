import { namedMethodTable } from './callable.ts';
import { addPairs, itemTuples } from './dict.ts';
import type { Dict } from './dict.ts';
import { toArray } from './iterate.ts';
import { repr } from './repr.ts';
import { List, Tuple } from './sequence.ts';
import { fail } from './trace.ts';
import { keyOf } from './value.ts';
import type { Value } from './value.ts';

function pop(self: Dict, key: Value, otherwise: Value | undefined): Value {
  self.mutate('delete from');
  const value = self.delete(key);
  if (value !== undefined) return value;
  return otherwise ?? missing(key, otherwise);
}

/** A default of None is one. */
function missing(key: Value, otherwise: Value | undefined): Value {
  if (otherwise === null) return null;
  fail(`pop: missing key: ${repr(key)}`);
}

function popitem(self: Dict): Value {
  const key = self.firstKey();
  if (key === undefined) fail('popitem: empty dict');
  self.mutate('delete from');
  return new Tuple([key, self.delete(key)!]);
}

function setdefault(self: Dict, key: Value, value: Value = null): Value {
  const known = self.get(key);
  if (known !== undefined) return known;
  self.mutate('insert into');
  self.set(key, value);
  return value;
}

function update(self: Dict, pairs: Value | undefined, kwargs: ReadonlyMap<string, Value>): null {
  self.mutate('insert into');
  if (pairs !== undefined) addPairs(self, pairs, toArray);
  for (const [key, value] of kwargs) self.set(key, value);
  return null;
}

export const dictMethods = namedMethodTable({
  'clear()': (self: Dict) => {
    self.mutate('clear');
    self.clear();
    return null;
  },
  'get(key, default=None, /)': (self: Dict, key: Value, otherwise: Value = null) => {
    keyOf(key);
    const value = self.get(key);
    return value === undefined ? otherwise : value;
  },
  'items()': (self: Dict) => new List(itemTuples(self)),
  'keys()': (self: Dict) => new List(self.keys()),
  'pop(key, default=None, /)': pop,
  'popitem()': popitem,
  'setdefault(key, default=None, /)': setdefault,
  'update(pairs=[], /, **kwargs)': update,
  'values()': (self: Dict) => new List(self.values()),
});
