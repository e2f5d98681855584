// Letters, case, white space and lines of strings.
import { List } from './sequence.ts';
import type { Value } from './value.ts';

/** White space as Unicode has it. (JavaScript's own `\s` also takes U+FEFF, and misses U+0085.) */
export const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

const isCased = (character: string): boolean => character.toLowerCase() !== character.toUpperCase();

export function hasCase(text: string): boolean {
  return Array.from(text).some(isCased);
}

export function capitalize(text: string): string {
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

/** Upper case may only follow uncased characters, and lower case only cased ones. */
export function isTitle(text: string): boolean {
  let before = false;
  let any = false;
  for (const character of text) {
    if (isCased(character)) {
      const isLower = character === character.toLowerCase() && character !== character.toUpperCase();
      if (isLower !== before) return false;
      any = true;
      before = true;
    } else before = false;
  }
  return any;
}

export function title(text: string): string {
  let before = false;
  let result = '';
  for (const character of text) {
    result += before ? character.toLowerCase() : character.toUpperCase();
    before = isCased(character);
  }
  return result;
}

/** `splitlines`: lines end with `\n`, `\r\n` or `\r`. */
export function joinedLines(text: string, keepEnds: Value = false): Value {
  const lines = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
  return new List(keepEnds === true ? lines : lines.map((line) => line.replace(/[\r\n]+$/, '')));
}
