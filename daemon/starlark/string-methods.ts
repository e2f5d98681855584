import { TextView } from './bytes.ts';
import { methodTable } from './callable.ts';
import { formatBraces } from './format.ts';
import { toSmallInt } from './integer.ts';
import { eachValue } from './iterate.ts';
import { List, Tuple } from './sequence.ts';
import { capitalize, hasCase, isTitle, joinedLines, space, title } from './text-case.ts';
import { textBounds } from './subscript.ts';
import { chargeFor, checkElements, stringUnitsMax } from './thread.ts';
import { fail } from './trace.ts';
import { typeName } from './value.ts';
import type { Value } from './value.ts';

function count(self: string, part: string, low: Value = null, high: Value = null): number {
  const [start, end] = textBounds(self.length, low, high);
  const text = self.slice(start, end);
  if (part === '') return Array.from(text).length + 1;
  let found = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) found++;
  return found;
}

function find(self: string, part: string, low: Value, high: Value, last: boolean): number {
  const [start, end] = textBounds(self.length, low, high);
  const text = self.slice(start, end);
  const at = last ? text.lastIndexOf(part) : text.indexOf(part);
  return at === -1 ? -1 : at + start;
}

function mustFind(at: number, name: string): number {
  if (at === -1) fail(`${name}: substring not found`);
  return at;
}

type Ends = (text: string, part: string) => boolean;

/** `startswith` and `endswith`: a string or any of a tuple of them. */
function hasEnd(name: string, ends: Ends) {
  return (self: string, part: Value, low: Value = null, high: Value = null): boolean => {
    const isWhole = low === null && high === null;
    const text = isWhole ? self : self.slice(...textBounds(self.length, low, high));
    if (typeof part === 'string') return ends(text, part);
    if (!(part instanceof Tuple)) fail(`${name}: got ${typeName(part)}, want string or tuple of string`);
    for (const [at, item] of part.items.entries()) {
      if (typeof item !== 'string') fail(`${name}: want string, got ${typeName(item)}, for element ${at}`);
      if (ends(text, item)) return true;
    }
    return false;
  };
}

function join(self: string, iterable: Value): string {
  const parts: string[] = [];
  let units = 0;
  eachValue(iterable, (item) => {
    if (typeof item !== 'string') fail(`join: in list, want string, got ${typeName(item)}`);
    units += item.length + self.length;
    if (units > stringUnitsMax) fail(`join: excessive string (more than ${stringUnitsMax} units)`);
    parts.push(item);
  });
  chargeFor(units);
  return parts.join(self);
}

function partition(name: string, self: string, separator: string, last: boolean): Value {
  if (separator === '') fail(`${name}: empty separator`);
  const at = last ? self.lastIndexOf(separator) : self.indexOf(separator);
  if (at === -1) return new Tuple(last ? ['', '', self] : [self, '', '']);
  return new Tuple([self.slice(0, at), separator, self.slice(at + separator.length)]);
}

function replace(self: string, old: string, by: string, limit: Value = -1): string {
  const max = toSmallInt(limit, 'replace');
  const size = by.length - old.length;
  if (size > 0 && self.length * size > stringUnitsMax) {
    const turns = old === '' ? self.length + 1 : count(self, old);
    if (turns * size + self.length > stringUnitsMax) fail('replace: excessive string');
  }
  // An empty string is found between characters, which JavaScript takes to be UTF-16 units.
  chargeFor(self.length);
  const parts = old === '' ? ['', ...Array.from(self), ''] : self.split(old);
  if (max < 0 || max >= parts.length - 1) return parts.join(by);
  return parts.slice(0, max + 1).join(by) + old + parts.slice(max + 1).join(old);
}

/** The fields of `self` between runs of white space; at most `max` splits, from the left or the right. */
function splitSpace(self: string, max: number, fromRight: boolean): string[] {
  const fields = self.split(spaces).filter((field) => field !== '');
  if (max < 0 || fields.length - 1 < max || fields.length === 0) return fields;
  if (!fromRight) {
    let rest = self;
    const result: string[] = [];
    for (let turn = 0; turn < max; turn++) {
      rest = rest.replace(leadingSpace, '');
      const end = rest.search(space);
      result.push(rest.slice(0, end));
      rest = rest.slice(end);
    }
    return [...result, rest.replace(leadingSpace, '')];
  }
  let rest = self;
  const result: string[] = [];
  for (let turn = 0; turn < max; turn++) {
    rest = rest.replace(trailingSpace, '');
    let start = rest.length;
    while (start > 0 && !space.test(rest[start - 1]!)) start--;
    result.unshift(rest.slice(start));
    rest = rest.slice(0, start);
  }
  return [rest.replace(trailingSpace, ''), ...result];
}

const spaces = new RegExp(`${space.source}+`);
const leadingSpace = new RegExp(`^${space.source}+`);
const trailingSpace = new RegExp(`${space.source}+$`);

