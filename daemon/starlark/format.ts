// `"…" % x` and `"…".format(…)`.
import { Dict } from './dict.ts';
import { Float, formatFloat, toDouble } from './float.ts';
import { floatToInt, isInteger } from './integer.ts';
import { repr, str } from './repr.ts';
import { Tuple } from './sequence.ts';
import { fail } from './trace.ts';
import { typeName } from './value.ts';
import type { Value } from './value.ts';

/** `format % operand`: a tuple gives one argument per conversion, anything else is the only argument. */
export function formatPercent(format: string, operand: Value): string {
  const args = operand instanceof Tuple ? operand.items : [operand];
  let used = 0;
  let result = '';
  let at = 0;
  for (;;) {
    const percent = format.indexOf('%', at);
    if (percent === -1) break;
    result += format.slice(at, percent);
    at = percent + 1;
    if (format[at] === '%') {
      result += '%';
      at++;
      continue;
    }
    let arg: Value;
    if (format[at] === '(') {
      const close = format.indexOf(')', at);
      if (close === -1) fail('incomplete format key');
      if (!(operand instanceof Dict)) fail('format requires a mapping');
      const key = format.slice(at + 1, close);
      arg = operand.get(key) ?? fail(`key not found: ${key}`);
      at = close + 1;
    } else {
      if (used >= args.length) fail('not enough arguments for format string');
      arg = args[used++]!;
    }
    const conversion = format[at++];
    if (conversion === undefined) fail('incomplete format');
    result += convert(conversion, arg);
  }
  if (used < args.length && !(operand instanceof Dict)) fail('too many arguments for format string');
  return result + format.slice(at);
}

function convert(conversion: string, arg: Value): string {
  switch (conversion) {
    case 's':
      return str(arg);
    case 'r':
      return repr(arg);
    case 'd':
    case 'i':
      return integerOperand(conversion, arg).toString();
    case 'o':
      return integerOperand(conversion, arg).toString(8);
    case 'x':
      return integerOperand(conversion, arg).toString(16);
    case 'X':
      return integerOperand(conversion, arg).toString(16).toUpperCase();
    case 'e':
    case 'f':
    case 'g':
    case 'E':
    case 'F':
    case 'G': {
      const value = typeof arg === 'boolean' ? undefined : toDouble(arg);
      if (value === undefined) fail(`%${conversion} format requires float, not ${typeName(arg)}`);
      return convertFloat(conversion, value);
    }
    case 'c':
      return convertCharacter(arg);
    default:
      fail(`unknown conversion %${conversion}`);
  }
}

/** `%d` for one operand. */
export function formatInteger(arg: Value): string {
  return typeof arg === 'number' ? String(arg) : integerOperand('d', arg).toString();
}

/**
 * A literal format taken apart: texts and conversions in turn. Undefined if it has anything but `%s`, `%r`, `%d` and `%%`,
 * which is left to `formatPercent`.
 */
export function simpleFormat(
  format: string,
): { texts: string[]; conversions: ('s' | 'r' | 'd')[] } | undefined {
  const texts = [''];
  const conversions: ('s' | 'r' | 'd')[] = [];
  for (const [part] of format.matchAll(/[^%]+|%[^]?/g)) {
    if (part === '%%') texts[texts.length - 1] += '%';
    else if (part === '%s' || part === '%r' || part === '%d') {
      conversions.push(part[1] as 's' | 'r' | 'd');
      texts.push('');
    } else if (part.startsWith('%')) return undefined;
    else texts[texts.length - 1] += part;
  }
  return { texts, conversions };
}

function integerOperand(conversion: string, arg: Value): number | bigint {
  if (isInteger(arg)) return typeof arg === 'number' ? arg + 0 : arg;
  if (arg instanceof Float) {
    const { value } = arg;
    if (!Number.isFinite(value)) {
      const what = Number.isNaN(value) ? 'NaN' : 'infinity';
      fail(`%${conversion} format requires integer: cannot convert float ${what} to integer`);
    }
    return floatToInt(value);
  }
  fail(`%${conversion} format requires integer: cannot convert ${typeName(arg)} to int`);
}

