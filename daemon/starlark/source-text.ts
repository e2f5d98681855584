import type { Diagnostic, Position } from './diagnostic.ts';

/** A half-open range of UTF-16 offsets into one source text. */
export type Span = { readonly start: number; readonly end: number };

/** One file's text, and where its lines begin. Everything inside the interpreter speaks offsets; people get lines. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** Line and column from 1; the column counts characters (code points). */
  position(offset: number): Position {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    let column = 1;
    for (let at = starts[low]!; at < offset; at++) {
      const unit = this.text.charCodeAt(at);
      if (!(unit >= 0xdc00 && unit <= 0xdfff)) column++;
    }
    return { line: low + 1, column };
  }

  /** The text of a line (from 1) without its line end. */
  line(line: number): string {
    const starts = this.#starts();
    const text = this.text.slice(starts[line - 1] ?? this.text.length, starts[line] ?? this.text.length);
    return text.replace(/\r?\n$/, '');
  }

  error(span: Span, message: string, hint?: string): Diagnostic {
    const start = this.position(span.start);
    return {
      severity: 'error',
      source: 'config',
      message,
      file: this.file,
      range: { start, end: this.position(Math.max(span.end, span.start)) },
      sourceLine: this.line(start.line),
      ...(hint === undefined ? {} : { hint }),
    };
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1))
        starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}
