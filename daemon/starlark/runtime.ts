// What generated code calls. Names begin with `$`, which no variable of a program does.
import { findMethod, getAttribute, setAttribute } from './attribute.ts';
import { Native, StarlarkFunction } from './callable.ts';
import { equal, ordered } from './compare.ts';
import { Dict, StarlarkSet } from './dict.ts';
import { iterate, lengthOf, toArray } from './iterate.ts';
import * as inPlace from './in-place.ts';
import * as operators from './operators.ts';
import { formatInteger } from './format.ts';
import { DictPairs, EnumeratedPairs, UnpackedPairs } from './pairs.ts';
import { repr, str } from './repr.ts';
import { List, Tuple, emptyTuple } from './sequence.ts';
import { getIndex, setIndex, slice } from './subscript.ts';
import { active } from './thread.ts';
import type { Thread } from './thread.ts';
import { fail } from './trace.ts';
import { StarlarkObject, truth, typeName } from './value.ts';
import type { Value } from './value.ts';

/** What depends on the file that runs. */
export type RuntimeHooks = {
  readonly thread: Thread;
  /** The globals of another file. */
  readonly load: (module: string) => ReadonlyMap<string, Value>;
  /** Gives one of them, or the error that there is none. */
  readonly loaded: (globals: ReadonlyMap<string, Value>, module: string, name: string) => Value;
};

function $unbound(scope: string, name: string): never {
  fail(`${scope} variable ${name} referenced before assignment`);
}

function $recursive(name: string): never {
  fail(`function ${name} called recursively`, 'the dialect has no recursion; use a loop');
}

function $newKey(dict: Dict, key: Value, value: Value): void {
  if (dict.has(key)) fail(`duplicate key: ${repr(key)}`);
  dict.set(key, value);
}

function $index(x: Value, key: Value): Value {
  if (typeof key === 'number' && key >= 0 && x instanceof List && key < x.items.length) return x.items[key]!;
  return getIndex(x, key);
}

function $setIndex(x: Value, key: Value, value: Value): void {
  if (typeof key === 'number' && key >= 0 && x instanceof List && key < x.items.length) {
    if (x.locks === 0 && !x.owner.isFrozen) {
      x.items[key] = value;
      return;
    }
  }
  setIndex(x, key, value);
}

function $unpack(value: Value, count: number): readonly Value[] {
  if ((value instanceof Tuple || value instanceof List) && value.items.length === count) return value.items;
  const items = toArray(value);
  if (items === undefined) fail(`got ${typeName(value)} in sequence assignment`);
  if (items.length === count) return items;
  const many = items.length > count ? 'many' : 'few';
  fail(`too ${many} values to unpack (got ${lengthOf(value) ?? items.length}, want ${count})`);
}

const none: readonly string[] = [];
const nothing: readonly Value[] = [];

/** A call of anything, `kwargs` being what followed `**`. */
export function $call(
  callee: Value,
  args: Value[],
  names: readonly string[] = none,
  named: readonly Value[] = nothing,
  kwargs?: Value,
): Value {
  if (!(callee instanceof StarlarkObject) || callee.call === undefined) {
    fail(`invalid call of non-function (${typeName(callee)})`);
  }
  if (kwargs === undefined) return callee.call(args, names, named);
  const more = keywords(kwargs);
  return callee.call(args, [...names, ...more.names], [...named, ...more.values]);
}

function keywords(kwargs: Value): { names: string[]; values: Value[] } {
  if (!(kwargs instanceof Dict)) fail(`argument after ** must be a mapping, not ${typeName(kwargs)}`);
  const names: string[] = [];
  const values: Value[] = [];
  for (const [key, value] of kwargs.entries()) {
    if (typeof key !== 'string') fail(`keywords must be strings, not ${typeName(key)}`);
    names.push(key);
    values.push(value);
  }
  return { names, values };
}

function $call1(callee: Value, argument: Value): Value {
  if (callee instanceof Native) return callee.invoke1(callee.receiver, argument);
  return $call(callee, [argument]);
}

function $spread(args: Value[], more: Value): Value[] {
  const items = toArray(more);
  if (items === undefined) fail(`argument after * must be iterable, not ${typeName(more)}`);
  return args.concat(items);
}

const shared = {
  $unbound,
  $recursive,
  $newKey,
  $index,
  $setIndex,
  $unpack,
  $call,
  $call1,
  $spread,
  $findMethod: findMethod,
  $slice: slice,
  $getAttribute: getAttribute,
  $setAttribute: setAttribute,
  $iterate: iterate,
  $truth: truth,
  $equal: equal,
  $ordered: ordered,
  $isIn: operators.isIn,
  $add: operators.add,
  $sub: operators.sub,
  $mul: operators.mul,
  $div: operators.div,
  $floorDiv: operators.floorDiv,
  $mod: operators.mod,
  $bitAnd: operators.bitAnd,
  $bitOr: operators.bitOr,
  $bitXor: operators.bitXor,
  $shiftLeft: operators.shiftLeft,
  $shiftRight: operators.shiftRight,
  $addInPlace: inPlace.addInPlace,
  $subInPlace: inPlace.subInPlace,
  $orInPlace: inPlace.orInPlace,
  $andInPlace: inPlace.andInPlace,
  $xorInPlace: inPlace.xorInPlace,
  $negative: operators.negative,
  $positive: operators.positive,
  $complement: operators.complement,
  $Function: StarlarkFunction,
  $Tuple: Tuple,
  $List: List,
  $Dict: Dict,
  $Set: StarlarkSet,
  $emptyTuple: emptyTuple,
  $EnumeratedPairs: EnumeratedPairs,
  $DictPairs: DictPairs,
  $UnpackedPairs: UnpackedPairs,
  $str: str,
  $repr: repr,
  $formatInteger: formatInteger,
};

export const runtimeNames = [...Object.keys(shared), '$T', '$load', '$loaded'];

export function bindRuntime(hooks: RuntimeHooks): object {
  return { ...shared, $T: hooks.thread, $load: hooks.load, $loaded: hooks.loaded };
}

/** Calls a function from TypeScript in the running program. */
export function callValue(callee: Value, args: Value[], named: Readonly<Record<string, Value>> = {}): Value {
  if (--active.fuel < 0) active.refuel();
  return $call(callee, args, Object.keys(named), Object.values(named));
}
