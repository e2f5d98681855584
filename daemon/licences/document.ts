// The licence document of a program, and the verdict of a policy on it, kept with the report they were made of.
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import { Failure } from '../../protocol/failure.ts';
import { type Component, type LicencePolicy, type Violation, licenceWords } from '../../protocol/licences.ts';
import type { Context } from '../context.ts';
import type { Content } from '../python/resource.ts';
import { copyingText, titleOf } from './copying.ts';
import { readExpression } from './expression.ts';
import { isCopyleft, isOsiApproved } from './licence-list.ts';
import { readPolicy, violations } from './policy.ts';
import type { LicenceReport } from './report.ts';

type DocumentKey = { readonly report: Sha256; readonly subject: string };
type Document = { readonly blob: Sha256; readonly size: number };
/** 1: the first. */
const documents: ResultType<DocumentKey, Document> = { kind: 'scan', version: 1 };

/** The text of COPYING.txt. When it is made, a line tells what is in it: not at builds that change no licence. */
export async function licenceDocument(
  context: Context,
  report: LicenceReport,
  subject: string,
): Promise<Content> {
  const key: DocumentKey = { report: report.digest, subject };
  const known = context.cache.get(documents, key);
  if (known !== undefined) return { at: 'blob', sha256: known.blob, size: known.size };
  const components = await report.components();
  const bytes = Buffer.from(copyingText(subject, components));
  const blob = context.cache.blobs.put(bytes);
  context.cache.put(documents, key, { blob, size: bytes.length }, { blobs: [blob] });
  context.report({ event: 'notice', text: summaryLine(components) });
  return { at: 'blob', sha256: blob, size: bytes.length };
}

type VerdictKey = { readonly report: Sha256; readonly policy: LicencePolicy };
/** 1: the first. */
const verdicts: ResultType<VerdictKey, readonly Violation[]> = { kind: 'scan', version: 1 };

/** Throws an input Failure that names every component that the policy refuses. */
export async function enforce(context: Context, report: LicenceReport, policy: LicencePolicy): Promise<void> {
  if (policy.deny.length === 0 && policy.allow.length === 0) return;
  const key: VerdictKey = { report: report.digest, policy };
  let refused = context.cache.get(verdicts, key);
  if (refused === undefined) {
    refused = violations(readPolicy(policy), await report.components());
    context.cache.put(verdicts, key, refused);
  }
  if (refused.length > 0) throw refusedFailure(refused);
}

/** Shown in full: each is something to decide about. */
const shownMax = 50;

function refusedFailure(refused: readonly Violation[]): Failure {
  const count = refused.length === 1 ? 'one component' : `${refused.length} components`;
  return new Failure(
    'input',
    [`The licence policy refuses ${count}`, ...refused.slice(0, shownMax).map(violationLine)].join('\n'),
    {
      hint: 'leave them out, say what they are under with licenses_clarified, or change the policy; `oxd licenses` shows all',
    },
  );
}

/** "readline 8.2: GPL-3.0-or-later is denied; needed by CPython 3.11.7 (readline)". */
export const violationLine = (violation: Violation): string =>
  `  ${titleOf(violation)}: ${violation.reason}${
    violation.neededBy.length === 0 ? '' : `; needed by ${violation.neededBy.join(', ')}`
  }`;

/** What people need to hear of: how many, and which may ask something of them. */
export function summaryLine(components: readonly Component[]): string {
  const named = (wanted: (component: Component) => boolean): string => {
    const found = components.filter(wanted).map((component) => `${component.name} (${wordsOf(component)})`);
    const more = found.length - namedMax;
    return [...found.slice(0, namedMax), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  };
  const unclear = named(({ licence }) => licence.is === 'unknown' || licence.is === 'none');
  const copyleft = named(({ licence }) => licence.is === 'expression' && demandsCopyleft(licence.expression));
  return [
    `licences: ${components.length} components`,
    ...(copyleft === '' ? [] : [`copyleft: ${copyleft}`]),
    ...(unclear === '' ? [] : [`unclear: ${unclear}`]),
    '`oxd licenses` shows all',
  ].join('; ');
}

const namedMax = 5;
const wordsOf = ({ licence }: Component): string => {
  const words = licenceWords(licence);
  return words.length > 60 ? `${words.slice(0, 57)}...` : words;
};

/** Whether an expression leaves no choice without copyleft. */
export function demandsCopyleft(text: string): boolean {
  const expression = readExpression(text);
  if (expression === undefined) return false;
  return needsCopyleft(expression);
}

function needsCopyleft(part: Part): boolean {
  if (part.kind === 'atom') return isCopyleft(part.atom.id);
  const [left, right] = [needsCopyleft(part.left), needsCopyleft(part.right)];
  return part.kind === 'or' ? left && right : left || right;
}

type Part = NonNullable<ReturnType<typeof readExpression>>;

/** Whether a component can be had under licences alone that the Open Source Initiative approved. */
export function isOsiApprovedChoice(text: string): boolean {
  const approved = (part: Part): boolean => {
    if (part.kind === 'atom') return isOsiApproved(part.atom.id);
    const [left, right] = [approved(part.left), approved(part.right)];
    return part.kind === 'or' ? left || right : left && right;
  };
  const expression = readExpression(text);
  return expression !== undefined && approved(expression);
}
