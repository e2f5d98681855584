// `oxd python`, `oxd find-resources`, `oxd cache clear` and the names that PyOxidizer has for them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { pythons } from '../daemon/python/python-rig.ts';
import { makeArchive } from '../support/standalone-archive.ts';
import { oxd, stopDaemon } from './oxd.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-python-commands-'));
const archive = join(folder, 'cpython-3.12.1-full.tar.zst');
const cache = join(folder, 'cache');
const said = (args: readonly string[]): string => {
  const result = oxd(args, { cwd: folder, cache });
  assert.equal(result.code, 0, result.stderr);
  return result.stdout;
};

suite('Pythons and what is in them', { concurrency: false }, () => {
  before(async () => {
    // PYTHON.json of version 6; other tests have 7 and 8.
    const form = { kind: 'full', compression: 'zst', hasStatic: true, info: { version: '6' } } as const;
    await makeArchive(pythons['3.12'], archive, form);
    mkdirSync(join(folder, 'tree/pkg/data'), { recursive: true });
    mkdirSync(join(folder, 'tree/pkg-1.0.dist-info'));
    for (const [path, text] of [
      ['pkg/__init__.py', ''],
      ['pkg/part.py', 'x = 1'],
      ['pkg/data/a.txt', 'a'],
      ['pkg-1.0.dist-info/METADATA', 'Name: pkg\nVersion: 1.0\n'],
      ['hooks.pth', 'import pkg'],
      ['old.egg', ''],
      ['run.sh', '#!/bin/sh'],
    ] as const)
      writeFileSync(join(folder, 'tree', path), text, { mode: path === 'run.sh' ? 0o755 : 0o644 });
    const wheel = join(import.meta.dirname, '../daemon/python/wheel.py');
    execFileSync(pythons['3.11'], [
      wheel,
      folder,
      'wheeled',
      '2.0',
      'wheeled/__init__.py=pass',
      'wheeled-2.0.data/purelib/extra.py=pass',
      'wheeled-2.0.data/scripts/tool=#!python',
    ]);
  });
  after(() => {
    stopDaemon({ cache });
    rmSync(folder, { recursive: true, force: true });
  });

  test('find-resources prints what files are to Python', () => {
    const flags = 'is_stdlib: false, is_test: false';
    assert.equal(
      said(['find-resources', '--no-emit-files', 'tree']),
      [
        'scanning directory tree',
        'PythonPathExtension',
        'PythonEggFile { path: old.egg }',
        'PythonPackageDistributionResource { package: pkg, version: 1.0, name: METADATA }',
        `PythonModuleSource { name: pkg, is_package: true, ${flags} }`,
        `PythonPackageResource { package: pkg, name: data/a.txt, ${flags} }`,
        `PythonModuleSource { name: pkg.part, is_package: false, ${flags} }`,
        '',
      ].join('\n'),
    );
  });

  test('and plain files before it', () => {
    const lines = said(['find-resources', '--no-classify-files', 'tree']).trimEnd().split('\n');
    assert.equal(lines.at(-1), 'File { path: run.sh, is_executable: true }');
    assert.equal(lines.length, 8);
    const both = said(['find-resources', 'tree']).split('\n');
    assert.equal(both.indexOf('File { path: hooks.pth, is_executable: false }') + 1, 2);
    assert.equal(both[2], 'PythonPathExtension');
  });

  test('of a wheel it shows what would stand on sys.path', () => {
    const lines = said(['find-resources', '--no-emit-files', 'wheeled-2.0-py3-none-any.whl']).split('\n');
    assert.equal(lines[0], 'parsing wheeled-2.0-py3-none-any.whl as a wheel archive');
    const modules = lines.filter((line) => line.startsWith('PythonModuleSource'));
    assert.deepEqual(
      modules.map((line) => /name: (\S+),/.exec(line)?.[1]),
      ['extra', 'wheeled'],
    );
    assert.ok(!lines.some((line) => line.includes('tool')));
  });

  test('of a distribution it shows extension modules with their libraries', () => {
    const text = said(['find-resources', '--scan-distribution', '--python', archive]);
    assert.match(text, /^scanning distribution\n/);
    assert.match(
      text,
      /PythonExtensionModule \{\n {4}name: _ssl\n {4}is_builtin: false\n {4}has_shared_library: true\n {4}has_object_files: false\n {4}link_libraries: \["ssl"\]\n\}\n/,
    );
    assert.match(
      text,
      /PythonModuleSource \{ name: json, is_package: true, is_stdlib: true, is_test: false \}/,
    );
  });

  test('other files are not scanned', () => {
    assert.match(
      said(['find-resources', 'tree/run.sh']),
      /^do not know how to find resources in tree\/run.sh\n$/,
    );
    const nothing = oxd(['find-resources'], { cwd: folder, cache });
    assert.equal(nothing.code, 64);
    assert.match(nothing.stderr, /do not know what to scan\nhint: /);
  });

  test('info has the four sections', () => {
    const text = said(['python-distribution-info', archive]);
    assert.match(
      text,
      /^High-Level Metadata\n===================\n\nTarget triple: x86_64-unknown-linux-gnu\nTag: {11}cp312\nPlatform tag: {2}linux-x86_64\nVersion: {7}3.12.1\n\nExtension Modules\n=================\n\n/,
    );
    assert.match(
      text,
      /\n_ssl\n----\n\ndefault\n\^{7}\n\nRequired: false\nBuilt-in Default: false\nLinks: ssl \(system\)\n/,
    );
    assert.match(
      text,
      /\nzlib\n----\n\ndefault\n\^{7}\n\nRequired: false\nBuilt-in Default: true\nLicensing: Zlib\nLinks: z \(static\)\n/,
    );
    assert.match(text, /\nPython Modules\n==============\n\n(.+\n)*json\.decoder\n/);
    assert.match(text, /\nPython Resources\n================\n\n/);
    assert.equal(said(['python', 'info', archive]), text);
  });

  for (const [name, args] of Object.entries({
    'its newest form': ['python-distribution-extract', '--archive-path', archive],
    'the form of 0.7': ['python-distribution-extract', archive],
    'our own': ['python', 'extract', archive],
  }))
    test(`extract, in ${name}`, () => {
      const into = `out-${args.length}-${args[0]}`;
      assert.equal(said([...args, into]), `extracting archive to ${into}\n`);
      assert.ok(existsSync(join(folder, into, 'python/PYTHON.json')));
      assert.ok(existsSync(join(folder, into, 'python/install/bin/python3.12')));
      assert.equal(oxd([...args, into], { cwd: folder, cache }).code, 1, 'never into what is there');
    });

  test('extract wants to know what', () => {
    const result = oxd(['python-distribution-extract', 'there'], { cwd: folder, cache });
    assert.equal(result.code, 64);
    assert.match(result.stderr, /do not know what distribution to operate on/);
  });

  test('install takes an archive into the cache', () => {
    assert.match(said(['python', 'install', archive]), /^CPython 3\.12\.1 from .*: \/.*python3\.12\n$/);
    const unknown = oxd(['python', 'install', '3.12.77'], { cwd: folder, cache });
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /no archive of it is known\nhint: known are 3\.12\.2, /);
  });

  test('list tells which can be packed, and why others cannot', () => {
    const text = said(['python', 'list']);
    assert.match(text, /^3\.13\.0 {4}static {3}\/.*python3\.13$/m);
    assert.match(text, /^3\.12\.2 {4}static {3}not downloaded: cpython-3\.12\.2\+20240224-x86_64/m);
    assert.match(text, /cannot be packed:\n(.*\n)*3\.9\.\d+ .*: only Python 3\.10 to 3\.13 can be packed/);
    const { installed } = JSON.parse(said(['python', 'list', '--json'])) as {
      installed: { path: string; version?: string; linking?: string }[];
    };
    assert.ok(installed.some(({ version, linking }) => version === '3.13.0' && linking === 'static'));
  });

  test('cache clear leaves nothing behind, and the cache goes on', () => {
    assert.ok(readdirSync(join(cache, 'trees')).length > 0);
    const [first, second] = said(['cache', 'clear']).split('\n');
    assert.equal(first, `removing ${cache}`);
    assert.match(second ?? '', /^\d.* MB removed$/);
    assert.ok(!existsSync(join(cache, 'trees')));
    assert.match(said(['python', 'install', archive]), /CPython 3\.12\.1/);
    assert.match(said(['cache-clear']), /removing/);
  });

  test('python-distribution-licenses of an archive tells what PYTHON.json says', () => {
    const lines = said(['python-distribution-licenses', archive]).split('\n');
    assert.equal(lines[0], 'Licences of CPython 3.12.1');
    assert.match(lines[1] ?? '', /^ {2}CPython 3\.12\.1 +Python-2\.0 OR CNRI-Python \(PYTHON\.json\)$/);
    assert.match(lines[2] ?? '', /^ {2}zlib +Zlib \(PYTHON\.json; for libz\)$/);
  });
});
