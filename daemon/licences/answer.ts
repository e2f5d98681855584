// From components to what a client shows: facts for the table, a verdict, a document.
import type { DocumentFormat, LicencesReport } from '../../protocol/licence-requests.ts';
import type { Component, LicenceFacts, LicencePolicy } from '../../protocol/licences.ts';
import type { TextedComponent } from './component.ts';
import { copyingText } from './copying.ts';
import { cycloneDx } from './cyclonedx.ts';
import { demandsCopyleft, isOsiApprovedChoice } from './document.ts';
import { readPolicy, violations } from './policy.ts';
import { spdxDocument } from './spdx-document.ts';

export type ReportSubject = {
  readonly subject: string;
  readonly components: readonly TextedComponent[];
  readonly policy: LicencePolicy;
  readonly format: DocumentFormat | null;
  /** SOURCE_DATE_EPOCH. */
  readonly epoch: string | undefined;
};

export function licencesReport({
  subject,
  components,
  policy,
  format,
  epoch,
}: ReportSubject): LicencesReport {
  return {
    subject,
    components: components.map(withoutTexts),
    facts: factsOf(components),
    violations: violations(readPolicy(policy), components),
    document: format === null ? null : documentOf(format, { name: subject, components, epoch }),
  };
}

function documentOf(
  format: DocumentFormat,
  subject: { name: string; components: readonly TextedComponent[]; epoch: string | undefined },
): string {
  switch (format) {
    case 'text':
      return copyingText(subject.name, subject.components);
    case 'cyclonedx':
      return cycloneDx(subject);
    case 'spdx':
      return spdxDocument(subject);
  }
}

/** Texts go into documents only: a report of all of them would be a megabyte. */
function withoutTexts(component: TextedComponent): Component {
  const { id, kind, name, version, purl, licence, source, homepage, sha256, needs, usedBy } = component;
  return { id, kind, name, version, purl, licence, source, homepage, sha256, needs, usedBy };
}

function factsOf(components: readonly Component[]): LicenceFacts[] {
  const expressions = components.flatMap(({ licence }) =>
    licence.is === 'expression' ? [licence.expression] : [],
  );
  return [...new Set(expressions)].toSorted().map((expression) => ({
    expression,
    osiApproved: isOsiApprovedChoice(expression),
    copyleft: demandsCopyleft(expression),
  }));
}
