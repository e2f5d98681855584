// Licences for people: which there are, and which component brings which.
import type { LicencesReport } from '../protocol/licence-requests.ts';
import { type Component, type Licence, type Violation, licenceWords } from '../protocol/licences.ts';

const titleOf = ({ name, version }: Pick<Component, 'name' | 'version'>): string =>
  version === null ? name : `${name} ${version}`;

/** Columns of a terminal that has not been made wider. */
const width = 100;
const indent = ' '.repeat(27);

/** One row for each licence with the components under it; those without a clear one come last. */
export function licenceTable({ subject, components, facts }: LicencesReport): string {
  const byLicence = new Map<string, Component[]>();
  for (const component of components) {
    const words = licenceWords(component.licence);
    byLicence.set(words, [...(byLicence.get(words) ?? []), component]);
  }
  const rank = ({ is }: Licence): number => ['expression', 'public-domain', 'unknown', 'none'].indexOf(is);
  const rows = [...byLicence].toSorted(
    ([a, [first]], [b, [second]]) =>
      rank(first?.licence ?? { is: 'none' }) - rank(second?.licence ?? { is: 'none' }) || (a < b ? -1 : 1),
  );
  const clear = components.filter(
    ({ licence }) => licence.is === 'expression' || licence.is === 'public-domain',
  );
  const lines = rows.flatMap(([words, group]) => {
    const fact = facts.find(({ expression }) => expression === words);
    const mark = (is: boolean | undefined): string => (is === undefined ? '-' : is ? 'yes' : 'no');
    const cells = [
      String(group.length).padStart(5),
      mark(fact?.osiApproved).padEnd(4),
      mark(fact?.copyleft).padEnd(9),
      words,
    ];
    return [cells.join('  '), ...wrapped(group.map(titleOf))];
  });
  return [
    `Software licensing summary of ${subject}: ${components.length} components, ${byLicence.size} licences` +
      (clear.length === components.length ? '' : `, ${components.length - clear.length} unclear`),
    '',
    'count  OSI   copyleft   licence, and what is under it',
    ...lines,
    '',
  ].join('\n');
}

/** Names in lines, below the licence. */
function wrapped(names: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [index, name] of names.entries()) {
    const word = index === names.length - 1 ? name : `${name},`;
    if (line !== '' && indent.length + line.length + word.length + 1 > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, indent + line];
}

/** One line for each component: its licence, where that is said, and who asks for it. */
export function componentLines({ subject, components }: LicencesReport): string {
  const titles = components.map(titleOf);
  const column = Math.max(...titles.map((title) => title.length), 0);
  const lines = components.map((component, index) => {
    const used = component.usedBy.length === 0 ? '' : `; for ${component.usedBy.join(', ')}`;
    return `  ${(titles[index] ?? '').padEnd(column)}  ${licenceWords(component.licence)} (${component.source}${used})`;
  });
  return [`Licences of ${subject}`, ...lines, ''].join('\n');
}

export function violationLines({ violations }: LicencesReport): string[] {
  if (violations.length === 0) return [];
  const count = violations.length === 1 ? 'one component' : `${violations.length} components`;
  return [`error: The licence policy refuses ${count}`, ...violations.map(violationLine)];
}

const violationLine = (violation: Violation): string =>
  `  ${titleOf(violation)}: ${violation.reason}${
    violation.neededBy.length === 0 ? '' : `; needed by ${violation.neededBy.join(', ')}`
  }`;
