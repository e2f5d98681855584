// Libraries that CPython and wheels commonly need, by name and licence. A distribution's copyright file is about a whole
// source package, its tools and tests included; what is linked or packed is the library alone, and its licence is its
// authors' own.
import type { Licence } from '../../protocol/licences.ts';

const licences: readonly [name: RegExp, expression: string][] = [
  [/^lib(ssl|crypto)(\.so\.3|\.a$)/, 'Apache-2.0'],
  [/^lib(ssl|crypto)\.so\.1/, 'OpenSSL'],
  [/^libz\./, 'Zlib'],
  [/^libbz2\./, 'bzip2-1.0.6'],
  [/^libffi\./, 'MIT'],
  [/^libexpat\./, 'MIT'],
  [/^libsqlite3\./, 'blessing'],
  [/^lib(readline|history)\./, 'GPL-3.0-or-later'],
  [/^lib(gdbm|gdbm_compat)\.so\.(6|4)/, 'GPL-3.0-or-later'],
  [
    /^lib(ncurses|ncursesw|tinfo|panel|panelw|form|formw|menu|menuw)\./,
    'X11-distribute-modifications-variant',
  ],
  [/^libuuid\./, 'BSD-3-Clause'],
  [/^libmpdec\./, 'BSD-2-Clause'],
  [/^libedit\./, 'BSD-3-Clause'],
  [/^libbsd\./, 'BSD-3-Clause'],
  [/^libdb-5\.[0-3]\./, 'Sleepycat'],
  [/^lib(tcl|tk)\d?[\d.]*\./, 'TCL'],
  [/^lib(crypt|xcrypt)\./, 'LGPL-2.1-or-later'],
  [/^libnsl\./, 'LGPL-2.1-only'],
  [/^libtirpc\./, 'BSD-3-Clause'],
  [/^lib(gssapi_krb5|k5crypto|krb5|krb5support|com_err)\./, 'MIT'],
  [/^libkeyutils\./, 'LGPL-2.0-or-later'],
  [/^libzstd\./, 'BSD-3-Clause OR GPL-2.0-only'],
  [/^liblz4\./, 'BSD-2-Clause'],
  [/^libbrotli/, 'MIT'],
  [/^libpng16\./, 'libpng-2.0'],
  [/^libfreetype\./, 'FTL OR GPL-2.0-or-later'],
  [/^libfontconfig\./, 'HPND-sell-variant'],
  [/^libX(ft|ss|cursor|fixes|i|inerama|randr|damage|composite)\./, 'MIT'],
];

/** Undefined for a library that is not among them. */
export function knownLibraryLicence(name: string): Licence | undefined {
  // xz 5.6 and later; what came before was put into the public domain.
  if (/^liblzma\./.test(name)) return { is: 'public-domain' };
  const expression = licences.find(([pattern]) => pattern.test(name))?.[1];
  return expression === undefined ? undefined : { is: 'expression', expression };
}
