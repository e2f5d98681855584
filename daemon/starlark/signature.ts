// Signatures of functions written in TypeScript, and the checking of arguments against them.
//
// A signature is text in the language's own form, with types: `split(sep: string | None = None, maxsplit: int = -1)`.
// `/` ends the positional-only parameters, `*` or `*args` begins the keyword-only ones, `**kwargs` takes the rest.
// A default is only documentation: the function gets `undefined` and supplies the value itself.
import { Float } from './float.ts';
import { Dict, StarlarkSet } from './dict.ts';
import { List, Tuple } from './sequence.ts';
import { Bytes } from './bytes.ts';
import { isIterable } from './iterate.ts';
import { nearestName } from './spelling.ts';
import { fail } from './trace.ts';
import { StarlarkObject, typeName } from './value.ts';
import type { Value } from './value.ts';

export type SignatureParam = {
  readonly name: string;
  /** Type names as written; empty: anything goes. */
  readonly types: readonly string[];
  readonly isOptional: boolean;
  readonly isPositionalOnly: boolean;
  readonly isKeywordOnly: boolean;
  readonly accepts: ((value: Value) => boolean) | undefined;
};

export type Signature = {
  readonly name: string;
  readonly params: readonly SignatureParam[];
  readonly positionalMin: number;
  readonly positionalMax: number;
  readonly takesArgs: boolean;
  readonly takesKwargs: boolean;
  /** Only ordinary parameters: arguments given by position are the body's, once counted and checked. */
  readonly isPlain: boolean;
  readonly text: string;
};

/** What is wrong with an argument, for hosts that word it their own way. */
export type ArgumentProblem =
  | {
      readonly kind: 'type';
      readonly function: string;
      readonly parameter: string;
      readonly got: string;
      readonly want: string;
    }
  | { readonly kind: 'missing'; readonly function: string; readonly parameter: string };

/** Gives the message for a problem; undefined keeps the usual one. */
export type ArgumentWording = (problem: ArgumentProblem) => string | undefined;

const checks: Record<string, (value: Value) => boolean> = {
  string: (value) => typeof value === 'string',
  int: (value) => typeof value === 'number' || typeof value === 'bigint',
  float: (value) => value instanceof Float || typeof value === 'number' || typeof value === 'bigint',
  bool: (value) => typeof value === 'boolean',
  None: (value) => value === null,
  list: (value) => value instanceof List,
  dict: (value) => value instanceof Dict,
  tuple: (value) => value instanceof Tuple,
  set: (value) => value instanceof StarlarkSet,
  bytes: (value) => value instanceof Bytes,
  callable: (value) => value instanceof StarlarkObject && value.call !== undefined,
  iterable: isIterable,
};
const synonyms: Record<string, string> = { str: 'string', function: 'callable', NoneType: 'None' };

const parameterForm = /^(\*{0,2})\s*(\w*)\s*(?::\s*([^=]+?))?\s*(=.*)?$/;

export function parseSignature(text: string): Signature {
  const form = /^([\w.]+)\((.*)\)$/s.exec(text.trim());
  if (form === null) throw new Error(`Cannot read the signature "${text}"`);
  const params: SignatureParam[] = [];
  let takesArgs = false;
  let takesKwargs = false;
  let isKeywordOnly = false;
  for (const part of splitParameters(form[2]!)) {
    if (part === '/') {
      for (const [at, param] of params.entries()) params[at] = { ...param, isPositionalOnly: true };
      continue;
    }
    const fields = parameterForm.exec(part);
    if (fields === null) throw new Error(`Cannot read "${part}" in the signature "${text}"`);
    const [, stars, name, types, initial] = fields;
    if (stars === '*') {
      takesArgs = name !== '';
      isKeywordOnly = true;
    } else if (stars === '**') takesKwargs = true;
    else {
      const names = (types ?? '')
        .split('|')
        .map((type) => type.trim())
        .filter((type) => type !== '' && type !== 'any');
      params.push({
        name: name!,
        types: names.map((type) => synonyms[type] ?? type),
        isOptional: initial !== undefined,
        isPositionalOnly: false,
        isKeywordOnly,
        accepts: acceptor(names),
      });
    }
  }
  const positional = params.filter((param) => !param.isKeywordOnly);
  return {
    name: form[1]!,
    params,
    positionalMin: positional.filter((param) => !param.isOptional).length,
    positionalMax: positional.length,
    takesArgs,
    takesKwargs,
    isPlain: !takesArgs && !takesKwargs && positional.length === params.length,
    text,
  };
}

