// The host's side: functions and types written in TypeScript for programs to use.
//
//   const greet = hostFunction('greet(name: str, times: int = 1)', (name: string, times: Value = 1) => …);
//   const pointType = hostType<Point>({
//     name: 'Point',
//     attributes: { x: { get: (point) => point.x, set: (point, value) => { point.x = value as number; } } },
//     methods: { 'distance(other: Point)': (point, other: HostObject<Point>) => … },
//   });
//   evaluateFile({ file, source, predeclared: new Map([['greet', greet], ['origin', pointType.make({ x: 0 })]]) });
//
// Values are those of value.ts: None is null, ints are numbers or bigints, strings are strings, all else is an object.
// A function gets its arguments checked against its signature (see signature.ts): wrong types, missing, unknown, repeated
// and surplus arguments end the program with a message that names the function and the parameter, in the Go
// implementation's words or, with `wording`, in the host's own. An optional argument that was not given is `undefined`.
//
// Everything is synchronous. A host function may call back (`callFunction`), also re-entrantly, and may block. It ends the
// program with `fail(message, hint)`; what else it throws passes through the program to the host.
import { Native, native } from './callable.ts';
import type { NativeBody } from './callable.ts';
import { ArrayIterator } from './sequence.ts';
import type { ArgumentWording } from './signature.ts';
import { Mutability, runIn } from './thread.ts';
import type { Thread } from './thread.ts';
import { fail } from './trace.ts';
import { StarlarkObject } from './value.ts';
import type { Key, MethodTable, Value } from './value.ts';
import { callValue } from './runtime.ts';

export type HostFunctionOptions = {
  /** For hover texts and reference pages. */
  readonly doc?: string;
  readonly wording?: ArgumentWording;
};

/** A function for programs. `body` gets one argument per parameter, then `*args` as an array, `**kwargs` as a Map. */
export function hostFunction(signature: string, body: NativeBody, options: HostFunctionOptions = {}): Native {
  return native(signature, body, options);
}

export type HostAttribute<T> = {
  readonly get: (self: T) => Value;
  /** Absent: the attribute is read-only. */
  readonly set?: (self: T, value: Value) => void;
  readonly doc?: string;
};

/** What values of a type can do; a capability left out is one they do not have. */
export type HostTypeDeclaration<T> = {
  /** What `type(x)` says, and what signatures call the type. */
  readonly name: string;
  readonly doc?: string;
  readonly attributes?: Readonly<Record<string, HostAttribute<T>>>;
  /** Attributes that differ from value to value. */
  readonly fields?: {
    readonly names: (self: T) => readonly string[];
    readonly get: (self: T, name: string) => Value | undefined;
    /** False: no such field. */
    readonly set?: (self: T, name: string, value: Value) => boolean;
  };
  /** Signature to body; a body's first parameter is the receiver's data. */
  readonly methods?: Readonly<Record<string, (self: T, ...args: never[]) => Value>>;
  readonly wording?: ArgumentWording;
  readonly call?: (self: T, args: readonly Value[], named: ReadonlyMap<string, Value>) => Value;
  /** The elements for `for`; locked against mutation by whoever owns them. */
  readonly iterate?: (self: T) => readonly Value[];
  readonly length?: (self: T) => number;
  /** `x[key]`; with `length`, keys arrive as offsets from 0. */
  readonly index?: (self: T, key: Value) => Value;
  readonly setIndex?: (self: T, key: Value, value: Value) => void;
  readonly contains?: (self: T, value: Value) => boolean;
  readonly equals?: (self: T, other: T, equal: (a: Value, b: Value) => boolean) => boolean;
  /** Negative, zero or positive. */
  readonly compare?: (self: T, other: T, compare: (a: Value, b: Value) => number) => number;
  /** Dictionary key: equal for equal values. `'identity'`: the object itself. Absent: unhashable. */
  readonly key?: 'identity' | ((self: T) => Key);
  readonly binary?: (self: T, operator: string, other: Value, side: 'left' | 'right') => Value | undefined;
  readonly truth?: (self: T) => boolean;
  readonly repr?: (self: T, write: (value: Value) => string) => string;
  readonly freeze?: (self: T) => void;
};

/** A type of the host; `make` wraps its data as a value. */
export class HostType<T> {
  readonly declaration: HostTypeDeclaration<T>;
  readonly methods: MethodTable;

