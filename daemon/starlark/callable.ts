// Functions: those of the language and those written in TypeScript.
import { Dict } from './dict.ts';
import { Tuple, emptyTuple, freezeValue } from './sequence.ts';
import { bindArguments, fitsAsIs, parseSignature, wrongType } from './signature.ts';
import type { ArgumentWording, Signature } from './signature.ts';
import { withPrefix } from './prefixed.ts';
import { nearestName } from './spelling.ts';
import { fail, nativePrefix } from './trace.ts';
import type { LineTable } from './trace.ts';
import { StarlarkObject } from './value.ts';
import type { Key, Value } from './value.ts';

/** What all functions made by one `def` or `lambda` share. */
export type FunctionCode = {
  readonly name: string;
  /** Names of ordinary parameters, keyword-only ones last; `*args` and `**kwargs` not among them. */
  readonly params: readonly string[];
  readonly keywordOnly: number;
  readonly hasArgs: boolean;
  readonly hasKwargs: boolean;
  readonly doc: string | undefined;
  /** Offset of the definition. */
  readonly at: number;
  readonly lines: LineTable;
};

/** Takes every parameter in order, then `*args` as a tuple and `**kwargs` as a dict if the function has them. */
export type Compiled = (...slots: Value[]) => Value;

const noNames: readonly string[] = [];

export class StarlarkFunction extends StarlarkObject {
  readonly code: FunctionCode;
  readonly js: Compiled;
  /** Number of arguments with which `js` may be called directly; -1 if defaults, `*` or keyword-only ones are involved. */
  readonly arity: number;
  /** Per parameter its default; undefined where one must be given. */
  readonly defaults: readonly (Value | undefined)[];

  readonly #captured: (() => (Value | undefined)[]) | undefined;
  #isFrozen = false;

  constructor(
    code: FunctionCode,
    js: Compiled,
    defaults: readonly (Value | undefined)[],
    captured?: () => (Value | undefined)[],
  ) {
    super();
    this.#captured = captured;
    this.code = code;
    this.js = js;
    this.defaults = defaults;
    const plain = !code.hasArgs && !code.hasKwargs && code.keywordOnly === 0;
    this.arity = plain ? code.params.length : -1;
  }

  get typeName(): string {
    return 'function';
  }

  get name(): string {
    return this.code.name;
  }

  override repr(): string {
    return `<function ${this.code.name}>`;
  }

  override hashKey(): Key {
    return this;
  }

  override freeze(): void {
    if (this.#isFrozen) return;
    this.#isFrozen = true;
    for (const value of [...this.defaults, ...(this.#captured?.() ?? [])]) {
      if (value !== undefined) freezeValue(value);
    }
  }

  override call(args: Value[], names: readonly string[], named: readonly Value[]): Value {
    if (names.length === 0 && args.length === this.arity) return this.js(...args);
    return this.js(...this.#bind(args, names, named));
  }

  #bind(args: readonly Value[], names: readonly string[], named: readonly Value[]): Value[] {
    const { code, defaults } = this;
    const { params } = code;
    const total = params.length;
    const positionalMax = total - code.keywordOnly;
    if (total === 0 && !code.hasArgs && !code.hasKwargs) {
      const given = args.length + names.length;
      if (given > 0) fail(`function ${code.name} accepts no arguments (${given} given)`);
      return [];
    }
    if (args.length > positionalMax && !code.hasArgs) this.#tooMany(args.length);
    const positional = Math.min(args.length, positionalMax);
    const slots: (Value | undefined)[] = args.slice(0, positional);
    for (let at = positional; at < total; at++) slots.push(undefined);
    if (code.hasArgs) slots.push(args.length > positional ? new Tuple(args.slice(positional)) : emptyTuple);
    const kwargs = code.hasKwargs ? new Dict() : undefined;
    if (kwargs !== undefined) slots.push(kwargs);
    for (let at = 0; at < names.length; at++) {
      const name = names[at]!;
      const index = params.indexOf(name);
      if (index === -1) {
        if (kwargs === undefined) this.#unexpected(name);
        if (kwargs.has(name)) this.#repeated(name);
        kwargs.set(name, named[at]!);
      } else {
        if (slots[index] !== undefined) this.#repeated(name);
        slots[index] = named[at]!;
      }
    }
    for (let at = positional; at < total; at++) {
      if (slots[at] !== undefined) continue;
      slots[at] = defaults[at];
      if (slots[at] === undefined) this.#missing(slots);
    }
    return slots as Value[];
  }

  #tooMany(given: number): never {
    const { code } = this;
    const positionalMax = code.params.length - code.keywordOnly;
    const hasDefaults = this.defaults.slice(0, positionalMax).some((value) => value !== undefined);
    const most = hasDefaults ? 'at most ' : '';
    const plural = positionalMax === 1 ? '' : 's';
    fail(
      `function ${code.name} accepts ${most}${positionalMax} positional argument${plural} (${given} given)`,
    );
  }

  #unexpected(name: string): never {
    const near = nearestName(name, this.code.params);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    fail(`function ${this.code.name} got an unexpected keyword argument "${name}"${hint}`);
  }

  #repeated(name: string): never {
    fail(`function ${this.code.name} got multiple values for parameter "${name}"`);
  }

