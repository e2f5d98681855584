// Augmented assignments that change their left operand instead of making a new value.
import { Dict, StarlarkSet } from './dict.ts';
import { elementsOf } from './iterate.ts';
import { add, bitAnd, bitOr, bitXor, sub } from './operators.ts';
import { List } from './sequence.ts';
import { checkElements } from './thread.ts';
import { StarlarkObject } from './value.ts';
import type { Value } from './value.ts';

/** `a += b`: lists grow; all else is `a = a + b`. */
export function addInPlace(a: Value, b: Value): Value {
  if (!(a instanceof List) || !(b instanceof StarlarkObject) || b.iterate === undefined) return add(a, b);
  a.mutate('apply += to');
  const more = elementsOf(b);
  checkElements(a.items.length + more.length);
  for (const item of more) a.items.push(item);
  return a;
}

/** `a |= b`: dicts and sets take in what `b` has. */
export function orInPlace(a: Value, b: Value): Value {
  if (a instanceof Dict && b instanceof Dict) {
    a.mutate('apply |= to');
    for (const [key, value] of b.entries()) a.set(key, value);
    return a;
  }
  return changeSet(a, b, '|=', bitOr);
}

export function andInPlace(a: Value, b: Value): Value {
  return changeSet(a, b, '&=', bitAnd);
}

export function subInPlace(a: Value, b: Value): Value {
  return changeSet(a, b, '-=', sub);
}

export function xorInPlace(a: Value, b: Value): Value {
  return changeSet(a, b, '^=', bitXor);
}

/** A set becomes the result of the operator; any other value is left alone and the result returned. */
function changeSet(a: Value, b: Value, verb: string, operator: (a: Value, b: Value) => Value): Value {
  const result = operator(a, b);
  if (!(a instanceof StarlarkSet) || !(b instanceof StarlarkSet)) return result;
  a.mutate(`apply ${verb} to`);
  a.replaceBy((result as StarlarkSet).elements());
  return a;
}
