// Which licences a program may hold: `--deny` and `--allow`, and the same in a config.
import { inputFailure } from '../../protocol/failure.ts';
import type { Component, Licence, LicencePolicy, Violation } from '../../protocol/licences.ts';
import { type Atom, type Expression, choicesOf, readExpression, writeAtom } from './expression.ts';
import { isCopyleft } from './licence-list.ts';

/** Entries that are no licences: what has none or an unclear one, what nobody owns, and a whole kind. */
const words = ['unknown', 'public-domain', 'copyleft'] as const;
type Word = (typeof words)[number];

type Entries = { readonly words: ReadonlySet<Word>; readonly licences: ReadonlySet<string> };
export type ReadPolicy = { readonly deny: Entries; readonly allow: Entries | undefined };

/** Throws an input Failure that names the entry that is none. */
export function readPolicy({ deny, allow }: LicencePolicy): ReadPolicy {
  return { deny: readEntries(deny), allow: allow.length === 0 ? undefined : readEntries(allow) };
}

function readEntries(entries: readonly string[]): Entries {
  const found = { words: new Set<Word>(), licences: new Set<string>() };
  for (const entry of entries) {
    const word = words.find((name) => name === entry.toLowerCase());
    if (word !== undefined) found.words.add(word);
    else for (const atom of alternatives(entry)) for (const key of keysOf(atom)) found.licences.add(key);
  }
  return found;
}

/** "MIT OR ISC" is two entries. */
function alternatives(entry: string): Atom[] {
  const expression = readExpression(entry);
  if (expression === undefined)
    throw inputFailure(`Cannot read "${entry}" as a licence`, {
      hint: 'use an identifier of spdx.org/licenses such as GPL-3.0-only, or "unknown", "public-domain" or "copyleft"',
    });
  const flat = (part: Expression): Atom[] => {
    if (part.kind === 'atom') return [part.atom];
    if (part.kind === 'or') return [...flat(part.left), ...flat(part.right)];
    throw inputFailure(`Cannot use "${entry}" in a policy: it joins licences with AND`, {
      hint: 'name each licence by itself',
    });
  };
  return flat(expression);
}

/** An exception makes another licence: "GPL-2.0-only WITH Classpath-exception-2.0". */
const keysOf = (atom: Atom): string[] =>
  choicesOf(atom).map((id) => writeAtom({ id, plus: false, exception: atom.exception }));

/** Why a policy refuses a licence; undefined when it does not. */
export function refusal({ deny, allow }: ReadPolicy, licence: Licence): string | undefined {
  if (licence.is === 'expression') {
    const expression = readExpression(licence.expression);
    return expression === undefined ? undefined : refusedPart({ deny, allow }, expression);
  }
  const word = licence.is === 'public-domain' ? 'public-domain' : 'unknown';
  const what = licence.is === 'none' ? 'no licence is known' : `"${saidOf(licence)}" is unknown`;
  const shown = word === 'public-domain' ? 'public domain' : what;
  if (deny.words.has(word)) return word === 'unknown' ? `${shown}, which is denied` : `${shown} is denied`;
  if (allow !== undefined && !allow.words.has(word)) return `${shown}, which is not allowed`;
  return undefined;
}

const saidOf = (licence: Licence): string => (licence.is === 'unknown' ? licence.said.join('; ') : '');

function refusedPart(policy: ReadPolicy, part: Expression): string | undefined {
  if (part.kind === 'atom') return refusedAtom(policy, part.atom);
  const left = refusedPart(policy, part.left);
  const right = refusedPart(policy, part.right);
  // Of alternatives one that may be used is enough.
  if (part.kind === 'or')
    return left === undefined || right === undefined ? undefined : `${left}, and ${right}`;
  return left ?? right;
}

function refusedAtom({ deny, allow }: ReadPolicy, atom: Atom): string | undefined {
  const name = writeAtom(atom);
  const keys = keysOf(atom);
  const isDenied = (key: string): boolean =>
    deny.licences.has(key) || (deny.words.has('copyleft') && isCopyleft(key));
  // An exception only permits more: what may be used without it may be used with it.
  const isAllowed = (key: string): boolean =>
    allow === undefined ||
    allow.licences.has(key) ||
    allow.licences.has(key.replace(/ WITH .*$/, '')) ||
    (allow.words.has('copyleft') && isCopyleft(key));
  if (keys.some((key) => !isDenied(key) && isAllowed(key))) return undefined;
  return keys.every(isDenied) ? `${name} is denied` : `${name} is not allowed`;
}

/** Every component that the policy refuses, and who needs it. */
export function violations(policy: ReadPolicy, components: readonly Component[]): Violation[] {
  return components.flatMap((component): Violation[] => {
    const reason = refusal(policy, component.licence);
    if (reason === undefined) return [];
    const { id, name, version, licence } = component;
    return [{ id, name, version, licence, reason, neededBy: usersOf(component, components) }];
  });
}

/** "CPython 3.11.7 (readline)": who needs a component, and with what of it. */
export function usersOf({ id, usedBy }: Component, components: readonly Component[]): string[] {
  const users = components.filter(({ needs }) => needs.includes(id));
  const parts = usedBy.length === 0 ? '' : ` (${usedBy.join(', ')})`;
  return users.map(({ name, version }) => `${name}${version === null ? '' : ` ${version}`}${parts}`);
}
