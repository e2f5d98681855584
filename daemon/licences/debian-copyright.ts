// Debian's copyright files: machine-readable ones (debian.org/doc/packaging-manuals/copyright-format/1.0) say what the
// sources as a whole are under.
import type { Licence } from '../../protocol/licences.ts';
import { normalExpression } from './expression.ts';

/** Short names of the format that are not SPDX's. */
const shortNames: Readonly<Record<string, string>> = {
  expat: 'MIT',
  zlib: 'Zlib',
  artistic: 'Artistic-1.0',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
};

/** What the stanza about all files says; `none` for a file that is not in the format. */
export function licenceOfCopyright(text: string): Licence {
  if (!/^Format:/m.test(text.slice(0, 500))) return { is: 'none' };
  const stanza = text
    .replaceAll('\r\n', '\n')
    .split(/\n\s*\n/)
    .find((part) => /^Files:\s*\*\s*$/m.test(part));
  const words = stanza === undefined ? undefined : /^License:[ \t]*(.+)$/m.exec(stanza)?.[1]?.trim();
  if (words === undefined) return { is: 'none' };
  if (/^public-domain$/i.test(words)) return { is: 'public-domain' };
  const expression = normalExpression(
    words
      .replaceAll(/,\s*/g, ' ')
      .split(/\s+/)
      .map((word) => shortNameOf(word))
      .join(' '),
  );
  return expression === undefined ? { is: 'unknown', said: [words] } : { is: 'expression', expression };
}

/** "GPL-2+" is GPL-2.0-or-later. */
function shortNameOf(word: string): string {
  const gnu = /^(A?GPL|LGPL|GFDL)-(\d)(?:\.(\d))?(\+?)$/i.exec(word);
  if (gnu !== null)
    return `${gnu[1]?.toUpperCase()}-${gnu[2]}.${gnu[3] ?? '0'}${gnu[4] === '+' ? '-or-later' : '-only'}`;
  return shortNames[word.toLowerCase()] ?? word;
}
