// JSON text from values.
import { Dict } from './dict.ts';
import { Float, formatFloat } from './float.ts';
import { attributeNames, getAttribute } from './attribute.ts';
import { elementsOf } from './iterate.ts';
import { repr } from './repr.ts';
import { compareText } from './compare.ts';
import { fail } from './trace.ts';
import { StarlarkObject, typeName } from './value.ts';
import type { Value } from './value.ts';

const depthMax = 1000;

/** Where in the value something is wrong, outermost first. */
type Path = readonly string[];

/** The JSON text of a value: dict keys and fields in order, everything on one line. */
export function encodeJson(value: Value, name = 'json.encode'): string {
  const open: StarlarkObject[] = [];
  const bad = (path: Path, message: string): never => fail([name, ...path, message].join(': '));

  const encode = (part: Value, path: Path): string => {
    if (part === null) return 'null';
    if (typeof part === 'string') return JSON.stringify(part.toWellFormed());
    if (!(part instanceof StarlarkObject)) return String(part);
    if (part instanceof Float) {
      if (!Number.isFinite(part.value))
        bad(path, `cannot encode non-finite float ${formatFloat(part.value)}`);
      return formatFloat(part.value);
    }
    if (open.includes(part)) bad(path, 'cycle in JSON structure');
    if (open.length >= depthMax) bad(path, `value nests deeper than ${depthMax} levels`);
    open.push(part);
    const text = encodeObject(part, path);
    open.pop();
    return text;
  };

  const encodeObject = (part: StarlarkObject, path: Path): string => {
    if (part instanceof Dict) {
      const entries = part.entries().map(([key, item]): [string, Value] => {
        if (typeof key !== 'string') return bad(path, `dict has ${typeName(key)} key, want string`);
        return [key, item];
      });
      entries.sort(([a], [b]) => compareText(a, b));
      return braces(entries, (key) => `in dict key ${repr(key)}`, path);
    }
    if (part.iterate !== undefined) {
      const items = elementsOf(part).map((item, at) =>
        encode(item, [...path, `at ${typeName(part)} index ${at}`]),
      );
      return `[${items.join(',')}]`;
    }
    const names = attributeNames(part).filter((name) => part.attribute?.(name) !== undefined);
    if (names.length === 0 && part.attributeNames === undefined)
      bad(path, `cannot encode ${typeName(part)} as JSON`);
    return braces(
      names.map((name) => [name, getAttribute(part, name)]),
      (name) => `in field .${name}`,
      path,
    );
  };

  const braces = (entries: [string, Value][], place: (key: string) => string, path: Path): string =>
    `{${entries.map(([key, item]) => `${JSON.stringify(key.toWellFormed())}:${encode(item, [...path, place(key)])}`).join(',')}}`;

  return encode(value, []);
}

/** Spreads JSON text over lines: `prefix` begins each but the first, `indent` once per level. */
export function indentJson(text: string, prefix: string, indent: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g) ?? [];
  let level = 0;
  let result = '';
  const newLine = (): string => `\n${prefix}${indent.repeat(level)}`;
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    if (token === '}' || token === ']') {
      level--;
      result += before === '{' || before === '[' ? token : newLine() + token;
    } else {
      if (before === '{' || before === '[' || before === ',') result += newLine();
      result += token === ':' ? ': ' : token;
      if (token === '{' || token === '[') level++;
    }
  }
  return result;
}
