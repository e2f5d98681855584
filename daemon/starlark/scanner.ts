// From text to tokens. Indentation becomes `indent` and `outdent` tokens, line ends `newline`, except inside brackets.
// Errors are reported and scanning goes on: one bad literal must not hide the rest of the file's problems.
import { parseInteger, unquote } from './literal.ts';

/** A class of token (`name`, `int`, …) or the punctuation or keyword itself. */
export type TokenKind = string;

export type Report = (start: number, end: number, message: string, hint?: string) => void;

const keywords = new Set(
  'and break continue def elif else for if in lambda load not or pass return while'.split(' '),
);

/** Words of Python that Starlark keeps reserved, with what to say about each. */
export const reserved = new Map<string, string | undefined>([
  ['as', undefined],
  ['async', undefined],
  ['await', undefined],
  ['class', "Starlark has no classes; use 'struct' values or dicts"],
  ['del', "Starlark has no 'del'; use 'dict.pop' or 'list.pop'"],
  ['except', "Starlark has no exceptions; use 'fail' to stop"],
  ['finally', "Starlark has no exceptions; use 'fail' to stop"],
  ['from', "Starlark has no 'import'; use 'load'"],
  ['global', 'Starlark functions cannot assign to globals'],
  ['import', "Starlark has no 'import'; use 'load'"],
  ['is', "Starlark has no 'is'; use '=='"],
  ['nonlocal', 'Starlark functions cannot assign to variables of enclosing functions'],
  ['raise', "Starlark has no exceptions; use 'fail' to stop"],
  ['try', "Starlark has no exceptions; use 'fail' to stop"],
  ['with', undefined],
  ['yield', 'Starlark has no generators'],
]);

/** What is not free to be a name. */
const taken = new Set([...keywords, ...reserved.keys()]);

/** By character code: symbols that no longer symbol begins with. */
const single = Object.fromEntries(
  Array.from('()[]{},:;~.', (symbol) => [symbol.charCodeAt(0), symbol]),
) as Record<number, string | undefined>;
const threeCharacter = new Set(['//=', '<<=', '>>=']);
const twoCharacter = new Set('+= -= *= /= %= &= |= ^= == != <= >= << >> ** //'.split(' '));
const oneCharacter = new Set('+-*/%&|^<>='.split(''));

const identifierStart = /[\p{L}_]/u;
const identifierRest = /[\p{L}\p{Nd}_]/u;

const basedNumber = /0(?:[xX][0-9a-fA-F]*|[oO][0-7]*|[bB][01]*)/y;
const wordRest = /[0-9a-zA-Z_]+/y;
const decimalNumber = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]*)?/y;

const tabWidth = 8;

export class Scanner {
  kind: TokenKind = 'eof';
  start = 0;
  end = 0;
  /** A name's text, or a literal's value. */
  value: string | number | bigint | Uint8Array = '';
  /** Offset of the token before this one: where "here something is missing" is drawn. */
  previousEnd = 0;
  /** The token is the first of its line. */
  isFirst = false;

  readonly #text: string;
  readonly #report: Report;
  #at = 0;
  #depth = 0;
  #indents: number[] = [0];
  #pendingOutdents = 0;
  #lineStart = true;
  #lineOpen = false;

