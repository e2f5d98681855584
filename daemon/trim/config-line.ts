// The line of a config that makes it use a list, and where it goes.
import { readFileSync, writeFileSync } from 'node:fs';
import type { ListOfUsesResult } from '../../protocol/trim-requests.ts';
import { parse } from '../starlark/parser.ts';
import { SourceText } from '../starlark/source-text.ts';
import type { Expression, Statement } from '../starlark/syntax.ts';

type Use = {
  readonly config: string;
  readonly target: string;
  /** The call, without the variable that it is made on. */
  readonly line: string;
  readonly isUsed: boolean;
  readonly write: boolean;
};

/** Tells whether a config uses its list; with `write` it does from then on, where its function is easy to follow. */
export function useList(use: Use): Pick<ListOfUsesResult, 'line' | 'isUsed'> {
  const text = readFileSync(use.config, 'utf8');
  const place = placeOf(text, use.target);
  const line = `${place?.variable ?? 'exe'}.${use.line}`;
  if (use.isUsed) return { line, isUsed: 'already' };
  if (!use.write || place === undefined) return { line, isUsed: 'no' };
  const start = text.lastIndexOf('\n', place.at) + 1;
  const indentation = text.slice(start, place.at);
  // `def f(): return exe` in one line has no place before it.
  if (indentation.trim() !== '') return { line, isUsed: 'no' };
  writeFileSync(use.config, `${text.slice(0, start)}${indentation}${line}\n${text.slice(start)}`);
  return { line, isUsed: 'added' };
}

type Place = { readonly variable: string; readonly at: number };

/** The `return VARIABLE` that ends the function of a target. */
function placeOf(text: string, target: string): Place | undefined {
  const { statements, diagnostics } = parse(new SourceText('config', text));
  if (diagnostics.length > 0) return undefined;
  const name = statements
    .map((statement) => functionOf(statement, target))
    .find((found) => found !== undefined);
  const made = statements.find((statement) => statement.kind === 'def' && statement.name.name === name);
  const last = made?.kind === 'def' ? made.body.at(-1) : undefined;
  if (last?.kind !== 'return' || last.value?.kind !== 'name') return undefined;
  return { variable: last.value.name, at: last.start };
}

/** The function that `register_target("TARGET", FUNCTION)` names. */
function functionOf(statement: Statement, target: string): string | undefined {
  if (statement.kind !== 'expression' || statement.value.kind !== 'call') return undefined;
  const { callee, args } = statement.value;
  if (callee.kind !== 'name' || callee.name !== 'register_target') return undefined;
  const [first, second] = args.map(({ value }: { readonly value: Expression }) => value);
  return first?.kind === 'string' && first.value === target && second?.kind === 'name'
    ? second.name
    : undefined;
}
