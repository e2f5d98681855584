// Decoding of number and string literals. Errors are returned as offsets into the literal's own text.

export type LiteralIssue = { readonly at: number; readonly length: number; readonly message: string };

const simpleEscapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

const encoder = new TextEncoder();

/**
 * The contents of a string or bytes literal. In text an octal or hexadecimal escape must be ASCII (the specification:
 * such an escape denotes a byte, which alone is no text); in bytes any value up to 255.
 */
export function unquote(
  body: string,
  options: { readonly raw: boolean; readonly bytes: boolean },
): { text: string; bytes: Uint8Array | undefined; issues: LiteralIssue[] } {
  const normal = body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body;
  if (options.raw || !normal.includes('\\')) {
    return { text: normal, bytes: options.bytes ? encoder.encode(normal) : undefined, issues: [] };
  }
  const issues: LiteralIssue[] = [];
  let text = '';
  const parts: number[] = [];
  const add = (piece: string): void => {
    if (options.bytes) parts.push(...encoder.encode(piece));
    else text += piece;
  };
  let at = 0;
  while (at < normal.length) {
    const slash = normal.indexOf('\\', at);
    if (slash === -1) {
      add(normal.slice(at));
      break;
    }
    if (slash > at) add(normal.slice(at, slash));
    const escape = readEscape(normal, slash, options.bytes);
    if ('message' in escape) issues.push({ at: slash, length: escape.length, message: escape.message });
    else if (typeof escape.value === 'number') parts.push(escape.value);
    else add(escape.value);
    at = slash + escape.length;
  }
  return { text, bytes: options.bytes ? Uint8Array.from(parts) : undefined, issues };
}

type Escape = { length: number; value: string | number } | { length: number; message: string };

function readEscape(text: string, at: number, bytes: boolean): Escape {
  const letter = text[at + 1];
  if (letter === undefined) return { length: 1, message: 'truncated escape sequence \\' };
  if (letter === '\n') return { length: 2, value: '' };
  const simple = simpleEscapes[letter];
  if (simple !== undefined) return { length: 2, value: simple };
  if (letter >= '0' && letter <= '7') {
    const digits = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))![0];
    const value = Number.parseInt(digits, 8);
    const length = 1 + digits.length;
    if (bytes && value > 255) return { length, message: `invalid escape sequence \\${digits}` };
    if (bytes) return { length, value };
    if (value > 127) return { length, message: `non-ASCII octal escape \\${digits} ${useUnicode(value)}` };
    return { length, value: String.fromCharCode(value) };
  }
  if (letter === 'x') {
    const digits = text.slice(at + 2, at + 4);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) return badHex(text, at, 4);
    const value = Number.parseInt(digits, 16);
    if (bytes) return { length: 4, value };
    if (value > 127) return { length: 4, message: `non-ASCII hex escape \\x${digits} ${useUnicode(value)}` };
    return { length: 4, value: String.fromCharCode(value) };
  }
  if (letter === 'u' || letter === 'U') {
    const length = letter === 'u' ? 6 : 10;
    const digits = text.slice(at + 2, at + length);
    if (digits.length < length - 2 || !/^[0-9a-fA-F]+$/.test(digits)) return badHex(text, at, length);
    const value = Number.parseInt(digits, 16);
    if (value > 0x10ffff)
      return { length, message: `code point out of range: \\${letter}${digits} (max \\U0010ffff)` };
    if (value >= 0xd800 && value <= 0xdfff) {
      return { length, message: `invalid Unicode code point U+${value.toString(16).toUpperCase()}` };
    }
    return { length, value: String.fromCodePoint(value) };
  }
  return { length: 2, message: `invalid escape sequence \\${letter}` };
}

function useUnicode(value: number): string {
  const hex = value.toString(16).toUpperCase().padStart(4, '0');
  return `(use \\u${hex} for the UTF-8 encoding of U+${hex})`;
}

function badHex(text: string, at: number, length: number): Escape {
  const found = text.slice(at, at + length).split('\n')[0]!;
  if (found.length < length) return { length: found.length, message: `truncated escape sequence ${found}` };
  return { length: 2, message: `invalid escape sequence ${found}` };
}

/** An integer literal's value: a number while exact, else a bigint. `text` is well formed. */
export function parseInteger(text: string): number | bigint {
  const small = Number(text);
  return Number.isSafeInteger(small) ? small : BigInt(text);
}
