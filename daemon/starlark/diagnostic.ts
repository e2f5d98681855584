/** One-based; columns count characters (code points). */
export type Position = { readonly line: number; readonly column: number };

export type StackFrame = { readonly name: string; readonly file: string } & Position;

/**
 * What is wrong with a program, and where. The same shape as the project's wire diagnostic, declared again because this
 * folder imports nothing of ours.
 */
export type Diagnostic = {
  readonly severity: 'error' | 'warning' | 'hint';
  readonly message: string;
  readonly source: 'config';
  readonly file?: string;
  readonly range?: { readonly start: Position; readonly end: Position };
  /** The text of the range's first line. */
  readonly sourceLine?: string;
  /** Outermost call first; absent for errors found before the program ran. */
  readonly stack?: readonly StackFrame[];
  readonly hint?: string;
  /** The built-in function that failed, if the error arose in one. */
  readonly builtin?: string;
};

/** Draws a diagnostic as people read it: place first, so that editors and CI find it, then calls, then the line. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, range, message, hint, stack, sourceLine, severity } = diagnostic;
  const place =
    file === undefined ? '' : range ? `${file}:${range.start.line}:${range.start.column}: ` : `${file}: `;
  const { builtin } = diagnostic;
  const where = builtin === undefined || message.startsWith(`${builtin}: `) ? '' : ` in ${builtin}`;
  let text = `${place}${severity}${where}: ${message}\n`;
  if (stack !== undefined && stack.length > 1) {
    text += 'Traceback (most recent call last):\n';
    for (const frame of elide(stack)) {
      text +=
        frame === undefined
          ? '  ...\n'
          : frame.line === 0
            ? `  ${frame.file}: in ${frame.name}\n`
            : `  ${frame.file}:${frame.line}:${frame.column}: in ${frame.name}\n`;
    }
  }
  if (sourceLine !== undefined && range !== undefined) {
    const margin = String(range.start.line);
    const pad = ' '.repeat(margin.length);
    const characters = Array.from(sourceLine);
    const before = characters.slice(0, range.start.column - 1).map((c) => (c === '\t' ? '\t' : ' '));
    const last = range.end.line === range.start.line ? range.end.column - 1 : characters.length;
    const carets = '^'.repeat(Math.max(1, last - range.start.column + 1));
    text += `${pad} |\n${margin} | ${sourceLine}\n${pad} | ${before.join('')}${carets}\n`;
  }
  if (hint !== undefined) text += `hint: ${hint}\n`;
  return text;
}

/** A runaway recursion has thousands of equal frames; its two ends tell the story. */
const framesShownMax = 40;

function elide(stack: readonly StackFrame[]): readonly (StackFrame | undefined)[] {
  if (stack.length <= framesShownMax) return stack;
  const half = framesShownMax / 2;
  return [...stack.slice(0, half), undefined, ...stack.slice(-half)];
}
