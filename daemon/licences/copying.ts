// COPYING.txt: every component with its licence and that licence's text, for people who get the program.
import { type Licence, licenceWords } from '../../protocol/licences.ts';
import type { LicenceText, TextedComponent } from './component.ts';
import { atomsOf, readExpression } from './expression.ts';
import { licenceText } from './licence-list.ts';

const rule = '-'.repeat(79);
const kindNames = {
  python: 'Python distribution',
  'extension-module': 'extension module of Python',
  library: 'library',
  package: 'Python package',
  crate: 'Rust crate',
} as const;

/** Equal components give equal text. Texts that several bring are printed once, where they are met first. */
export function copyingText(subject: string, components: readonly TextedComponent[]): string {
  const printed = new Map<string, string>();
  const standard = new Map<string, string>();
  const parts = components.map((component) => {
    const lines = [rule, titleOf(component), ''];
    lines.push(`  Kind:     ${kindNames[component.kind]}`, `  Licence:  ${licenceWords(component.licence)}`);
    if (component.homepage !== null) lines.push(`  Homepage: ${component.homepage}`);
    for (const text of component.texts) lines.push('', ...textLines(component, text, printed));
    if (component.texts.length === 0) lines.push(...standardLines(component.licence, standard));
    return `${lines.join('\n')}\n`;
  });
  const texts = [...standard].map(
    ([id, text]) => `${rule}\nText of ${id}, for components that bring none of their own\n\n${text}\n`,
  );
  const list = components.map((component) => `  ${titleOf(component)}: ${licenceWords(component.licence)}`);
  return [
    `${subject} holds the following software. Each part is under its own licence.\n`,
    `${list.join('\n')}\n`,
    ...parts,
    ...texts,
  ].join('\n');
}

export const titleOf = ({ name, version }: { name: string; version: string | null }): string =>
  version === null ? name : `${name} ${version}`;

function textLines(
  component: TextedComponent,
  { name, text }: LicenceText,
  printed: Map<string, string>,
): string[] {
  const words = text.replaceAll('\r\n', '\n').replaceAll('\f', '').trim();
  const before = printed.get(words);
  if (before !== undefined) return [`${name}: the same text as ${before}`];
  printed.set(words, `${name} of ${titleOf(component)}`);
  return [`${name}:`, '', words];
}

/** For a component that names licences and brings no text: where the list's texts stand. */
function standardLines(licence: Licence, standard: Map<string, string>): string[] {
  const expression = licence.is === 'expression' ? readExpression(licence.expression) : undefined;
  const ids = expression === undefined ? [] : atomsOf(expression).map(({ id }) => id);
  const listed = ids.filter((id) => {
    const text = standard.get(id) ?? licenceText(id);
    if (text !== undefined) standard.set(id, text.replaceAll('\r\n', '\n').trim());
    return text !== undefined;
  });
  return listed.length === 0
    ? []
    : ['', `The text of ${[...new Set(listed)].join(' and ')} stands at the end.`];
}
