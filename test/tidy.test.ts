// The repository checks itself: import directions, file sizes, banned names and words.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** Who may import whom; a layer may always import itself. Files named here are layers of their own. */
const mayImport: Record<string, readonly string[]> = {
  protocol: [],
  cache: [],
  client: ['protocol'],
  'daemon/starlark': [],
  'daemon/context.ts': ['protocol', 'cache'],
  'daemon/step.ts': ['daemon/context.ts', 'protocol'],
  'daemon/python': ['daemon/context.ts', 'daemon/step.ts', 'cache', 'protocol'],
  'daemon/executable': ['daemon/context.ts', 'daemon/step.ts', 'daemon/python', 'cache', 'protocol'],
  'daemon/packaging': ['daemon/context.ts', 'daemon/step.ts', 'daemon/python', 'cache', 'protocol'],
  'daemon/licences': [
    'daemon/context.ts',
    'daemon/step.ts',
    'daemon/python',
    'daemon/executable',
    'cache',
    'protocol',
  ],
  'daemon/config': [
    'daemon/context.ts',
    'daemon/step.ts',
    'daemon/starlark',
    'daemon/python',
    'daemon/executable',
    'daemon/packaging',
    'protocol',
  ],
  daemon: [
    'protocol',
    'cache',
    'daemon/context.ts',
    'daemon/step.ts',
    'daemon/starlark',
    'daemon/python',
    'daemon/config',
    'daemon/executable',
    'daemon/licences',
    'daemon/packaging',
  ],
  test: [
    'protocol',
    'cache',
    'client',
    'daemon',
    'daemon/context.ts',
    'daemon/step.ts',
    'daemon/starlark',
    'daemon/python',
    'daemon/config',
    'daemon/executable',
    'daemon/licences',
    'daemon/packaging',
  ],
};

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const sources = tracked.filter((file) => /^(protocol|cache|client|daemon|test)\/.*\.ts$/.test(file));

// The most specific name wins: daemon/starlark/scan.ts belongs to 'daemon/starlark', not to 'daemon'.
const layerOf = (file: string): string | undefined =>
  Object.keys(mayImport)
    .filter((layer) => file === layer || file.startsWith(layer + '/'))
    .toSorted((a, b) => b.length - a.length)[0];

test('imports point one way', () => {
  assert.ok(sources.length > 20, 'found the sources');
  const wrong: string[] = [];
  for (const file of sources) {
    const from = layerOf(file);
    assert.ok(from, `${file} belongs to a layer`);
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const to = layerOf(normalize(join(dirname(file), target ?? '')));
      // The one door: `--no-daemon` loads the engine into the client's own process, lazily.
      if (file === 'client/in-process.ts' && to === 'daemon') continue;
      // And `oxd starlark` is the language without a daemon.
      if (file === 'client/starlark.ts' && to === 'daemon/starlark') continue;
      // `oxd analyze` reads an executable without one.
      if (file === 'client/analyze.ts' && to === 'daemon/executable') continue;
      if (to !== from && !(to !== undefined && mayImport[from]?.includes(to)))
        wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

const absences: [what: string, pattern: RegExp, where: RegExp][] = [
  ['only cache/ contains SQL', /better-sqlite3/, /^(?!cache\/)/],
  ['only client/ writes to a terminal', /process\.stdout|console\./, /^(?!client\/)/],
  ['only client/main.ts reads the current directory', /process\.cwd\(\)/, /^(?!client\/main\.ts)/],
  [
    'only python/, executable/ and packaging/ start programs of the engine',
    /from '(execa|node:child_process)'/,
    /^(?!client\/|daemon\/(python|executable|packaging)\/)/,
  ],
];
for (const [what, pattern, where] of absences) {
  test(what, () => {
    const product = sources.filter((file) => !file.startsWith('test/') && where.test(file));
    assert.deepEqual(
      product.filter((file) => pattern.test(readFileSync(file, 'utf8'))),
      [],
    );
  });
}

test('files are one idea each', () => {
  const named = tracked.filter((file) => /(^|\/)(utils?|helpers?|common|manager|index)\.(ts|rs)$/.test(file));
  assert.deepEqual(named, []);
  const long = tracked.filter(
    (file) => /\.(ts|rs)$/.test(file) && readFileSync(file, 'utf8').split('\n').length > 401,
  );
  assert.deepEqual(long, [], 'at most 400 lines');
});

test('no leftovers', () => {
  const marker = /FIX[M]E|XX[X]:/;
  assert.deepEqual(
    tracked.filter((file) => /\.(ts|rs|md|py)$/.test(file) && marker.test(readFileSync(file, 'utf8'))),
    [],
  );
  const outside = /\.\.\/[s]hared\//;
  assert.deepEqual(
    tracked.filter(
      (file) => /\.(ts|rs|md|py|json|bzl|sh)$/.test(file) && outside.test(readFileSync(file, 'utf8')),
    ),
    [],
    'the project stands alone',
  );
});

test('links in documents resolve', () => {
  const broken: string[] = [];
  for (const file of tracked.filter((name) => name.endsWith('.md'))) {
    for (const [, link] of readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      if (!existsSync(join(dirname(file), link ?? ''))) broken.push(`${file}: ${link}`);
    }
  }
  assert.deepEqual(broken, []);
});
