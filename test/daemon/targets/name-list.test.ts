// What a list of names keeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sha256 } from '../../../cache/cache.ts';
import { NameList } from '../../../daemon/targets/name-list.ts';
import type { Resource } from '../../../daemon/python/resource.ts';

const module = (name: string): [string, Resource['what']] => [
  `${name.replaceAll('.', '/')}.py`,
  { kind: 'module-source', name, isPackage: false },
];
const data = (path: string, of: string): [string, Resource['what']] => [
  path,
  { kind: 'package-resource', package: of, name: path.slice(of.length + 1) },
];
const metadata: [string, Resource['what']] = [
  'app-1.2.dist-info/METADATA',
  { kind: 'distribution-resource', package: 'app', version: '1.2', name: 'METADATA' },
];

const rows: [lines: string[], [path: string, what: Resource['what']], kept: boolean][] = [
  [['app', 'app.work'], module('app.work'), true],
  [['app', 'app.work'], module('app.other'), false],
  [['_sqlite3'], ['lib/_sqlite3.so', { kind: 'extension-module', name: '_sqlite3' }], true],
  // A list of names alone goes by packages, as PyOxidizer does.
  [['app'], data('app/data.txt', 'app'), true],
  [['app'], data('other/data.txt', 'other'), false],
  [['app'], metadata, true],
  [['app'], ['share/x', { kind: 'file' }], true],
  // One with patterns tells about files too.
  [['app', 'app/**'], data('app/deep/data.txt', 'app'), true],
  [['app', 'app/data.txt'], data('app/other.txt', 'app'), false],
  [['app', 'app/**'], data('app/tests/data.txt', 'app.tests'), false],
  [['app', 'app/**'], metadata, false],
  [['app', 'app-*.dist-info/**'], metadata, true],
  [['app', 'app/**'], ['share/x', { kind: 'file' }], false],
  [['app/**'], module('app'), false],
];
for (const [lines, [path, what], kept] of rows)
  test(`${lines.join(' ')}: ${path} ${kept ? 'stays' : 'goes'}`, () => {
    const content = { at: 'blob', sha256: '' as Sha256, size: 0 } as const;
    const resource = { path, what, content, executable: false, isStdlib: false, isTest: false };
    assert.equal(new NameList(lines).keeps(resource), kept);
  });
