// CycloneDX and SPDX documents beside the schemas and tools that their projects publish.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import type { TextedComponent } from '../../../daemon/licences/component.ts';
import { cycloneDx, rootNeeds } from '../../../daemon/licences/cyclonedx.ts';
import { spdxDocument } from '../../../daemon/licences/spdx-document.ts';
import type { Licence } from '../../../protocol/licences.ts';
import { pythons } from '../python/python-rig.ts';

const component = (id: string, licence: Licence, more: Partial<TextedComponent> = {}): TextedComponent => ({
  id,
  kind: 'package',
  name: id.replace(/^\w+:/, ''),
  version: '1.0',
  purl: null,
  licence,
  source: 'License',
  homepage: null,
  sha256: null,
  needs: [],
  usedBy: [],
  texts: [],
  ...more,
});
const under = (expression: string): Licence => ({ is: 'expression', expression });

/** Everything that a component can be. */
const components = [
  component('python:CPython', under('PSF-2.0'), { kind: 'python', purl: 'pkg:generic/cpython@3.11.7' }),
  component('extension-module:_bz2', under('bzip2-1.0.6'), { kind: 'extension-module', version: null }),
  component(
    'library:libstdc++.so.6',
    { is: 'public-domain' },
    {
      kind: 'library',
      purl: 'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64',
      sha256: 'ab'.repeat(32),
      needs: ['python:CPython'],
    },
  ),
  component('package:both', under('MIT OR (Apache-2.0 AND GPL-2.0-only WITH Classpath-exception-2.0)'), {
    purl: 'pkg:pypi/both@1.0%2Blocal',
    homepage: 'https://example.org/a?b=c',
    needs: ['package:custom', 'package:circle'],
  }),
  component('package:custom', under('LicenseRef-Ours'), { texts: [{ name: 'LICENSE', text: 'Ours alone' }] }),
  component(
    'package:circle',
    { is: 'unknown', said: ['Ask Bob', 'BSD License'] },
    { needs: ['package:both'] },
  ),
  component('package:bare', { is: 'none' }, { homepage: 'not a URL' }),
  component('package:old', under('GPL-2.0+')),
];
const subject = { name: 'my prog', components, epoch: undefined };

test('the CycloneDX document is valid against the schema of version 1.6', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  assert.equal(await validator.validate(cycloneDx(subject)), null);
  // It is strict indeed.
  const wrong = cycloneDx(subject).replace('"type": "application"', '"type": "nothing"');
  assert.notEqual(await validator.validate(wrong), null);
});

test('it says what each component is under, and what needs what', () => {
  const document = JSON.parse(cycloneDx(subject)) as {
    components: { 'bom-ref': string; licenses?: unknown; hashes?: unknown }[];
    dependencies: { ref: string; dependsOn: string[] }[];
  };
  const licences = Object.fromEntries(document.components.map((one) => [one['bom-ref'], one.licenses]));
  assert.deepEqual(licences['python:CPython'], [{ license: { id: 'PSF-2.0' } }]);
  assert.deepEqual(licences['package:both'], [
    { expression: 'MIT OR (Apache-2.0 AND GPL-2.0-only WITH Classpath-exception-2.0)' },
  ]);
  assert.deepEqual(licences['package:circle'], [
    { license: { name: 'Ask Bob' } },
    { license: { name: 'BSD License' } },
  ]);
  assert.equal(licences['package:bare'], undefined);
  const needs = new Map(document.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  assert.deepEqual(needs.get('package:both'), ['package:custom', 'package:circle']);
  assert.deepEqual(needs.get('application:my prog'), rootNeeds(components));
});

test('everything hangs on the program, circles too', () => {
  assert.deepEqual(rootNeeds(components), [
    'extension-module:_bz2',
    'library:libstdc++.so.6',
    'package:bare',
    'package:old',
    'package:both',
  ]);
});

test('equal programs give equal documents, and SOURCE_DATE_EPOCH is their time', () => {
  for (const make of [cycloneDx, spdxDocument]) {
    assert.equal(make(subject), make({ ...subject }));
    assert.notEqual(make(subject), make({ ...subject, name: 'other' }));
    assert.match(make({ ...subject, epoch: '1700000000' }), /"2023-11-14T22:13:20Z"/);
  }
});

/** Kept between runs of the tests: installing it takes a quarter of a minute. */
const tools = join(
  process.env['OXD_TEST_CACHE_DIR'] ?? join(tmpdir(), `oxd-test-cache-${process.getuid?.() ?? 0}`),
  'spdx-tools-0.8.5',
);

test('the SPDX document passes the checks of the SPDX project', () => {
  if (!existsSync(join(tools, 'done'))) {
    execFileSync(pythons['3.11'], ['-m', 'pip', 'install', '-q', '--target', tools, 'spdx-tools==0.8.5'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    writeFileSync(join(tools, 'done'), '');
  }
  const folder = mkdtempSync(join(tmpdir(), 'oxd-spdx-'));
  const file = join(folder, 'bill.spdx.json');
  const check = (text: string): string => {
    writeFileSync(file, text);
    const code =
      'from spdx_tools.spdx.clitools.pyspdxtools import main; main(["--infile", "FILE", "--version", "SPDX-2.3"])';
    try {
      execFileSync(pythons['3.11'], ['-c', code.replace('FILE', file)], {
        env: { ...process.env, PYTHONPATH: tools },
        encoding: 'utf8',
        stdio: 'pipe',
      });
      return 'valid';
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return `${stdout}\n${stderr}`;
    }
  };
  try {
    const document = spdxDocument(subject);
    assert.equal(check(document), 'valid');
    assert.match(check(document.replace('GPL-2.0+', 'Nonsense-1.0')), /Nonsense-1\.0/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('and says what it must of licences that no list has', () => {
  const document = JSON.parse(spdxDocument(subject)) as {
    packages: { name: string; licenseDeclared: string; licenseComments?: string }[];
    hasExtractedLicensingInfos: { licenseId: string; extractedText: string }[];
  };
  assert.deepEqual(
    document.hasExtractedLicensingInfos.map(({ licenseId, extractedText }) => [licenseId, extractedText]),
    [
      ['LicenseRef-Ours', 'Ours alone'],
      ['LicenseRef-oxd-public-domain', 'In the public domain.'],
    ],
  );
  const circle = document.packages.find(({ name }) => name === 'circle');
  assert.equal(circle?.licenseDeclared, 'NOASSERTION');
  assert.equal(circle.licenseComments, 'The metadata says: Ask Bob; BSD License');
});