/** Splits at commas outside brackets and quotes: defaults may hold them. */
function splitParameters(text: string): string[] {
  const parts = text.match(/(?:\[[^\]]*\]|\{[^}]*\}|\([^)]*\)|"[^"]*"|'[^']*'|[^,])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function acceptor(types: readonly string[]): ((value: Value) => boolean) | undefined {
  if (types.length === 0) return undefined;
  const tests = types.map(
    (type) => checks[synonyms[type] ?? type] ?? ((value: Value) => typeName(value) === type),
  );
  return tests.length === 1 ? tests[0] : (value) => tests.some((accepts) => accepts(value));
}

/**
 * The arguments of a call in the order of the parameters, `undefined` where an optional one is missing, then an array of
 * the surplus if the signature has `*args`, then a Map if it has `**kwargs`.
 */
export function bindArguments(
  signature: Signature,
  args: readonly Value[],
  names: readonly string[],
  named: readonly Value[],
  wording?: ArgumentWording,
): unknown[] {
  const { params, name: called, positionalMax } = signature;
  const bound: (Value | undefined)[] = Array.from({ length: params.length }, () => undefined);
  const positional = Math.min(args.length, positionalMax);
  for (let at = 0; at < positional; at++) bound[at] = args[at];
  if (args.length > positionalMax && !signature.takesArgs) {
    if (positionalMax === 0 && (params.length > 0 || signature.takesKwargs))
      fail(`${called}: unexpected positional arguments`);
    const most = positionalMax === signature.positionalMin ? '' : 'at most ';
    fail(`${called}: got ${count(args.length)}, want ${most}${positionalMax}`);
  }
  const extra = signature.takesKwargs ? new Map<string, Value>() : undefined;
  for (const [at, name] of names.entries()) {
    const index = params.findIndex((param) => param.name === name && !param.isPositionalOnly);
    if (index !== -1) {
      if (bound[index] !== undefined) fail(`${called}: got multiple values for keyword argument "${name}"`);
      bound[index] = named[at];
    } else if (extra !== undefined) {
      if (extra.has(name)) fail(`${called}: duplicate keyword arg: "${name}"`);
      extra.set(name, named[at]!);
    } else unexpectedKeyword(signature, name);
  }
  for (const [at, param] of params.entries()) {
    const value = bound[at];
    if (value === undefined) {
      if (param.isOptional) continue;
      const message = wording?.({ kind: 'missing', function: called, parameter: param.name });
      fail(message ?? missing(signature, args.length, param));
    }
    if (param.accepts !== undefined && !param.accepts(value)) {
      wrongType(signature, param, value, wording);
    }
  }
  const result: unknown[] = bound;
  if (signature.takesArgs) result.push(args.slice(positionalMax));
  if (extra !== undefined) result.push(extra);
  return result;
}

function count(given: number): string {
  return `${given} arguments`;
}

function missing(signature: Signature, given: number, param: SignatureParam): string {
  if (!param.isPositionalOnly) return `${signature.name}: missing argument for ${param.name}`;
  const least = signature.positionalMin === signature.positionalMax ? '' : 'at least ';
  return `${signature.name}: got ${count(given)}, want ${least}${signature.positionalMin}`;
}

function unexpectedKeyword(signature: Signature, name: string): never {
  const known = signature.params.filter((param) => !param.isPositionalOnly).map((param) => param.name);
  if (signature.takesArgs && known.length === 0) fail(`${signature.name}: does not accept keyword arguments`);
  if (known.length === 0) fail(`${signature.name}: unexpected keyword arguments`);
  if (signature.params.some((param) => param.name === name)) {
    fail(`${signature.name}: unexpected keyword argument ${name}`, 'it is taken by position only');
  }
  const near = nearestName(name, known);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  fail(`${signature.name}: unexpected keyword argument "${name}"${hint}`);
}

/** May `args` be handed to the body as they are? Their types are checked in passing. */
export function fitsAsIs(signature: Signature, args: readonly Value[], wording?: ArgumentWording): boolean {
  if (!signature.isPlain || args.length < signature.positionalMin || args.length > signature.positionalMax)
    return false;
  const { params } = signature;
  for (let at = 0; at < args.length; at++) {
    const { accepts } = params[at]!;
    if (accepts !== undefined && !accepts(args[at]!)) wrongType(signature, params[at]!, args[at]!, wording);
  }
  return true;
}

/** Also used by calls that skip `bindArguments`. */
export function wrongType(
  signature: Signature,
  param: SignatureParam,
  value: Value,
  wording?: ArgumentWording,
): never {
  const problem = {
    kind: 'type',
    function: signature.name,
    parameter: param.name,
    got: typeName(value),
    want: param.types.filter((type) => type !== 'None' || param.types.length === 1).join(' or '),
  } as const;
  fail(
    wording?.(problem) ??
      `${signature.name}: for parameter ${param.name}: got ${problem.got}, want ${problem.want}`,
  );
}
