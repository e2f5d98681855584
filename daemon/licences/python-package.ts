// A Python package's licence, from its own metadata.
import type { Licence } from '../../protocol/licences.ts';
import type { Context } from '../context.ts';
import { readFileSync } from 'node:fs';
import { LostBytes } from '../python/lost-bytes.ts';
import type { Content } from '../python/resource.ts';
import { type LicenceText, type TextedComponent, textBytesMax } from './component.ts';
import { type CoreMetadata, normalizedName, readCoreMetadata } from './core-metadata.ts';
import { normalExpression } from './expression.ts';
import type { PackageInput } from './inputs.ts';
import { expressionOfWords, isPublicDomain, licenceOfClassifiers, licenceOfText } from './recognise.ts';

export const packageId = (name: string): string => `package:${normalizedName(name)}`;

/** `needs` names what the metadata asks for, whether it is in the report or not. */
export function packageComponent(context: Context, input: PackageInput): TextedComponent {
  const metadata = readCoreMetadata(readText(context, input.metadata));
  const [, nameOfFolder = input.folder, versionOfFolder] =
    /^(.+?)(?:-([^-]+))?(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(input.folder) ?? [];
  const name = metadata.name ?? nameOfFolder;
  const version = metadata.version ?? versionOfFolder ?? null;
  const texts = licenceTexts(context, input, metadata);
  return {
    id: packageId(name),
    kind: 'package',
    name,
    version,
    purl: `pkg:pypi/${normalizedName(name)}${version === null ? '' : `@${encodeURIComponent(version)}`}`,
    ...licenceOf(metadata, texts),
    homepage: metadata.homepage ?? null,
    sha256: input.wheel,
    needs: metadata.requires.map(packageId),
    usedBy: [],
    texts,
  };
}

/** The most exact word counts: an expression, then the license field, classifiers, and the text itself. */
function licenceOf(
  metadata: CoreMetadata,
  texts: readonly LicenceText[],
): { readonly licence: Licence; readonly source: string } {
  const { licenceExpression, licence: field } = metadata;
  if (licenceExpression !== undefined) {
    const expression = normalExpression(licenceExpression);
    const licence: Licence =
      expression === undefined
        ? { is: 'unknown', said: [licenceExpression] }
        : { is: 'expression', expression };
    return { licence, source: 'License-Expression' };
  }
  const words = field === undefined || field.includes('\n') ? undefined : field;
  if (words !== undefined) {
    const expression = expressionOfWords(words);
    if (expression !== undefined) return { licence: { is: 'expression', expression }, source: 'License' };
    if (isPublicDomain(words)) return { licence: { is: 'public-domain' }, source: 'License' };
  }
  const classified = licenceOfClassifiers(metadata.classifiers);
  if (classified.is === 'expression' || classified.is === 'public-domain')
    return { licence: classified, source: 'classifiers' };
  const candidates = [
    ...(field === undefined ? [] : [{ name: 'License', text: field }]),
    ...texts.filter(({ name }) => /licen[cs]e|copying/i.test(name)),
  ];
  for (const { name, text } of candidates) {
    const expression = licenceOfText(text);
    if (expression !== undefined)
      return { licence: { is: 'expression', expression }, source: `the text of ${name}` };
  }
  const said = [
    ...(words === undefined ? [] : [words]),
    ...(classified.is === 'unknown' ? classified.said : []),
  ];
  return said.length > 0
    ? { licence: { is: 'unknown', said: [...new Set(said)] }, source: 'License and classifiers' }
    : { licence: { is: 'none' }, source: 'the metadata names none' };
}

const licenceName = /(^|\/)(licen[cs]e|copying|notice|authors|copyright|unlicense)/i;

/** PEP 639 has them in licenses/, older tools beside METADATA; a long License field is a text itself. */
function licenceTexts(
  context: Context,
  { others }: PackageInput,
  { licence, licenceFiles }: CoreMetadata,
): LicenceText[] {
  const files = others
    .filter(
      ({ name, content }) =>
        content.size <= textBytesMax &&
        (/^(licenses|license_files)\//.test(name) || licenceName.test(name) || licenceFiles.includes(name)),
    )
    .map(({ name, content }) => ({
      name: name.replace(/^(licenses|license_files)\//, ''),
      text: readText(context, content),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return files.length === 0 && licence?.includes('\n') === true
    ? [{ name: 'License', text: licence }]
    : files;
}

function readText(context: Context, content: Content): string {
  const bytes = content.at === 'file' ? readFileSync(content.path) : context.cache.blobs.get(content.sha256);
  if (bytes === undefined) throw new LostBytes(content.sha256);
  return bytes.toString('utf8');
}
