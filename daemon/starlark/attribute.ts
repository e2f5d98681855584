// `x.name`.
import { Native } from './callable.ts';
import { nearestName } from './spelling.ts';
import { fail } from './trace.ts';
import { StarlarkObject, typeName } from './value.ts';
import type { MethodTable, Value } from './value.ts';

let stringMethods: MethodTable = new Map();

/** Gives a class of values its methods. */
export function installMethods(
  target: 'string' | (abstract new (...args: never[]) => StarlarkObject),
  methods: MethodTable,
): void {
  if (target === 'string') stringMethods = methods;
  else Object.defineProperty(target.prototype, 'methods', { value: methods });
}

/** A method, not bound to its receiver. */
export function findMethod(x: Value, name: string): Native | undefined {
  const method =
    typeof x === 'string'
      ? stringMethods.get(name)
      : x instanceof StarlarkObject
        ? x.methods?.get(name)
        : undefined;
  return method as Native | undefined;
}

/** The attribute, or undefined if there is none. */
export function findAttribute(x: Value, name: string): Value | undefined {
  const method = findMethod(x, name);
  if (method !== undefined) return method.bind(x as StarlarkObject | string);
  return x instanceof StarlarkObject ? x.attribute?.(name) : undefined;
}

export function getAttribute(x: Value, name: string): Value {
  const value = findAttribute(x, name);
  // None is null, and a value like any other.
  return value === undefined ? noAttribute(x, name) : value;
}

/** All attribute names, sorted. */
export function attributeNames(x: Value): string[] {
  const methods = typeof x === 'string' ? stringMethods : x instanceof StarlarkObject ? x.methods : undefined;
  const own = x instanceof StarlarkObject ? (x.attributeNames?.() ?? []) : [];
  return [...new Set([...own, ...(methods?.keys() ?? [])])].toSorted();
}

export function noAttribute(x: Value, name: string): never {
  const near = nearestName(name, attributeNames(x));
  const hint = near === undefined ? '' : ` (did you mean .${near}?)`;
  // The fields of structs are called attributes, as in the Go implementation.
  const noun = typeName(x) === 'struct' ? 'attribute' : 'field or method';
  fail(`${typeName(x)} has no .${name} ${noun}${hint}`);
}

export function setAttribute(x: Value, name: string, value: Value): void {
  if (x instanceof StarlarkObject && x.setAttribute?.(name, value) === true) return;
  const near =
    x instanceof StarlarkObject && x.setAttribute !== undefined
      ? nearestName(name, x.attributeNames?.() ?? [])
      : undefined;
  const hint = near === undefined ? '' : ` (did you mean .${near}?)`;
  fail(`can't assign to .${name} field of ${typeName(x)}${hint}`);
}
