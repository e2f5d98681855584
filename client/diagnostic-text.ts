import { isAbsolute, relative } from 'node:path';

import type { Diagnostic } from '../protocol/diagnostic.ts';
import type { Colors } from './colors.ts';

/** A diagnostic as compilers print them: message, place, source line with carets, calls that led there, way out. */
export function diagnosticText(
  diagnostic: Diagnostic,
  { cwd, colors }: { cwd: string; colors: Colors },
): string {
  const { severity, message, file, range, sourceLine, stack = [], hint, rendered } = diagnostic;
  if (rendered !== undefined) return `${rendered.trimEnd()}\n`;
  const paint = { error: colors.red, warning: colors.yellow, hint: colors.blue }[severity];
  const lines = [colors.bold(`${paint(severity)}: ${message}`)];
  const number = range === undefined ? '' : String(range.start.line);
  const margin = ' '.repeat(number.length);
  if (file !== undefined) {
    const place = range === undefined ? '' : `:${range.start.line}:${range.start.column}`;
    lines.push(`${margin}${colors.blue('-->')} ${shorter(file, cwd)}${place}`);
  }
  if (range !== undefined && sourceLine !== undefined) {
    const bar = colors.blue('|');
    lines.push(`${margin} ${bar}`);
    lines.push(`${colors.blue(number)} ${bar} ${sourceLine}`);
    lines.push(`${margin} ${bar} ${underline(range, sourceLine, paint)}`);
  }
  if (stack.length > 1) {
    lines.push('called from, outermost first:');
    for (const frame of stack)
      lines.push(`  ${shorter(frame.file, cwd)}:${frame.line}:${frame.column} in ${frame.name}`);
  }
  if (hint !== undefined) lines.push(`${colors.bold('hint')}: ${hint}`);
  return `${lines.join('\n')}\n`;
}

/** Carets below a range of the line; up to its end when the range goes on. A tab stays a tab, to stand below its like. */
function underline(
  { start, end }: NonNullable<Diagnostic['range']>,
  sourceLine: string,
  paint: (text: string) => string,
): string {
  const characters = Array.from(sourceLine);
  const before = characters.slice(0, start.column - 1).map((character) => (character === '\t' ? '\t' : ' '));
  const padding = ' '.repeat(Math.max(0, start.column - 1 - before.length));
  const endColumn = end.line > start.line ? characters.length + 1 : end.column;
  return before.join('') + padding + paint('^'.repeat(Math.max(1, endColumn - start.column)));
}

/** Relative to the current directory where that is inside; absolute otherwise. */
function shorter(file: string, cwd: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(cwd, file);
  return path === '' || path.startsWith('..') ? file : path;
}
