// The values that cross between Starlark and the dialect's own types. Only binding.ts knows how Starlark holds them.
/** A value of one of the dialect's types, such as a PythonExecutable. Compared by identity. */
export abstract class ConfigObject {
  /** What `type(x)` says; names its declaration. */
  abstract readonly typeName: string;
}

/** A Starlark value that only passes through: what a target function returned, a function to call later. */
export class Opaque {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** A function that a config passed; called through `Evaluation.call`. */
export class Callable extends Opaque {
  readonly name: string;

  constructor(name: string, value: unknown) {
    super(value);
    this.name = name;
  }
}

/** A Starlark value in plain JavaScript: None is null, lists and tuples are arrays, dicts are maps. */
export type Plain =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Plain[]
  | ReadonlyMap<Plain, Plain>
  | ConfigObject
  | Opaque;

/** A mistake of the config's author, found by a host function; shown at the call, with the Starlark stack. */
export class ConfigError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'ConfigError';
    this.hint = hint;
  }
}

/** `type(x)` of a plain value. */
export function typeNameOf(value: Plain): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (value instanceof ConfigObject) return value.typeName;
  if (value instanceof Callable) return 'function';
  if (value instanceof Opaque) return 'value';
  return Array.isArray(value) ? 'list' : 'dict';
}
