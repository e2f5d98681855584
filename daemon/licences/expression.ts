// SPDX licence expressions (SPDX specification 2.3, annex D): read, written in one form, and taken apart.
import parse from 'spdx-expression-parse';
import { exceptionId, licenceId, licenceIds } from './licence-list.ts';

/** One licence of an expression. */
export type Atom = { readonly id: string; readonly plus: boolean; readonly exception: string | undefined };
export type Expression =
  | { readonly kind: 'atom'; readonly atom: Atom }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression };

/** Longer ones are no expressions but licences. */
const expressionLengthMax = 2_000;

/**
 * Undefined for what is no expression. Identifiers and operators are taken in any case, and "/" for OR, as old crates
 * write it: nothing else is guessed.
 */
export function readExpression(text: string): Expression | undefined {
  if (text.length > expressionLengthMax) return undefined;
  const words = text.replaceAll(/\s*\/\s*/g, ' OR ').match(/[()]|[^\s()]+/g) ?? [];
  const written = words.map((word) => {
    const upper = word.toUpperCase();
    if (upper === 'AND' || upper === 'OR' || upper === 'WITH') return upper;
    const plus = word.endsWith('+') ? '+' : '';
    const id = licenceId(word.slice(0, word.length - plus.length));
    return licenceId(word) ?? (id === undefined ? (exceptionId(word) ?? word) : id + plus);
  });
  try {
    return treeOf(parse(written.join(' ')));
  } catch {
    return undefined;
  }
}

function treeOf(info: parse.Info): Expression {
  if ('conjunction' in info)
    return { kind: info.conjunction, left: treeOf(info.left), right: treeOf(info.right) };
  return {
    kind: 'atom',
    atom: { id: info.license, plus: info.plus === true, exception: info.exception },
  };
}

export function writeExpression(expression: Expression, inside?: 'and' | 'or'): string {
  if (expression.kind === 'atom') return writeAtom(expression.atom);
  const { kind, left, right } = expression;
  const text = `${writeExpression(left, kind)} ${kind.toUpperCase()} ${writeExpression(right, kind)}`;
  return inside !== undefined && inside !== kind ? `(${text})` : text;
}

export const writeAtom = ({ id, plus, exception }: Atom): string =>
  `${id}${plus ? '+' : ''}${exception === undefined ? '' : ` WITH ${exception}`}`;

export const atomsOf = (expression: Expression): readonly Atom[] =>
  expression.kind === 'atom'
    ? [expression.atom]
    : [...atomsOf(expression.left), ...atomsOf(expression.right)];

/** The expression in its one form; undefined for what is none. */
export function normalExpression(text: string): string | undefined {
  const expression = readExpression(text);
  return expression === undefined ? undefined : writeExpression(expression);
}

/** All of them apply. Equal ones count once. */
export const allOf = (expressions: readonly string[]): string => joined(expressions, 'AND');
/** One of them may be chosen. */
export const anyOf = (expressions: readonly string[]): string => joined(expressions, 'OR');

function joined(expressions: readonly string[], operator: 'AND' | 'OR'): string {
  const unique = [...new Set(expressions)];
  const [only] = unique;
  if (unique.length === 1 && only !== undefined) return only;
  const other = operator === 'AND' ? ' OR ' : ' AND ';
  return unique.map((text) => (text.includes(other) ? `(${text})` : text)).join(` ${operator} `);
}

/**
 * The licences that one atom lets its user choose from, each under its present identifier: "GPL-2.0-or-later" is
 * GPL-2.0-only or GPL-3.0-only, "MPL-1.1+" is MPL-1.1 or MPL-2.0, "GPL-2.0" is GPL-2.0-only.
 */
export function choicesOf({ id, plus }: Atom): readonly string[] {
  const [, stem = '', version = '', kind] = /^(.+?)-(\d+(?:\.\d+)*)(-only|-or-later)?$/.exec(id) ?? [];
  const isGnu = /^(A?GPL|LGPL|GFDL)$/.test(stem);
  const suffix = isGnu ? '-only' : '';
  if (stem === '' || (kind !== undefined && !isGnu)) return [id];
  if (kind !== '-or-later' && !plus) return [`${stem}-${version}${suffix}`];
  const later = licenceIds().flatMap((other) => {
    const [, otherVersion] = other.startsWith(`${stem}-`)
      ? (/^-(\d+(?:\.\d+)*)$/.exec(other.slice(stem.length, other.length - suffix.length)) ?? [])
      : [];
    const fits =
      otherVersion !== undefined && other.endsWith(suffix) && compareVersions(otherVersion, version) >= 0;
    return fits ? [other] : [];
  });
  return later.length === 0 ? [id] : later.toSorted();
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