function convertFloat(conversion: string, value: number): string {
  if (!Number.isFinite(value)) return formatFloat(value);
  const lower = conversion.toLowerCase();
  let text: string;
  if (lower === 'g') text = formatFloat(value);
  else {
    const sign = value < 0 || Object.is(value, -0) ? '-' : '';
    text = sign + (lower === 'e' ? exponentText(Math.abs(value)) : fixedText(Math.abs(value)));
  }
  return conversion === lower ? text : text.toUpperCase();
}

function exponentText(value: number): string {
  return value.toExponential(6).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Six decimals. toFixed gives up at 1e21, where a float is an integer anyway. */
function fixedText(value: number): string {
  return value < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}

function convertCharacter(arg: Value): string {
  if (isInteger(arg)) {
    if (arg < 0 || arg > 0x10ffff) fail(`%c format requires a valid Unicode code point, got ${arg}`);
    return String.fromCodePoint(Number(arg)).toWellFormed();
  }
  if (typeof arg !== 'string') {
    fail(`%c format requires int or single-character string, not ${typeName(arg)}`);
  }
  if (Array.from(arg).length !== 1) fail('%c format requires a single-character string');
  return arg;
}

/** `format.format(*args, **kwargs)`. */
export function formatBraces(
  format: string,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
): string {
  let result = '';
  let automatic = 0;
  let numbering: 'none' | 'automatic' | 'manual' = 'none';
  let at = 0;
  while (at < format.length) {
    const character = format[at]!;
    if (character === '}') {
      if (format[at + 1] !== '}') fail("format: single '}' in format");
      result += '}';
      at += 2;
    } else if (character !== '{') {
      const rest = format.slice(at).search(/[{}]/);
      const end = rest === -1 ? format.length : at + rest;
      result += format.slice(at, end);
      at = end;
    } else if (format[at + 1] === '{') {
      result += '{';
      at += 2;
    } else {
      const close = format.indexOf('}', at);
      if (close === -1) fail("format: unmatched '{' in format");
      const { name, conversion, spec } = splitField(format.slice(at + 1, close));
      let value: Value | undefined;
      if (name === '') {
        if (numbering === 'manual') {
          fail('format: cannot switch from manual field specification to automatic field numbering');
        }
        numbering = 'automatic';
        value = args[automatic++] ?? outOfRange(args, automatic - 1);
      } else if (/^[0-9]+$/.test(name)) {
        if (numbering === 'automatic') {
          fail('format: cannot switch from automatic field numbering to manual field specification');
        }
        numbering = 'manual';
        value = args[Number(name)] ?? outOfRange(args, Number(name));
      } else value = kwargs.has(name) ? kwargs.get(name)! : noSuchField(name);
      if (spec !== '') fail(`format spec features not supported in replacement fields: ${spec}`);
      result += converted(value, conversion);
      at = close + 1;
    }
  }
  return result;
}

/** None is a value too: only what lies outside the arguments is missing. */
function outOfRange(args: readonly Value[], index: number): Value {
  if (index < args.length) return args[index]!;
  fail('format: tuple index out of range');
}

function noSuchField(name: string): never {
  if (name.includes('.')) {
    fail(`format: attribute syntax x.y is not supported in replacement fields: ${name}`);
  }
  if (name.includes('[')) {
    fail(`format: element syntax a[i] is not supported in replacement fields: ${name}`);
  }
  if (name.includes('{')) fail('format: nested replacement fields not supported');
  fail(`format: keyword ${name} not found`);
}

function converted(value: Value, conversion: string): string {
  if (conversion === 's') return str(value);
  if (conversion === 'r') return repr(value);
  if (conversion === '') fail("format: expected conversion character after '!'");
  fail(`format: unknown conversion "${conversion}"`);
}

/** `name!conversion:spec`, of which a spec must be empty. */
function splitField(field: string): { name: string; conversion: string; spec: string } {
  const bang = field.indexOf('!');
  const head = bang === -1 ? field : field.slice(0, bang);
  const [name, headSpec] = cutAtColon(head);
  if (bang === -1) return { name, conversion: 's', spec: headSpec };
  const [conversion, tailSpec] = cutAtColon(field.slice(bang + 1));
  return { name, conversion, spec: headSpec + tailSpec };
}

function cutAtColon(text: string): [before: string, after: string] {
  const colon = text.indexOf(':');
  return colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}
