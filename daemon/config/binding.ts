// The dialect's declarations as Starlark values: the only file that knows how the language holds its values.
import { native, Native, StarlarkFunction } from '../starlark/callable.ts';
import { Dict } from '../starlark/dict.ts';
import { callFunction } from '../starlark/host.ts';
import { str } from '../starlark/repr.ts';
import { List, Tuple } from '../starlark/sequence.ts';
import { EvalError, fail } from '../starlark/trace.ts';
import { StarlarkObject, typeName, type Key, type MethodTable, type Value } from '../starlark/value.ts';
import { Callable, ConfigError, ConfigObject, Opaque, type Plain } from './config-object.ts';
import type { AttributeDeclaration, FunctionDeclaration, TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { constants, functions, types } from './globals.ts';
import { isRead } from './parameter.ts';

type BoundType = {
  readonly declaration: TypeDeclaration;
  readonly methods: MethodTable;
  readonly attributes: ReadonlyMap<string, AttributeDeclaration>;
};

/** The dialect for one evaluation. */
export class Binding {
  readonly evaluation: Evaluation;
  readonly #types: ReadonlyMap<string, BoundType>;
  /** A config compares values by identity, so each object has one wrapper. */
  readonly #wrappers = new WeakMap<ConfigObject, HostValue>();

  constructor(evaluation: Evaluation) {
    this.evaluation = evaluation;
    this.#types = new Map(
      types.map((declaration) => [
        declaration.name,
        {
          declaration,
          methods: new Map(declaration.methods.map((method) => [method.name, this.method(method)])),
          attributes: new Map(declaration.attributes.map((attribute) => [attribute.name, attribute])),
        },
      ]),
    );
  }

  predeclared(): ReadonlyMap<string, Value> {
    return new Map([
      ...functions.map((declaration) => [declaration.name, this.function(declaration)] as const),
      ...types.flatMap(({ name, construct }) =>
        construct === undefined ? [] : [[name, this.function(construct)] as const],
      ),
      ...constants.map(({ name, value }) => [name, this.value(value(this.evaluation))] as const),
    ]);
  }

  call(callable: Callable, positional: readonly Plain[]): Opaque {
    const args = positional.map((argument) => this.value(argument));
    return new Opaque(callFunction(callable.value as Value, args));
  }

  plain(value: Opaque): Plain {
    return plainOf(value.value as Value);
  }

  text(value: Plain): string {
    return str(this.value(value));
  }

  function(declaration: FunctionDeclaration): Native {
    return native(
      signatureOf(declaration),
      (...args: unknown[]) => this.#call(declaration, undefined, args),
      {
        doc: declaration.doc,
      },
    );
  }

  method(declaration: FunctionDeclaration): Native {
    return native(
      signatureOf(declaration),
      (self: HostValue, ...args: unknown[]) => this.#call(declaration, self.object, args),
      { doc: declaration.doc },
    );
  }

  /** A plain value as the config sees it. */
  value(plain: unknown): Value {
    if (plain === null || plain === undefined) return null;
    if (typeof plain === 'boolean' || typeof plain === 'string') return plain;
    if (typeof plain === 'number' || typeof plain === 'bigint') return plain;
    if (Array.isArray(plain)) return new List(plain.map((item) => this.value(item)));
    if (plain instanceof Map)
      return new Dict([...plain].map(([key, item]) => [this.value(key), this.value(item)] as const));
    if (plain instanceof Opaque) return plain.value as Value;
    if (plain instanceof ConfigObject) return this.#wrap(plain);
    throw new TypeError(`Cannot hand ${typeof plain} to a config`);
  }

  #wrap(object: ConfigObject): HostValue {
    let wrapper = this.#wrappers.get(object);
    if (wrapper === undefined) {
      const type = this.#types.get(object.typeName);
      if (type === undefined) throw new TypeError(`${object.typeName} is not declared`);
      wrapper = new HostValue(this, object, type);
      this.#wrappers.set(object, wrapper);
    }
    return wrapper;
  }

  #call(declaration: FunctionDeclaration, self: ConfigObject | undefined, args: unknown[]): Value {
    const values: Record<string, unknown> = {};
    const spelling = (): string =>
      self === undefined ? declaration.name : `${self.typeName}.${declaration.name}`;
    if (declaration.instead !== undefined) this.evaluation.outdated(`${spelling()}()`, declaration.instead);
    for (const [at, [name, parameter]] of Object.entries(declaration.parameters).entries()) {
      const given = args[at] as Value | undefined;
      if (given === undefined) values[name] = parameter.default?.value;
      else {
        const read = parameter.read(plainOf(given));
        if (!isRead(read)) {
          const { expected, got } = read ?? { ...parameter, got: `type ${typeName(given)}` };
          fail(`function expects ${expected} for ${name}; got ${got}`);
        }
        values[name] = read.is;
        if (parameter.instead !== undefined && given !== null)
          this.evaluation.outdated(`${spelling()}(${name}=…)`, parameter.instead);
      }
    }
    const rest =
      declaration.variadic === true ? (args.at(-1) as Value[]).map((value) => new Opaque(value)) : [];
    return guarded(() => this.value(declaration.call(this.evaluation, self, values, rest)));
  }
}