  constructor(declaration: HostTypeDeclaration<T>) {
    this.declaration = declaration;
    this.methods = new Map(
      Object.entries(declaration.methods ?? {}).map(([signature, body]) => {
        const unwrapped: NativeBody = (self: HostObject<T>, ...args: unknown[]) =>
          body(self.data, ...(args as never[]));
        const method = native(signature, unwrapped, { wording: declaration.wording });
        return [method.name, method];
      }),
    );
  }

  make(data: T): HostObject<T> {
    return new HostObject(this, data);
  }

  /** The data of a value of this type; undefined for all others. */
  data(value: Value): T | undefined {
    return value instanceof HostObject && value.type === this ? (value.data as T) : undefined;
  }
}

export function hostType<T>(declaration: HostTypeDeclaration<T>): HostType<T> {
  return new HostType(declaration);
}

export class HostObject<T> extends StarlarkObject {
  readonly type: HostType<T>;
  readonly data: T;

  constructor(type: HostType<T>, data: T) {
    super();
    this.type = type;
    this.data = data;
    // Capabilities are asked for by looking whether the method is there, so each object has just those of its type.
    const { declaration: has } = type;
    const { length, iterate, index, setIndex, contains, equals, compare, binary, call } = has;
    const same = (other: StarlarkObject): HostObject<T> | undefined =>
      other instanceof HostObject && other.type === type ? other : undefined;
    if (length !== undefined) this.length = () => length(data);
    if (iterate !== undefined) this.iterate = () => new ArrayIterator(iterate(data));
    if (index !== undefined) this.getIndex = (key) => index(data, key);
    if (setIndex !== undefined) this.setIndex = (key, value) => setIndex(data, key, value);
    if (contains !== undefined) this.contains = (value) => contains(data, value);
    if (binary !== undefined) this.binary = (operator, other, side) => binary(data, operator, other, side);
    if (equals !== undefined) {
      this.equals = (other, equal) => same(other) !== undefined && equals(data, same(other)!.data, equal);
    }
    if (compare !== undefined) this.compare = (other, order) => compare(data, same(other)!.data, order);
    if (call !== undefined) {
      this.call = (args, names, named) =>
        call(data, args, new Map(names.map((name, at) => [name, named[at]!])));
    }
  }

  get typeName(): string {
    return this.type.declaration.name;
  }

  override get methods(): MethodTable {
    return this.type.methods;
  }

  override truth(): boolean {
    const { truth, length } = this.type.declaration;
    return truth?.(this.data) ?? (length === undefined || length(this.data) > 0);
  }

  override repr(write: (value: Value) => string): string {
    return this.type.declaration.repr?.(this.data, write) ?? `<${this.typeName}>`;
  }

  override hashKey(): Key | undefined {
    const { key } = this.type.declaration;
    return key === 'identity' ? this : key?.(this.data);
  }

  override freeze(): void {
    this.type.declaration.freeze?.(this.data);
  }

  override attribute(name: string): Value | undefined {
    const { attributes, fields } = this.type.declaration;
    if (attributes !== undefined && Object.hasOwn(attributes, name)) return attributes[name]!.get(this.data);
    return fields?.get(this.data, name);
  }

  override attributeNames(): readonly string[] {
    const { attributes = {}, fields } = this.type.declaration;
    return [...Object.keys(attributes), ...(fields?.names(this.data) ?? [])];
  }

  override setAttribute(name: string, value: Value): boolean {
    const { attributes, fields } = this.type.declaration;
    const attribute =
      attributes !== undefined && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (attribute === undefined) return fields?.set?.(this.data, name, value) ?? false;
    if (attribute.set === undefined) fail(`cannot set ${this.typeName}.${name}: it is read-only`);
    attribute.set(this.data, value);
    return true;
  }
}

/** Calls a function of the running program, for instance one that was passed to a host function. */
export function callFunction(
  callee: Value,
  args: readonly Value[],
  named: Readonly<Record<string, Value>> = {},
): Value {
  return callValue(callee, args.slice(), named);
}

/** Calls a function after its file has run. What it makes stays mutable until the call is over. */
export function callAfterwards(
  thread: Thread,
  callee: Value,
  args: readonly Value[],
  named: Readonly<Record<string, Value>> = {},
): Value {
  return runIn(thread, () => {
    thread.mutability = new Mutability();
    return callValue(callee, args.slice(), named);
  });
}
