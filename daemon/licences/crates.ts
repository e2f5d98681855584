// Rust crates: what cargo says of them, and the licence files in their sources.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Licence } from '../../protocol/licences.ts';
import type { Crate } from '../executable/cargo-metadata.ts';
import { type LicenceText, type TextedComponent, textBytesMax } from './component.ts';
import { normalExpression } from './expression.ts';
import { licenceOfText } from './recognise.ts';

export const crateId = (nameAndVersion: string): string => `crate:${nameAndVersion}`;

export function crateComponents(crates: readonly Crate[]): TextedComponent[] {
  return crates.map((crate): TextedComponent => {
    const { name, version, homepage, checksum, needs, isLocal } = crate;
    const texts = licenceTexts(crate);
    return {
      id: crateId(`${name}@${version}`),
      kind: 'crate',
      name,
      version,
      // A project of the user's own is not the crate of that name on crates.io.
      purl: isLocal ? null : `pkg:cargo/${name}@${encodeURIComponent(version)}`,
      ...licenceOf(crate, texts),
      homepage,
      sha256: checksum,
      needs: needs.map(crateId),
      usedBy: [],
      texts,
    };
  });
}

function licenceOf(
  { license, licenseFile }: Crate,
  texts: readonly LicenceText[],
): { readonly licence: Licence; readonly source: string } {
  if (license !== null && license !== '') {
    const expression = normalExpression(license);
    return {
      licence:
        expression === undefined ? { is: 'unknown', said: [license] } : { is: 'expression', expression },
      source: 'Cargo.toml',
    };
  }
  for (const { name, text } of texts) {
    const expression = licenceOfText(text);
    if (expression !== undefined)
      return { licence: { is: 'expression', expression }, source: `the text of ${name}` };
  }
  return {
    licence: licenseFile === null ? { is: 'none' } : { is: 'unknown', said: [licenseFile] },
    source: 'Cargo.toml',
  };
}

const licenceName = /^(licen[cs]e|copying|notice|copyright|unlicense)/i;

function licenceTexts({ folder, licenseFile }: Crate): LicenceText[] {
  const names = namesIn(folder).filter((name) => licenceName.test(name));
  if (licenseFile !== null && !names.includes(licenseFile)) names.push(licenseFile);
  return names.toSorted().flatMap((name) => {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size <= textBytesMax
      ? [{ name, text: readFileSync(path, 'utf8') }]
      : [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The standard library is linked into every Rust program. `rustc` is what `rustc -vV` prints. */
export function rustLibrary(rustc: string): TextedComponent {
  const version = /^release: (.+)$/m.exec(rustc)?.[1] ?? null;
  return {
    id: 'crate:std',
    kind: 'crate',
    name: 'Rust standard library',
    version,
    purl: version === null ? null : `pkg:generic/rust-std@${encodeURIComponent(version)}`,
    licence: { is: 'expression', expression: 'MIT OR Apache-2.0' },
    source: "Rust's own licence",
    homepage: 'https://www.rust-lang.org/',
    sha256: null,
    needs: [],
    usedBy: [],
    texts: [],
  };
}