  constructor(text: string, report: Report) {
    this.#text = text;
    this.#report = report;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  /** Goes back to the beginning of a line, outside all brackets: how the parser leaves an unclosed bracket behind. */
  restartAtLine(offset: number): void {
    this.#at = this.#text.lastIndexOf('\n', offset - 1) + 1;
    this.#depth = 0;
    this.#lineStart = true;
    this.#lineOpen = false;
  }

  get depth(): number {
    return this.#depth;
  }

  next(): void {
    const text = this.#text;
    this.previousEnd = this.end;
    this.isFirst = false;
    if (this.#pendingOutdents > 0) {
      this.#pendingOutdents--;
      this.#token('outdent', this.#at, this.#at);
      return;
    }
    if (this.#lineStart && this.#depth === 0) {
      this.#lineStart = false;
      this.isFirst = true;
      if (this.#indentation()) return;
    }
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 32 || code === 9) this.#at++;
      else if (code === 13 && text.charCodeAt(this.#at + 1) === 10) this.#at++;
      else if (code === 35) this.#skipComment();
      else if (code === 10) {
        this.#at++;
        if (this.#depth === 0) {
          this.#lineStart = true;
          this.#lineOpen = false;
          this.#token('newline', this.#at - 1, this.#at);
          return;
        }
        this.isFirst = true;
      } else if (code === 92) {
        const skip = text.startsWith('\r\n', this.#at + 1) ? 3 : text[this.#at + 1] === '\n' ? 2 : 0;
        if (skip === 0) this.#report(this.#at, this.#at + 1, 'stray backslash in program');
        this.#at += skip === 0 ? 1 : skip;
      } else break;
    }
    if (this.#at >= text.length) {
      this.#endOfFile();
      return;
    }
    this.#lineOpen = true;
    this.#scanToken();
  }

  #token(kind: TokenKind, start: number, end: number): void {
    this.kind = kind;
    this.start = start;
    this.end = end;
  }

  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  /** At the start of a line outside brackets: skips blank lines, compares indentations. True if a token resulted. */
  #indentation(): boolean {
    const text = this.#text;
    let column = 0;
    for (;;) {
      column = 0;
      for (; this.#at < text.length; this.#at++) {
        const code = text.charCodeAt(this.#at);
        if (code === 32) column++;
        else if (code === 9) column += tabWidth - (column % tabWidth);
        else break;
      }
      if (text[this.#at] === '#') this.#skipComment();
      if (this.#at >= text.length) return false;
      if (text[this.#at] === '\n') this.#at++;
      else if (text.startsWith('\r\n', this.#at)) this.#at += 2;
      else break;
    }
    const current = this.#indents.at(-1)!;
    if (column > current) {
      this.#indents.push(column);
      this.#token('indent', this.#at, this.#at);
      this.#lineStart = false;
      return true;
    }
    if (column < current) {
      while (column < this.#indents.at(-1)!) {
        this.#indents.pop();
        this.#pendingOutdents++;
      }
      if (column !== this.#indents.at(-1)) {
        this.#report(this.#at, this.#at + 1, 'unindent does not match any outer indentation level');
        this.#indents.push(column);
        this.#pendingOutdents--;
      }
      if (this.#pendingOutdents > 0) {
        this.#pendingOutdents--;
        this.#token('outdent', this.#at, this.#at);
        return true;
      }
    }
    return false;
  }

  #endOfFile(): void {
    const end = this.#text.length;
    if (this.#depth === 0 && this.#lineOpen) {
      this.#lineOpen = false;
      this.#token('newline', end, end);
      return;
    }
    if (this.#indents.length > 1 && this.#depth === 0) {
      this.#indents.pop();
      this.#token('outdent', end, end);
      return;
    }
    this.#token('eof', end, end);
  }

  #scanToken(): void {
    const text = this.#text;
    const start = this.#at;
    const code = text.charCodeAt(start);
    if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code > 127) {
      this.#scanWord(start, code);
      return;
    }
    if (code === 34 || code === 39) {
      this.#scanString(start, start, false, false);
      return;
    }
    const next = text.charCodeAt(start + 1);
    if ((code >= 48 && code <= 57) || (code === 46 && next >= 48 && next <= 57)) {
      this.#scanNumber(start);
      return;
    }
    const punctuation = single[code];
    if (punctuation !== undefined) {
      this.#at++;
      this.#bracket(punctuation);
      this.#token(punctuation, start, this.#at);
      return;
    }
    const three = text.substr(start, 3);
    const two = text.substr(start, 2);
    const one = text[start]!;
    const symbol = threeCharacter.has(three) ? three : twoCharacter.has(two) ? two : one;
    if (symbol === one && !oneCharacter.has(one)) {
      this.#at++;
      this.#report(start, start + 1, `unexpected input character '${one}'`);
      this.next();
      return;
    }
    this.#at += symbol.length;
    this.#token(symbol, start, this.#at);
  }

  #bracket(one: string): void {
    if (one === '(' || one === '[' || one === '{') this.#depth++;
    else if (one === ')' || one === ']' || one === '}') {
      if (this.#depth === 0) this.#report(this.#at - 1, this.#at, `unexpected '${one}'`);
      else this.#depth--;
    }
  }

  #scanWord(start: number, first: number): void {
    const text = this.#text;
    const quote = text[start + 1];
    if (first === 114 || first === 98) {
      if (quote === '"' || quote === "'") {
        this.#scanString(start, start + 1, first === 114, first === 98);
        return;
      }
      const second = text[start + 2];
      if ((second === '"' || second === "'") && quote !== undefined && 'rb'.includes(quote)) {
        if (quote.charCodeAt(0) !== first) {
          this.#scanString(start, start + 2, true, true);
          return;
        }
      }
    }
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (
        (code >= 97 && code <= 122) ||
        (code >= 48 && code <= 57) ||
        code === 95 ||
        (code >= 65 && code <= 90)
      )
        at++;
      else if (code > 127) {
        const character = String.fromCodePoint(text.codePointAt(at)!);
        if (!(at === start ? identifierStart : identifierRest).test(character)) break;
        at += character.length;
      } else break;
    }
    if (at === start) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      this.#at = at + character.length;
      this.#report(start, this.#at, `unexpected input character '${character}'`);
      this.next();
      return;
    }
    this.#at = at;
    const word = text.slice(start, at);
    this.value = word;
    this.#token(taken.has(word) ? word : 'name', start, at);
  }

  #scanNumber(start: number): void {
    const based = this.#match(basedNumber, start);
    if (based !== undefined) {
      const raw = based;
      this.#at = start + raw.length;
      // What follows `0x` without being a digit of it still belongs to the mistake.
      if (raw.length === 2) this.#at += this.#match(wordRest, this.#at)?.length ?? 0;
      this.#token('int', start, this.#at);
      if (raw.length === 2) {
        const name = { x: 'hex', o: 'octal', b: 'binary' }[raw[1]!.toLowerCase()]!;
        this.#report(start, this.#at, `invalid ${name} literal`);
        this.value = 0;
      } else this.value = parseInteger(raw);
      return;
    }
    const raw = this.#match(decimalNumber, start)!;
    this.#at = start + raw.length;
    if (/^[0-9]+$/.test(raw)) {
      this.#token('int', start, this.#at);
      if (/^0[0-7]*[1-7][0-7]*$/.test(raw)) {
        this.#report(start, this.#at, `obsolete form of octal literal; use 0o${raw.slice(1)}`);
      } else if (raw.length > 1 && raw[0] === '0' && /[1-9]/.test(raw)) {
        this.#report(start, this.#at, 'invalid int literal');
      }
      this.value = parseInteger(raw.replace(/^0+(?=[0-9])/, ''));
      return;
    }
    this.#token('float', start, this.#at);
    const value = Number(raw);
    // Number('1e') is NaN, and 1e400 has no float.
    if (!Number.isFinite(value)) this.#report(start, this.#at, 'invalid float literal');
    this.value = Number.isFinite(value) ? value : 0;
  }

  #match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.#text)?.[0];
  }

  #scanString(start: number, open: number, raw: boolean, bytes: boolean): void {
    const text = this.#text;
    const quote = text[open]!;
    const triple = text.startsWith(quote.repeat(3), open);
    const closing = triple ? quote.repeat(3) : quote;
    const bodyStart = open + closing.length;
    let at = bodyStart;
    let end = -1;
    for (; at < text.length; at++) {
      const character = text[at];
      if (character === '\\') at += text.startsWith('\r\n', at + 1) ? 2 : 1;
      else if (character === quote && (!triple || text.startsWith(closing, at))) {
        end = at;
        break;
      } else if (character === '\n' && !triple) break;
    }
    if (end === -1) {
      at = Math.min(at, text.length);
      this.#report(
        start,
        at,
        at >= text.length ? 'unexpected EOF in string' : 'unexpected newline in string',
      );
      end = at;
      this.#at = at;
    } else this.#at = end + closing.length;
    const decoded = unquote(text.slice(bodyStart, end), { raw, bytes });
    for (const issue of decoded.issues) {
      this.#report(bodyStart + issue.at, bodyStart + issue.at + issue.length, issue.message);
    }
    this.value = decoded.bytes ?? decoded.text;
    this.#token(bytes ? 'bytes' : 'string', start, this.#at);
  }
}