/** A value of one of the dialect's types. */
class HostValue extends StarlarkObject {
  readonly object: ConfigObject;
  readonly #binding: Binding;
  readonly #type: BoundType;

  constructor(binding: Binding, object: ConfigObject, type: BoundType) {
    super();
    this.#binding = binding;
    this.object = object;
    this.#type = type;
  }

  override get typeName(): string {
    return this.object.typeName;
  }

  override get methods(): MethodTable {
    return this.#type.methods;
  }

  override repr(): string {
    return `<${this.typeName}>`;
  }

  override hashKey(): Key {
    return this;
  }

  override attribute(name: string): Value | undefined {
    const attribute = this.#type.attributes.get(name);
    if (attribute === undefined) return undefined;
    return guarded(() => this.#binding.value(attribute.get(this.object, this.#binding.evaluation)));
  }

  override attributeNames(): readonly string[] {
    return [...this.#type.attributes.keys()];
  }

  override setAttribute(name: string, value: Value): boolean {
    const attribute = this.#type.attributes.get(name);
    if (attribute === undefined) return false;
    const { set, check } = attribute;
    if (set === undefined) fail(`cannot set ${this.typeName}.${name}: it is read-only`);
    const read = check.read(plainOf(value));
    if (!isRead(read)) {
      const { expected, got } = read ?? { ...check, got: described(value) };
      fail(`${this.typeName}.${name} expects ${expected}; got ${got}`);
    }
    guarded(() => set(this.object, read.is, this.#binding.evaluation));
    return true;
  }
}

/** Strings show themselves, since a wrong one is of the right type. */
const described = (value: Value): string =>
  typeof value === 'string' ? JSON.stringify(value) : `type ${typeName(value)}`;

/** Deeper than any argument of the dialect; a list may contain itself. */
const plainDepthMax = 20;

function plainOf(value: Value, depth = 0): Plain {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof HostValue) return value.object;
  if (depth > plainDepthMax) fail(`value nests deeper than ${plainDepthMax}`);
  const nested = (item: Value): Plain => plainOf(item, depth + 1);
  if (value instanceof List || value instanceof Tuple) return value.items.map(nested);
  if (value instanceof Dict)
    return new Map(value.entries().map(([key, item]) => [nested(key), nested(item)]));
  if (value instanceof StarlarkFunction || value instanceof Native) return new Callable(value.name, value);
  return new Opaque(value);
}

/** A mistake that the dialect finds is one of the program that runs. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigError) throw new EvalError(error.message, { hint: error.hint, cause: error });
    throw error;
  }
}

/** The language counts and names the arguments; their types are checked here, in PyOxidizer's words. */
function signatureOf({ name, parameters, variadic, unchecked }: FunctionDeclaration): string {
  if (unchecked === true) return `${name}(*args, **kwargs)`;
  const shown = Object.entries(parameters).map(([parameter, { default: value }]) =>
    value === undefined ? parameter : `${parameter}=None`,
  );
  return `${name}(${[...shown, ...(variadic === true ? ['*args'] : [])].join(', ')})`;
}
