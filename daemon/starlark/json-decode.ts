// Values from JSON text.
import { Dict } from './dict.ts';
import { Float } from './float.ts';
import { normalize } from './integer.ts';
import { List } from './sequence.ts';
import { typeName } from './value.ts';
import type { Value } from './value.ts';

/** The text is not JSON. */
export class NotJson extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const depthMax = 1000;

/** Arrays become lists, objects dicts; numbers with a point or exponent floats, all others ints. */
export function decodeJson(text: string): Value {
  const decoder = new Decoder(text);
  const value = decoder.value();
  decoder.end();
  return value;
}

class Decoder {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) this.#fail(`unexpected character ${this.#character()} after value`);
  }

  value(): Value {
    const first = this.#next();
    if (first === '"') return this.#string();
    if (first === '[') return this.#nested(() => this.#array());
    if (first === '{') return this.#nested(() => this.#object());
    for (const [word, value] of words) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    if (/[-0-9]/.test(first)) return this.#number();
    return this.#fail(`unexpected character ${this.#character()}`);
  }

  #nested(read: () => Value): Value {
    if (++this.#depth > depthMax) this.#fail(`nesting is deeper than ${depthMax} levels`);
    const value = read();
    this.#depth--;
    return value;
  }

  #fail(message: string): never {
    throw new NotJson(message, this.#at);
  }

  #character(): string {
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
    return character === "'" || character === '\\' ? `'\\${character}'` : `'${character}'`;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #next(): string {
    this.#space();
    return this.#text[this.#at] ?? this.#fail('unexpected end of file');
  }

  #string(): string {
    const end = this.#match(/"(?:[^"\\]|\\[^])*"/y);
    if (end === undefined) this.#fail('unclosed string literal');
    try {
      const value = JSON.parse(end) as string;
      this.#at += end.length;
      return value.toWellFormed();
    } catch {
      this.#at += end.length;
      const escape = /^"(?:[^\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*(\\.)/.exec(end);
      return this.#fail(
        escape === null ? `invalid string literal ${end}` : `invalid escape sequence ${escape[1]} in string`,
      );
    }
  }

  #number(): Value {
    const raw = this.#match(/-?[0-9.eE+-]*/y)!;
    this.#at += raw.length;
    if (!/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(raw))
      this.#fail(`invalid number: ${raw}`);
    if (/^-?[0-9]+$/.test(raw)) return normalize(BigInt(raw));
    const value = Number(raw);
    if (!Number.isFinite(value)) this.#fail(`invalid number: ${raw}`);
    return new Float(value);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #array(): Value {
    const items: Value[] = [];
    this.#at++;
    if (this.#next() !== ']') {
      for (;;) {
        items.push(this.value());
        const after = this.#next();
        if (after === ']') break;
        if (after !== ',') this.#fail(`got ${this.#character()}, want ',' or ']'`);
        this.#at++;
      }
    }
    this.#at++;
    return new List(items);
  }

  #object(): Value {
    const result = new Dict();
    this.#at++;
    if (this.#next() !== '}') {
      for (;;) {
        const key = this.value();
        if (typeof key !== 'string') this.#fail(`got ${typeName(key)} for object key, want string`);
        if (this.#next() !== ':') this.#fail(`after object key, got ${this.#character()}, want ':' `);
        this.#at++;
        result.set(key, this.value());
        const after = this.#next();
        if (after === '}') break;
        if (after !== ',') this.#fail(`in object, got ${this.#character()}, want ',' or '}'`);
        this.#at++;
      }
    }
    this.#at++;
    return result;
  }
}

const words: readonly [string, Value][] = [
  ['null', null],
  ['true', true],
  ['false', false],
];
