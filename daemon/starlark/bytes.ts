// Bytes, and the views of strings and bytes that can be iterated over.
import { ArrayIterator } from './sequence.ts';
import { StarlarkObject } from './value.ts';
import type { Key, Value, ValueIterator } from './value.ts';

const encoder = new TextEncoder();
// A byte order mark is a character like others.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

export class Bytes extends StarlarkObject {
  readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    super();
    this.data = data;
  }

  get typeName(): string {
    return 'bytes';
  }

  override truth(): boolean {
    return this.data.length > 0;
  }

  override repr(): string {
    return `b${quoteBytes(this.data)}`;
  }

  override hashKey(): Key {
    return `\0b${latin1(this.data)}`;
  }

  override length(): number {
    return this.data.length;
  }

  override slice(start: number, step: number, count: number): Value {
    if (step === 1) return new Bytes(this.data.subarray(start, start + count));
    return new Bytes(Uint8Array.from({ length: count }, (_, at) => this.data[start + at * step]!));
  }

  override equals(other: StarlarkObject): boolean {
    return other instanceof Bytes && Buffer.compare(this.data, other.data) === 0;
  }

  override compare(other: StarlarkObject): number {
    return Buffer.compare(this.data, (other as Bytes).data);
  }
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** UTF-8 text of bytes; each byte that is part of no UTF-8 sequence becomes U+FFFD. */
export function decodeText(data: Uint8Array): string {
  const whole = decodeStrictly(data);
  if (whole !== undefined) return whole;
  let text = '';
  for (let at = 0, size; at < data.length; at += size || 1) {
    size = utf8Size(data, at);
    text += size === 0 ? '\ufffd' : decoder.decode(data.subarray(at, at + size));
  }
  return text;
}

function decodeStrictly(data: Uint8Array): string | undefined {
  try {
    return decoder.decode(data);
  } catch {
    return undefined;
  }
}

/** One character per byte. */
export function latin1(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
}

const named: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

/** A string literal for `text`. */
export function quote(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let quoted = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const name = named[character];
    if (name !== undefined) quoted += name;
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${hex(code, 2)}`;
    else if (code >= 0xd800 && code <= 0xdfff) quoted += `\\u${hex(code, 4)}`;
    else if (code > 0x7f && !isPrintable.test(character)) {
      quoted += code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
    } else quoted += character;
  }
  return `${quoted}"`;
}

const isPrintable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

function quoteBytes(data: Uint8Array): string {
  let quoted = '"';
  let at = 0;
  while (at < data.length) {
    const size = utf8Size(data, at);
    if (size === 0) {
      quoted += `\\x${hex(data[at]!, 2)}`;
      at++;
    } else {
      quoted += quote(decodeText(data.subarray(at, at + size))).slice(1, -1);
      at += size;
    }
  }
  return `${quoted}"`;
}

/** Length of the UTF-8 sequence at `at`; 0 if there is none. */
function utf8Size(data: Uint8Array, at: number): number {
  const first = data[at]!;
  const size =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size <= 1) return size;
  return at + size <= data.length && decodeStrictly(data.subarray(at, at + size)) !== undefined ? size : 0;
}

export type ViewKind = 'elems' | 'elem_ords' | 'codepoints' | 'codepoint_ords';

/** The result of `s.elems()` and its relatives: iterable, and for `elems` also a sequence. */
export class TextView extends StarlarkObject {
  readonly kind: ViewKind;
  readonly text: string;
  #items: Value[] | undefined;

  constructor(kind: ViewKind, text: string) {
    super();
    this.kind = kind;
    this.text = text;
    // The elements of a string have offsets; its code points do not.
    if (kind === 'elems' || kind === 'elem_ords') {
      this.length = () => text.length;
      this.getIndex = (key) => this.items()[key as number]!;
    }
  }

  get typeName(): string {
    return this.kind.startsWith('elem') ? 'string.elems' : 'string.codepoints';
  }

  override repr(write: (value: Value) => string): string {
    return `${write(this.text)}.${this.kind}()`;
  }

  items(): Value[] {
    return (this.#items ??= this.#split());
  }

  override iterate(): ValueIterator {
    return new ArrayIterator(this.items());
  }

  #split(): Value[] {
    switch (this.kind) {
      case 'elems':
        return this.text.split('');
      case 'elem_ords':
        return Array.from({ length: this.text.length }, (_, at) => this.text.charCodeAt(at));
      case 'codepoints':
        return Array.from(this.text);
      case 'codepoint_ords':
        return Array.from(this.text, (character) => character.codePointAt(0)!);
    }
  }
}

/** `b.elems()`: the bytes as ints. */
export class BytesElems extends StarlarkObject {
  readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    super();
    this.data = data;
  }

  get typeName(): string {
    return 'bytes.elems';
  }

  override repr(): string {
    return `${new Bytes(this.data).repr()}.elems()`;
  }

  override length(): number {
    return this.data.length;
  }

  override iterate(): ValueIterator {
    return new ArrayIterator(Array.from(this.data));
  }

  override getIndex(key: Value): Value {
    return this.data[key as number]!;
  }
}
