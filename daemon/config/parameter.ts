import { Callable, ConfigObject, typeNameOf, type Plain } from './config-object.ts';

/** How a parameter or attribute is checked, and how the reference shows it. */
export type Parameter<T> = {
  /** As the reference prints it: "str", "list[str]", "str | None". */
  readonly type: string;
  /** What the error says: "function expects EXPECTED for NAME; got type T". */
  readonly expected: string;
  /** The checked value; undefined when it does not fit, or a mismatch when more can be said than its type. */
  readonly read: (value: Plain) => Read<T> | Mismatch | undefined;
  /** Present when the parameter may be left out. */
  readonly default?: { readonly shown: string; readonly value: T };
  /** What later versions of PyOxidizer have in its place; whoever gives it is told so, once. */
  readonly instead?: string;
};

/** A parameter of the legacy API. */
export const legacy = <T>(parameter: Parameter<T>, instead: string): Parameter<T> => ({
  ...parameter,
  instead,
});

type Read<T> = { readonly is: T };
/** Such as an item of a list: "a list of string", "an item of type int". */
type Mismatch = { readonly expected: string; readonly got: string };

const simple = <T extends Plain>(
  type: string,
  expected: string,
  fits: (value: Plain) => value is T,
): Parameter<T> => ({
  type,
  expected,
  read: (value) => (fits(value) ? { is: value } : undefined),
});

export const str = simple('str', 'a string', (value) => typeof value === 'string');
export const bool = simple('bool', 'a bool', (value) => typeof value === 'boolean');
export const int = simple(
  'int',
  'an int',
  (value): value is number => typeof value === 'number' && Number.isInteger(value),
);
export const callable = simple('function', 'a function', (value) => value instanceof Callable);
export const anything = simple('any', 'a value', (_value): _value is Plain => true);

/** None is undefined, and is to be written. */
export const orNone = <T>(inner: Parameter<T>): Parameter<T | undefined> => ({
  type: `${inner.type} | None`,
  expected: `${inner.expected} or None`,
  read: (value) => (value === null ? { is: undefined } : inner.read(value)),
});

/** None, or leaving it out, is undefined. */
export const optional = <T>(inner: Parameter<T>): Parameter<T | undefined> => ({
  ...orNone(inner),
  default: { shown: 'None', value: undefined },
});

/** May be left out, then it has the value; None is refused. */
export function withDefault<T extends string | number | boolean>(
  inner: Parameter<T>,
  value: NoInfer<T>,
): Parameter<T> {
  const shown = typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);
  return { ...inner, default: { shown, value } };
}

export function listOf<T>(inner: Parameter<T>): Parameter<readonly T[]> {
  return {
    type: `list[${inner.type}]`,
    expected: 'a list',
    read(value) {
      if (!Array.isArray(value)) return undefined;
      const items: T[] = [];
      for (const item of value as readonly Plain[]) {
        const read = inner.read(item);
        if (!isRead(read))
          return { expected: `a list of ${inner.type}`, got: `an item of type ${typeNameOf(item)}` };
        items.push(read.is);
      }
      return { is: items };
    },
  };
}

export function dictOf<T>(inner: Parameter<T>): Parameter<ReadonlyMap<string, T>> {
  return {
    type: `dict[str, ${inner.type}]`,
    expected: 'a dict',
    read(value) {
      if (!(value instanceof Map)) return undefined;
      const entries = new Map<string, T>();
      for (const [key, item] of value as ReadonlyMap<Plain, Plain>) {
        const read = inner.read(item);
        if (typeof key !== 'string' || !isRead(read)) {
          const got = `an item of type ${typeNameOf(key)} to ${typeNameOf(item)}`;
          return { expected: `a dict of str to ${inner.type}`, got };
        }
        entries.set(key, read.is);
      }
      return { is: entries };
    },
  };
}

/** A value of one of the dialect's types; `name` is what `type()` says of it. */
export function object<T extends ConfigObject>(
  name: string,
  // Constructors with any parameters: only instanceof is used.
  type: abstract new (...args: never[]) => T,
): Parameter<T> {
  return {
    type: name,
    expected: `a ${name}`,
    read: (value) => (value instanceof type ? { is: value } : undefined),
  };
}

/** The first of the alternatives that fits. */
export function oneOf<A, B>(first: Parameter<A>, second: Parameter<B>): Parameter<A | B> {
  return {
    type: `${first.type} | ${second.type}`,
    expected: `${first.expected} or ${second.expected}`,
    read(value) {
      const read = first.read(value);
      return isRead(read) ? read : second.read(value);
    },
  };
}

/** A string out of a fixed set. */
export function choice<const T extends string>(choices: readonly T[]): Parameter<T> {
  const quoted = choices.map((name) => JSON.stringify(name));
  return {
    type: quoted.join(' | '),
    expected: `one of ${quoted.join(', ')}`,
    read: (value) => (choices.includes(value as T) ? { is: value as T } : undefined),
  };
}

export const isRead = <T>(read: Read<T> | Mismatch | undefined): read is Read<T> =>
  read !== undefined && 'is' in read;
