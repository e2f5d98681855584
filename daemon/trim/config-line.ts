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
  const { made } = place;
  const returned =
    made === undefined
      ? text.slice(place.at)
      : `${place.variable} = ${text.slice(made.start, made.end)}\n${indentation}${line}\n${indentation}return ${place.variable}${text.slice(made.end)}`;
  const inserted = made === undefined ? `${line}\n${indentation}` : '';
  writeFileSync(use.config, `${text.slice(0, place.at)}${inserted}${returned}`);
  return { line, isUsed: 'added' };
}

type Place = {
  readonly variable: string;
  /** Where the `return` begins. */
  readonly at: number;
  /** The call that makes the program, where the function returns it at once. */
  readonly made?: { readonly start: number; readonly end: number };
};

/** The end of the function that makes the program: that of the target, or the only one that makes any. */
function placeOf(text: string, target: string): Place | undefined {
  const { statements, diagnostics } = parse(new SourceText('config', text));
  if (diagnostics.length > 0) return undefined;
  const name = statements
    .map((statement) => functionOf(statement, target))
    .find((found) => found !== undefined);
  const makers = statements.flatMap((statement) => {
    if (statement.kind !== 'def') return [];
    const place = endOf(statement);
    return place === undefined ? [] : [{ name: statement.name.name, place }];
  });
  const own = makers.find((maker) => maker.name === name);
  return own?.place ?? (makers.length === 1 ? makers[0]?.place : undefined);
}

/** Where a function returns a program that it has made. */
function endOf({ body }: Extract<Statement, { kind: 'def' }>): Place | undefined {
  const last = body.at(-1);
  if (last?.kind !== 'return' || last.value === undefined) return undefined;
  const { value, start: at } = last;
  if (makesProgram(value)) return { variable: 'exe', at, made: value };
  if (value.kind !== 'name') return undefined;
  const isMade = body.some(
    (one) =>
      one.kind === 'assign' &&
      one.target.kind === 'name' &&
      one.target.name === value.name &&
      makesProgram(one.value),
  );
  return isMade ? { variable: value.name, at } : undefined;
}

const makesProgram = (value: Expression): boolean =>
  value.kind === 'call' && value.callee.kind === 'attribute' && value.callee.name === 'to_python_executable';

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
