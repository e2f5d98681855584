// Debian's copyright files, and the owners of this machine's libraries beside what dpkg says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { licenceOfCopyright } from '../../../daemon/licences/debian-copyright.ts';
import { debianOwners } from '../../../daemon/licences/debian-packages.ts';
import type { Licence } from '../../../protocol/licences.ts';

const of = (licence: string): string =>
  `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: debian/*\nLicense: GPL-2+\n\nFiles: *\nCopyright: 2000 someone\nLicense: ${licence}\n text\n`;
const expression = (text: string): Licence => ({ is: 'expression', expression: text });

const rows: [copyright: string, licence: Licence][] = [
  [of('GPL-3+'), expression('GPL-3.0-or-later')],
  [of('LGPL-2.1'), expression('LGPL-2.1-only')],
  [of('Expat'), expression('MIT')],
  [of('GPL-2+ or Artistic'), expression('GPL-2.0-or-later OR Artistic-1.0')],
  [of('BSD-3-clause and zlib'), expression('BSD-3-Clause AND Zlib')],
  [of('public-domain'), { is: 'public-domain' }],
  [of('my-own'), { is: 'unknown', said: ['my-own'] }],
  ['This package was debianized by someone.\nLicense: GPL', { is: 'none' }],
];
for (const [copyright, licence] of rows)
  test(`a copyright file with ${/\*\nCopyright.*\nLicense: (.*)/.exec(copyright)?.[1] ?? 'no format'}`, () =>
    assert.deepEqual(licenceOfCopyright(copyright), licence));

const libraries = '/usr/lib/x86_64-linux-gnu';
test(
  'libraries belong to the packages that dpkg names',
  { skip: !existsSync('/var/lib/dpkg/status') },
  () => {
    const paths = readdirSync(libraries)
      .filter((name) => /^lib(z|expat|ssl|crypto)\.so\.\d+$/.test(name))
      .map((name) => realpathSync(join(libraries, name)));
    assert.ok(paths.length > 0, 'there are some');
    const owners = debianOwners([...paths, '/usr/lib/nobody/owns.so']);
    for (const path of paths) {
      const search = (place: string): string => {
        try {
          return execFileSync('dpkg', ['-S', place], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          });
        } catch {
          return '';
        }
      };
      const said = (search(path) || search(path.replace(/^\/usr/, ''))).replace(/: \/.*\n$/, '');
      const owner = owners.get(path);
      const version = execFileSync('dpkg-query', ['-W', '-f', '${Version}', said], { encoding: 'utf8' });
      assert.deepEqual([owner?.name, owner?.version], [said.replace(/:.*$/, ''), version], path);
      assert.match(owner?.purl ?? '', /^pkg:deb\/\w+\/[\w.+%-]+@[^@]+\?arch=\w+$/);
    }
    assert.equal(owners.get('/usr/lib/nobody/owns.so'), undefined);
  },
);
