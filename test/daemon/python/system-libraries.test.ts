import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { elfNeeds } from '../../../daemon/python/elf-needs.ts';
import type { Resource } from '../../../daemon/python/resource.ts';
import { distributionResources } from '../../../daemon/python/standard-library.ts';
import { systemLibraries } from '../../../daemon/python/system-libraries.ts';
import { distributionOf, openRig, pythons, type PythonRig } from './python-rig.ts';

/** What the dynamic linker itself finds for a library: name to real path. */
function ldd(path: string): Map<string, string> {
  const lines = execFileSync('ldd', [path], { encoding: 'utf8' }).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const match = /^\s+(\S+) => (\/\S+)/.exec(line);
      return match?.[1] === undefined || match[2] === undefined ? [] : [[match[1], realpathSync(match[2])]];
    }),
  );
}

const everywhere =
  /^(lib(c|m|dl|pthread|util|rt|resolv|nsl|gcc_s|stdc\+\+|X11|Xext|Xrender|xcb|Xau|Xdmcp)|libpython.*)\.so|libbsd|libmd\./;

for (const name of ['3.11', 'debian'] as const) {
  test(`finds what the dynamic linker finds for the extension modules of ${name}`, async () => {
    using rig = openRig();
    const distribution = await distributionOf(rig.context, pythons[name]);
    const resources = await distributionResources(rig.context, distribution, {
      tests: false,
      resources: false,
    });
    const found = systemLibraries(rig.context, resources).map(({ resource }) => resource);
    const expected = new Map<string, string>();
    for (const { path, content } of resources)
      if (path.endsWith('.so') && content.at === 'file')
        for (const [library, place] of ldd(content.path)) expected.set(library, place);
    const unexplained = [...expected].filter(
      ([library]) => !everywhere.test(library) && !found.some(({ path }) => path === `lib/${library}`),
    );
    assert.deepEqual(unexplained, []);
    for (const { path, content } of found) {
      assert.ok(content.at === 'file' && content.path === expected.get(basename(path)), path);
      assert.ok(rig.traced.has(content.path));
    }
    assert.ok(found.some(({ path }) => path === 'lib/libffi.so.8'));
    assert.ok(!found.some(({ path }) => /lib(c|m|pthread|gcc_s|stdc\+\+)\.so/.test(path)));
    assert.deepEqual(
      systemLibraries(rig.context, resources).map(({ resource }) => resource),
      found,
      'and so it is when the needs are known',
    );
  });
}

/** Compiles a library that needs others; returns it as a resource. */
function library(rig: PythonRig, path: string, ...flags: string[]): Resource {
  rig.write({ 'empty.c': 'int f(void) { return 1; }\n', [`${path}.d/x`]: '' });
  const file = join(rig.folder, path);
  execFileSync('gcc', [
    '-shared',
    '-fPIC',
    '-o',
    file,
    join(rig.folder, 'empty.c'),
    '-Wl,--no-as-needed',
    ...flags,
  ]);
  const hash = rig.context.cache.hashFile(file);
  assert.ok(hash);
  return {
    path,
    content: { at: 'file', path: file, sha256: hash.sha256, size: hash.size },
    executable: false,
    what: { kind: 'file' },
    isStdlib: false,
    isTest: false,
  };
}

test('run paths, packed libraries and missing ones', () => {
  using rig = openRig();
  const inner = library(rig, 'private/libinner.so.1', '-Wl,-soname,libinner.so.1');
  const outer = library(
    rig,
    'pkg/outer.so',
    '-Wl,-soname,libouter.so,-rpath,$ORIGIN/../private',
    join(rig.folder, 'private/libinner.so.1'),
    '-lm',
  );
  assert.deepEqual(elfNeeds(join(rig.folder, 'pkg/outer.so')), {
    needed: ['libinner.so.1', 'libm.so.6', 'libc.so.6'],
    soname: 'libouter.so',
    searchPaths: ['$ORIGIN/../private'],
  });
  const paths = (resources: Resource[]): string[] =>
    systemLibraries(rig.context, resources).map(({ resource }) => resource.path);
  assert.deepEqual(paths([outer]), ['lib/libinner.so.1'], 'found as its run path says');
  assert.deepEqual(paths([outer, inner]), [], 'packed anyway');
  const lost = library(rig, 'pkg/lost.so', join(rig.folder, 'private/libinner.so.1'));
  assert.deepEqual(paths([lost]), [], 'not installed: nothing to pack');
});

const noLibraries: [name: string, text: string][] = [
  ['nothing', ''],
  ['text', 'GROUP ( /lib/libc.so.6 )'],
  ['an ELF header alone', '\x7fELF\x02\x01\x01'],
];
for (const [name, text] of noLibraries)
  test(`${name} needs nothing`, () => {
    using rig = openRig();
    rig.write({ 'x.so': text });
    assert.deepEqual(elfNeeds(join(rig.folder, 'x.so')), { needed: [], soname: null, searchPaths: [] });
  });