function split(self: string, separator: Value, limit: Value, fromRight: boolean): Value {
  const max = toSmallInt(limit, 'split');
  chargeFor(self.length);
  if (separator === null) return new List(splitSpace(self, max, fromRight));
  if (typeof separator !== 'string') fail(`split: got ${typeName(separator)} for separator, want string`);
  if (separator === '') fail('split: empty separator');
  const fields = self.split(separator);
  checkElements(fields.length);
  const excess = fields.length - 1 - max;
  if (max < 0 || excess <= 0) return new List(fields);
  return new List(
    fromRight
      ? [fields.slice(0, excess + 1).join(separator), ...fields.slice(excess + 1)]
      : [...fields.slice(0, max), fields.slice(max).join(separator)],
  );
}

function strip(self: string, cutset: Value, left: boolean, right: boolean): string {
  const cut = typeof cutset === 'string' && cutset !== '' ? new Set(cutset) : undefined;
  const isKept = (character: string): boolean => !(cut?.has(character) ?? space.test(character));
  const characters = Array.from(self);
  const start = left ? characters.findIndex(isKept) : 0;
  if (start === -1) return '';
  const end = right ? characters.findLastIndex(isKept) + 1 : characters.length;
  return characters.slice(start, end).join('');
}

const everyCharacter = (pattern: RegExp) => (self: string) => pattern.test(self);

export const stringMethods = methodTable({
  'capitalize()': capitalize,
  'codepoint_ords()': (self: string) => new TextView('codepoint_ords', self),
  'codepoints()': (self: string) => new TextView('codepoints', self),
  'count(sub: string, start: int | None = None, end: int | None = None, /)': count,
  'elem_ords()': (self: string) => new TextView('elem_ords', self),
  'elems()': (self: string) => new TextView('elems', self),
  'endswith(sub, start: int | None = None, end: int | None = None, /)': hasEnd('endswith', (text, part) =>
    text.endsWith(part),
  ),
  'find(sub: string, start: int | None = None, end: int | None = None, /)': (
    self: string,
    part: string,
    low: Value = null,
    high: Value = null,
  ) => find(self, part, low, high, false),
  'format(*args, **kwargs)': formatBraces,
  'index(sub: string, start: int | None = None, end: int | None = None, /)': (
    self: string,
    part: string,
    low: Value = null,
    high: Value = null,
  ) => mustFind(find(self, part, low, high, false), 'index'),
  'isalnum()': everyCharacter(/^[\p{L}\p{Nd}]+$/u),
  'isalpha()': everyCharacter(/^\p{L}+$/u),
  'isdigit()': everyCharacter(/^\p{Nd}+$/u),
  'islower()': (self: string) => hasCase(self) && self === self.toLowerCase(),
  'isspace()': everyCharacter(new RegExp(`^${space.source}+$`)),
  'istitle()': isTitle,
  'isupper()': (self: string) => hasCase(self) && self === self.toUpperCase(),
  'join(iterable: iterable, /)': join,
  'lower()': (self: string) => self.toLowerCase(),
  'lstrip(cutset: string | None = None, /)': (self: string, cutset: Value = null) =>
    strip(self, cutset, true, false),
  'partition(sep: string, /)': (self: string, separator: string) =>
    partition('partition', self, separator, false),
  'removeprefix(prefix: string, /)': (self: string, prefix: string) =>
    self.startsWith(prefix) ? self.slice(prefix.length) : self,
  'removesuffix(suffix: string, /)': (self: string, suffix: string) =>
    self.endsWith(suffix) ? self.slice(0, self.length - suffix.length) : self,
  'replace(old: string, new: string, count: int = -1, /)': replace,
  'rfind(sub: string, start: int | None = None, end: int | None = None, /)': (
    self: string,
    part: string,
    low: Value = null,
    high: Value = null,
  ) => find(self, part, low, high, true),
  'rindex(sub: string, start: int | None = None, end: int | None = None, /)': (
    self: string,
    part: string,
    low: Value = null,
    high: Value = null,
  ) => mustFind(find(self, part, low, high, true), 'rindex'),
  'rpartition(sep: string, /)': (self: string, separator: string) =>
    partition('rpartition', self, separator, true),
  'rsplit(sep=None, maxsplit: int = -1)': (self: string, separator: Value = null, max: Value = -1) =>
    split(self, separator, max, true),
  'rstrip(cutset: string | None = None, /)': (self: string, cutset: Value = null) =>
    strip(self, cutset, false, true),
  'split(sep=None, maxsplit: int = -1)': (self: string, separator: Value = null, max: Value = -1) =>
    split(self, separator, max, false),
  'splitlines(keepends: bool = False)': joinedLines,
  'startswith(sub, start: int | None = None, end: int | None = None, /)': hasEnd('startswith', (text, part) =>
    text.startsWith(part),
  ),
  'strip(cutset: string | None = None, /)': (self: string, cutset: Value = null) =>
    strip(self, cutset, true, true),
  'title()': title,
  'upper()': (self: string) => self.toUpperCase(),
});
