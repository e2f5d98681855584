// A bill of materials as SPDX 2.3 JSON (spdx.github.io/spdx-spec/v2.3).
import type { Licence } from '../../protocol/licences.ts';
import { version as oxdVersion } from '../../protocol/version.ts';
import type { TextedComponent } from './component.ts';
import { type BillSubject, rootNeeds } from './cyclonedx.ts';
import { timestampOf, uuidOf } from './document-identity.ts';
import { atomsOf, readExpression } from './expression.ts';

/** SPDX demands a date: without SOURCE_DATE_EPOCH that of every packed file, the oldest that zip can hold. */
const dateOfNothing = '1980-01-01T00:00:00Z';

const publicDomain = 'LicenseRef-oxd-public-domain';

export function spdxDocument({ name, components, epoch }: BillSubject): string {
  const ids = new Map(components.map(({ id }, index) => [id, `SPDXRef-${index + 1}-${plainId(id)}`]));
  const reference = (id: string): string => ids.get(id) ?? 'SPDXRef-application';
  const packages = [
    {
      SPDXID: 'SPDXRef-application',
      name,
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: 'NOASSERTION',
      copyrightText: 'NOASSERTION',
      primaryPackagePurpose: 'APPLICATION',
    },
    ...components.map((component) => packageOf(component, reference(component.id))),
  ];
  const extracted = extractedLicences(components);
  const relation = (from: string, relationshipType: string, to: string): object => ({
    spdxElementId: from,
    relationshipType,
    relatedSpdxElement: to,
  });
  const body = {
    packages,
    ...(extracted.length === 0 ? {} : { hasExtractedLicensingInfos: extracted }),
    relationships: [
      relation('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-application'),
      ...rootNeeds(components).map((id) => relation('SPDXRef-application', 'DEPENDS_ON', reference(id))),
      ...components.flatMap(({ id, needs }) =>
        needs.map((need) => relation(reference(id), 'DEPENDS_ON', reference(need))),
      ),
    ],
  };
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://spdx.org/spdxdocs/${encodeURIComponent(name)}-${uuidOf(JSON.stringify(body))}`,
    creationInfo: { created: timestampOf(epoch) ?? dateOfNothing, creators: [`Tool: oxd-${oxdVersion}`] },
    ...body,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Letters, digits, "." and "-" are all that an identifier may have. */
const plainId = (text: string): string => text.replaceAll(/[^\w.-]|_/g, '-');

function packageOf(component: TextedComponent, SPDXID: string): Record<string, unknown> {
  const { name, version, purl, licence, homepage, sha256 } = component;
  return {
    SPDXID,
    name,
    ...(version === null ? {} : { versionInfo: version }),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    ...(homepage === null || !/^https?:\/\/\S+$/.test(homepage) ? {} : { homepage }),
    ...(sha256 === null ? {} : { checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }] }),
    licenseConcluded: 'NOASSERTION',
    ...declared(licence),
    copyrightText: 'NOASSERTION',
    ...(purl === null
      ? {}
      : {
          externalRefs: [
            { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl },
          ],
        }),
    primaryPackagePurpose: 'LIBRARY',
  };
}

function declared(licence: Licence): Record<string, string> {
  switch (licence.is) {
    case 'expression':
      return { licenseDeclared: licence.expression };
    case 'public-domain':
      return { licenseDeclared: publicDomain };
    case 'unknown':
      return {
        licenseDeclared: 'NOASSERTION',
        licenseComments: `The metadata says: ${licence.said.join('; ')}`,
      };
    case 'none':
      return { licenseDeclared: 'NOASSERTION' };
  }
}

/** Licences that are not on SPDX's list stand in the document, with the words that the component brings. */
function extractedLicences(components: readonly TextedComponent[]): object[] {
  const found = new Map<string, string>();
  for (const { licence, texts } of components) {
    if (licence.is === 'public-domain') found.set(publicDomain, 'In the public domain.');
    const expression = licence.is === 'expression' ? readExpression(licence.expression) : undefined;
    for (const { id } of expression === undefined ? [] : atomsOf(expression))
      if (id.startsWith('LicenseRef-') && !found.has(id))
        found.set(id, texts.map(({ text }) => text).join('\n\n') || 'The component brings no text.');
  }
  return [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([licenseId, extractedText]) => ({
      licenseId,
      extractedText,
      name: licenseId.slice('LicenseRef-'.length),
    }));
}
