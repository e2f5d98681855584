// What both halves of the parser share: the current token, error reports, and recovery.
import { Scanner, reserved } from './scanner.ts';
import type { TokenKind } from './scanner.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { SourceText } from './source-text.ts';

/** Thrown to leave a broken statement; caught where statements are read. */
export class Unparsable extends Error {}

/** How deep expressions and blocks may nest; far above what people write, far below what fills a stack. */
const nestingMax = 400;
/** After so many errors a file is not a program; the rest says nothing new. */
const errorsMax = 100;

export class ParserState {
  readonly diagnostics: Diagnostic[] = [];
  readonly scanner: Scanner;
  readonly source: SourceText;
  readonly setDisplays: boolean;
  #nesting = 0;
  #lastErrorAt = -1;
  #scannerErrorAt = -1;

  constructor(source: SourceText, setDisplays: boolean) {
    this.source = source;
    this.setDisplays = setDisplays;
    this.scanner = new Scanner(source.text, (start, end, message, hint) => {
      this.#scannerErrorAt = start;
      this.report(start, end, message, hint);
    });
    this.scanner.next();
  }

  get kind(): TokenKind {
    return this.scanner.kind;
  }

  is(kind: TokenKind): boolean {
    return this.scanner.kind === kind;
  }

  get start(): number {
    return this.scanner.start;
  }

  /** End of the token before the current one: where a node that was just read ends. */
  get previousEnd(): number {
    return this.scanner.previousEnd;
  }

  /** Steps over the current token; gives its offset. */
  next(): number {
    const at = this.scanner.start;
    this.scanner.next();
    return at;
  }

  expect(kind: TokenKind): number {
    if (!this.is(kind)) this.fail(`got ${describe(this.kind)}, want ${describe(kind)}`);
    return this.next();
  }

  /** Reports what is wrong at the current token and gives the statement up. */
  fail(message: string, at = this.start, end = this.scanner.end): never {
    // After a token that could not be read, the rest of its line makes no sense either.
    const isEcho =
      this.#scannerErrorAt !== -1 && !this.source.text.slice(this.#scannerErrorAt, at).includes('\n');
    if (!isEcho) this.report(at, end, message, reserved.get(this.kind));
    throw new Unparsable();
  }

  report(start: number, end: number, message: string, hint?: string): void {
    // One mistake, one message: what follows at the same spot is its echo.
    if (start === this.#lastErrorAt || this.diagnostics.length >= errorsMax) return;
    this.#lastErrorAt = start;
    this.diagnostics.push(this.source.error({ start, end: Math.max(end, start + 1) }, message, hint));
  }

  /** One level deeper, within the bound. A statement that is given up resets the level, so errors need not. */
  enter(): void {
    if (++this.#nesting > nestingMax) {
      this.#nesting = 0;
      this.fail(`nesting is deeper than ${nestingMax} levels`);
    }
  }

  leave(): void {
    this.#nesting--;
  }

  nested<T>(read: () => T): T {
    this.enter();
    const result = read();
    this.leave();
    return result;
  }

  resetNesting(level: number): void {
    this.#nesting = level;
  }

  get nesting(): number {
    return this.#nesting;
  }

  /**
   * Skips the rest of a broken statement that began in `column`. Where a bracket was left open, a line that begins no
   * further right than the statement is taken for the next statement.
   */
  recover(column: number): void {
    const { scanner } = this;
    for (; !this.is('eof'); this.next()) {
      if (this.is('newline')) {
        this.next();
        return;
      }
      if (
        scanner.depth > 0 &&
        scanner.isFirst &&
        this.columnOf(this.start) <= column &&
        !')]}'.includes(this.kind)
      ) {
        scanner.restartAtLine(this.start);
        this.next();
        return;
      }
    }
  }

  columnOf(offset: number): number {
    return offset - (this.source.text.lastIndexOf('\n', offset - 1) + 1);
  }
}

const names: Record<string, string> = {
  eof: 'end of file',
  name: 'identifier',
  int: 'int literal',
  float: 'float literal',
  string: 'string literal',
  bytes: 'bytes literal',
};

/** A token as messages name it: classes and keywords bare, punctuation quoted. */
export function describe(kind: TokenKind): string {
  return names[kind] ?? (/^[a-z]/.test(kind) ? kind : `'${kind}'`);
}