  #missing(slots: readonly (Value | undefined)[]): never {
    const { params, name } = this.code;
    const missing = params.filter((_, at) => slots[at] === undefined && this.defaults[at] === undefined);
    const plural = missing.length > 1 ? 's' : '';
    fail(`function ${name} missing ${missing.length} argument${plural} (${missing.join(', ')})`);
  }
}

/**
 * The body of a function written in TypeScript: methods get their receiver first, then one argument per parameter, then
 * an array for `*args` and a Map for `**kwargs`.
 */
// Each body declares what it takes; the signature has checked it.
// oxlint-disable-next-line typescript/no-explicit-any
export type NativeBody = (...args: any[]) => Value;

export class Native extends StarlarkObject {
  readonly signature: Signature;
  readonly body: NativeBody;
  readonly receiver: StarlarkObject | string | undefined;
  readonly wording: ArgumentWording | undefined;
  readonly doc: string | undefined;

  constructor(
    signature: Signature,
    body: NativeBody,
    options: {
      readonly receiver?: StarlarkObject | string | undefined;
      readonly wording?: ArgumentWording | undefined;
      readonly doc?: string | undefined;
    } = {},
  ) {
    super();
    this.signature = signature;
    this.body = body;
    Object.defineProperty(body, 'name', { value: nativePrefix + signature.name });
    this.receiver = options.receiver;
    this.wording = options.wording;
    this.doc = options.doc;
  }

  get typeName(): string {
    return 'builtin_function_or_method';
  }

  get name(): string {
    return this.signature.name;
  }

  override repr(): string {
    if (this.receiver === undefined) return `<built-in function ${this.name}>`;
    const type = typeof this.receiver === 'string' ? 'string' : this.receiver.typeName;
    return `<built-in method ${this.name} of ${type} value>`;
  }

  override hashKey(): Key {
    return this;
  }

  /** This method, bound to the value it was looked up on. */
  bind(receiver: StarlarkObject | string): Native {
    return new Native(this.signature, this.body, { receiver, wording: this.wording, doc: this.doc });
  }

  override call(args: Value[], names: readonly string[], named: readonly Value[]): Value {
    return this.invoke(this.receiver, args, names, named);
  }

  /** Calls the method on `receiver` without binding it first. */
  invoke(
    receiver: StarlarkObject | string | undefined,
    args: readonly Value[],
    names: readonly string[] = noNames,
    named: readonly Value[] = [],
  ): Value {
    const { signature, body, wording } = this;
    if (names.length === 0 && fitsAsIs(signature, args, wording)) {
      return receiver === undefined ? body(...args) : body(receiver, ...args);
    }
    const bound = bindArguments(signature, args, names, named, wording);
    return receiver === undefined ? body(...bound) : body(receiver, ...bound);
  }

  /** A call with one argument by position, the commonest there is. */
  invoke1(receiver: StarlarkObject | string | undefined, argument: Value): Value {
    const { signature, body } = this;
    if (!signature.isPlain || signature.positionalMin > 1 || signature.positionalMax < 1) {
      return this.invoke(receiver, [argument]);
    }
    const param = signature.params[0]!;
    if (param.accepts !== undefined && !param.accepts(argument))
      wrongType(signature, param, argument, this.wording);
    return receiver === undefined ? body(argument) : body(receiver, argument);
  }
}

/** A function or method from its signature. */
export function native(
  signature: string,
  body: NativeBody,
  options: { readonly doc?: string; readonly wording?: ArgumentWording | undefined } = {},
): Native {
  return new Native(parseSignature(signature), body, options);
}

/** A method table from signatures and bodies; a body's first parameter is the receiver. */
export function methodTable(entries: Record<string, NativeBody>): ReadonlyMap<string, Native> {
  return new Map(
    Object.entries(entries).map(([signature, body]) => {
      const method = native(signature, body);
      return [method.name, method];
    }),
  );
}

/** The same, with the method's name before the message of every error: for methods that call nobody back. */
export function namedMethodTable(entries: Record<string, NativeBody>): ReadonlyMap<string, Native> {
  return methodTable(
    Object.fromEntries(
      Object.entries(entries).map(([signature, body]) => {
        const name = signature.slice(0, signature.indexOf('('));
        // No method has more than three parameters; the rest are undefined, as missing ones are.
        const named: NativeBody = (self: Value, a?: Value, b?: Value, c?: Value) => {
          try {
            return body(self, a, b, c);
          } catch (error) {
            throw withPrefix(name, error);
          }
        };
        return [signature, named];
      }),
    ),
  );
}
