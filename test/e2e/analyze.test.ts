// `oxd analyze` on an executable that oxd built, on others beside readelf, and on what is none.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Analysis } from '../../daemon/executable/analyze.ts';
import { openImage } from '../../daemon/executable/image-reader.ts';
import { oxd, stopDaemon } from './oxd.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-analyze-'));
const executable = join(folder, 'numpy/build/x86_64-unknown-linux-gnu/debug/exe/hilbert');

function analysisOf(path: string): Analysis {
  const result = oxd(['analyze', '--json', path]);
  assert.equal(result.code, 0, result.stdout + result.stderr);
  return JSON.parse(result.stdout) as Analysis;
}

/** What binutils say: the libraries, sorted, and the newest glibc that is not weak. */
function readelf(path: string): { libraries: string[]; glibc: string | undefined } {
  const output = execFileSync('readelf', ['-W', '-d', '-V', path], { encoding: 'utf8' });
  const versions = [...output.matchAll(/Name: GLIBC_(\d+\.\d+)\S*\s+Flags: none/g)].map(
    ([, version]) => version,
  );
  return {
    libraries: [...output.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name ?? '').toSorted(),
    glibc: versions.toSorted((a, b) => Number(a?.slice(2)) - Number(b?.slice(2))).at(-1),
  };
}

suite('oxd analyze', { concurrency: false }, () => {
  before(() => {
    cpSync('examples/numpy', join(folder, 'numpy'), {
      recursive: true,
      filter: (path) => !path.endsWith('/build'),
    });
    const built = oxd(['build', '--path', join(folder, 'numpy')]);
    assert.equal(built.code, 0, built.stderr);
  });
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the sizes of the parts add up to the executable, sorted', () => {
    const { sizes = [], size, pythonVersion } = analysisOf(executable);
    assert.equal(size, statSync(executable).size);
    assert.match(pythonVersion ?? '', /^3\.\d+$/);
    const stored = sizes.map((part) => part.stored);
    assert.equal(
      stored.reduce((sum, bytes) => sum + bytes, 0),
      size,
    );
    assert.deepEqual(
      stored,
      stored.toSorted((a, b) => b - a),
    );
    assert.ok(stored.every((bytes) => bytes > 0));
    const numpy = sizes.find(({ name }) => name === 'numpy 2.1.3');
    assert.ok(
      numpy !== undefined && numpy.stored > 10e6,
      'with its module folder, its libraries and its metadata',
    );
    assert.deepEqual(
      sizes.filter(({ kind }) => kind === 'package').map(({ name }) => name),
      ['numpy 2.1.3'],
    );
  });

  test('packed libraries count for the glibc and the libraries that it needs', () => {
    const { libraries, glibc } = analysisOf(executable);
    const own = readelf(executable);
    const expected = new Set(own.libraries);
    let newest = own.glibc ?? '2.0';
    using image = openImage(executable);
    const packed = new Set(image.files.map(({ path }) => path.split('/').at(-1)));
    const copy = join(folder, 'packed.so');
    for (const file of image.files.filter(({ path }) => /\.so[.\d]*$/.test(path))) {
      writeFileSync(copy, image.read(file));
      const one = readelf(copy);
      for (const name of one.libraries) if (!packed.has(name)) expected.add(name);
      if (Number(one.glibc?.slice(2) ?? 0) > Number(newest.slice(2))) newest = one.glibc ?? newest;
    }
    assert.deepEqual(
      libraries.map(({ name }) => name),
      [...expected].filter((name) => !name.startsWith('libpython')).toSorted(),
    );
    assert.equal(glibc?.minimum, newest);
    assert.equal(glibc.toStart, own.glibc);
    assert.deepEqual(
      libraries.filter(({ verdict }) => verdict === 'problematic'),
      [],
    );
  });

  test('in words', () => {
    const { code, stdout } = oxd(['analyze', executable]);
    assert.equal(code, 0);
    assert.match(stdout, /^\/.*\/hilbert: \d+ MB, built by oxd with Python 3\.\d+\n/);
    assert.match(stdout, /^ {2}OK +libc\.so\.6$/m);
    // The headings are PyOxidizer's.
    assert.match(stdout, /^Shared Library Dependencies\n=+\n/m);
    assert.match(
      stdout,
      /^Symbol Versioning\n=+\nglibc\n {2}Minimum Version: 2\.\d+, needed by .*\n {2}Minimum Distro Versions:$/m,
    );
    assert.match(stdout, /^ {4}Debian +\d+ and later$/m);
    assert.match(stdout, /^ {4}Alpine +no: it has musl$/m);
    assert.match(stdout, /^ {2}numpy 2\.1\.3 +[\d.]+ MB +[\d.]+ MB +\d+$/m);
  });

  for (const path of ['/bin/ls', process.execPath]) {
    test(`${path} as readelf sees it`, () => {
      const { libraries, glibc, sizes } = analysisOf(path);
      const expected = readelf(path);
      assert.deepEqual(
        libraries.map(({ name }) => name),
        expected.libraries,
      );
      assert.equal(glibc?.minimum, expected.glibc);
      assert.equal(sizes, undefined);
    });
  }

  test('a library that only some machines have is problematic', () => {
    const verdicts = analysisOf(programOfRareLibrary()).libraries;
    assert.deepEqual(
      verdicts.map(({ name, verdict }) => [name, verdict]),
      [
        ['libc.so.6', 'ok'],
        ['librare.so.7', 'problematic'],
      ],
    );
  });

  const refused: [what: string, make: (path: string) => void, message: RegExp][] = [
    ['text', (path) => writeFileSync(path, '#!/bin/sh\n'), /is not an ELF file\nhint: /],
    ['an empty file', (path) => writeFileSync(path, ''), /is not an ELF file/],
    ['nothing', () => undefined, /there is no such file/],
    ['a folder', (path) => cpSync('examples/numpy', path, { recursive: true }), /it is not a file/],
    [
      'an ELF header alone',
      (path) => writeFileSync(path, readFileSync('/bin/ls').subarray(0, 64)),
      /is damaged/,
    ],
    [
      'a truncated executable',
      (path) => {
        cpSync(executable, path);
        truncateSync(path, statSync(executable).size / 2);
      },
      /is damaged/,
    ],
  ];
  for (const [index, [what, make, message]] of refused.entries()) {
    test(`${what} is refused`, () => {
      const path = join(folder, `refused-${index}`);
      make(path);
      const { code, stdout, stderr } = oxd(['analyze', path]);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /bug/);
      assert.equal(stdout, '');
      assert.equal(code, 1);
    });
  }
});

/** A program that is linked to a library of its own. */
function programOfRareLibrary(): string {
  const cc = (...args: string[]): Buffer => execFileSync('cc', args, { cwd: folder });
  writeFileSync(join(folder, 'rare.c'), 'int rare(void) { return 7; }\n');
  writeFileSync(join(folder, 'main.c'), 'int rare(void); int main(void) { return rare(); }\n');
  cc('-shared', '-fPIC', '-Wl,-soname,librare.so.7', '-o', 'librare.so', 'rare.c');
  cc('-o', 'program', 'main.c', '-L.', '-lrare');
  return join(folder, 'program');
}
