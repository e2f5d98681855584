// Which CPython is taken, and what a refusal says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Distribution } from '../../../daemon/python/distribution.ts';
import { localDistribution } from '../../../daemon/python/local.ts';
import { pipInstall } from '../../../daemon/python/pip.ts';
import { resolveDistribution } from '../../../daemon/python/resolve.ts';
import { sharedPython } from '../../../daemon/python/shared-library.ts';
import { makeArchive } from '../../support/standalone-archive.ts';
import { openRig, pythons } from './python-rig.ts';

const expected: Record<keyof typeof pythons, [version: string, magic: string]> = {
  '3.10': ['3.10.13', '6f0d0d0a'],
  '3.11': ['3.11.7', 'a70d0d0a'],
  '3.12': ['3.12.1', 'cb0d0d0a'],
  '3.13': ['3.13.0', 'f30d0d0a'],
  debian: ['3.11.2', 'a70d0d0a'],
};
for (const [name, [version, magic]] of Object.entries(expected)) {
  test(`an installed CPython (${name}) is described`, async () => {
    using rig = openRig();
    const path = pythons[name as keyof typeof pythons];
    const python = await localDistribution(rig.context, path);
    assert.equal(python.outcome, 'usable');
    const { distribution } = python as { distribution: Distribution };
    assert.equal(distribution.version, version);
    assert.equal(distribution.magic, magic);
    assert.equal(distribution.triple, 'x86_64-unknown-linux-gnu');
    assert.equal(distribution.executable, path);
    assert.equal(distribution.linking.kind, 'static');
    assert.ok(distribution.linking.kind === 'static' && existsSync(distribution.linking.archive));
    assert.ok(distribution.linking.kind === 'static');
    assert.ok(distribution.linking.libraries.every((word) => /^(-l[\w.:+-]+|-pthread|\/.*\.a)$/.test(word)));
    assert.ok(existsSync(join(distribution.stdlib, `${distribution.sysconfigModule}.py`)));
    assert.ok(distribution.dynload !== undefined && readdirSync(distribution.dynload).length > 20);
    assert.deepEqual(await localDistribution(rig.context, path), python, 'and again the same, id included');
  });
}

/** A copy of an installation in which everything but its own build settings is a link to the original. */
function copyOf(python: string, folder: string, without: RegExp): string {
  const prefix = dirname(dirname(python));
  const stdlib = `lib/${basename(python)}`;
  mkdirSync(join(folder, stdlib), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  cpSync(python, join(folder, 'bin', basename(python)));
  for (const name of readdirSync(join(prefix, stdlib)).filter((entry) => !without.test(entry)))
    if (name.startsWith('_sysconfigdata'))
      writeFileSync(
        join(folder, stdlib, name),
        readFileSync(join(prefix, stdlib, name), 'utf8').replaceAll(prefix, folder),
      );
    else symlinkSync(join(prefix, stdlib, name), join(folder, stdlib, name));
  return join(folder, 'bin', basename(python));
}

const refusals: [name: string, make: (folder: string) => string, reason: RegExp][] = [
  [
    'one without libpython',
    (folder) => copyOf(pythons['3.11'], folder, /^config-/),
    /it has no libpython: build it with --enable-shared, or keep libpython3\.11\.a in/,
  ],
  [
    'an old one',
    () => join(dirname(pythons['3.10']), '../../3.9.18/bin/python3.9'),
    /only Python 3\.10 to 3\.13/,
  ],
  [
    'a program that is no Python',
    (folder) => {
      writeFileSync(join(folder, 'python3'), '#!/bin/sh\necho hello\n');
      chmodSync(join(folder, 'python3'), 0o755);
      return join(folder, 'python3');
    },
    /it does not answer as a Python does/,
  ],
  [
    'one that fails',
    (folder) => {
      writeFileSync(join(folder, 'python3'), '#!/bin/sh\necho "no licence" >&2\nexit 3\n');
      chmodSync(join(folder, 'python3'), 0o755);
      return join(folder, 'python3');
    },
    /no licence/,
  ],
  ['nothing', (folder) => join(folder, 'python3'), /there is no such file/],
];
for (const [name, make, reason] of refusals) {
  test(`${name} is refused, with the reason`, async (t) => {
    using rig = openRig();
    const path = make(rig.folder);
    if (name === 'an old one' && !existsSync(path)) return t.skip('no old Python is installed');
    const python = await localDistribution(rig.context, path);
    assert.equal(python.outcome, 'refused');
    assert.match((python as { reason: string }).reason, reason);
  });
}

test("a virtual environment leads to its base, and pyenv's shims to what they stand for", async () => {
  using rig = openRig();
  for (const [name, options] of [
    ['linked', ['--symlinks']],
    ['copied', ['--copies']],
  ] as const) {
    execFileSync(pythons['3.12'], ['-m', 'venv', '--without-pip', ...options, join(rig.folder, name)]);
    const python = await localDistribution(rig.context, join(rig.folder, name, 'bin/python'));
    assert.equal(python.outcome, 'usable');
    assert.equal((python as { distribution: Distribution }).distribution.executable, pythons['3.12']);
  }
});

const choices: [version: string | undefined, chosen: RegExp][] = [
  [undefined, /^3\.1[0-3]\./],
  ['3.10', /^3\.10\./],
  ['3.11.2', /^3\.11\.2$/],
  ['3.12', /^3\.12\./],
];
for (const [version, chosen] of choices) {
  test(`Python ${version ?? 'of any version'} is found on the machine, asked once, and told once`, async () => {
    using rig = openRig();
    const request = version === undefined ? {} : { version };
    const distribution = await resolveDistribution(rig.context, request);
    assert.match(distribution.version, chosen);
    const [notice, ...others] = rig.events.splice(0);
    assert.deepEqual(others, []);
    assert.ok(
      notice?.event === 'notice' &&
        notice.text.includes(`using CPython ${distribution.version} of this machine`),
    );
    assert.ok(rig.traced.has(distribution.executable) && rig.traced.has('PATH'));
    const start = performance.now();
    // No Python can be started from here on.
    const context = { ...rig.context, signal: AbortSignal.timeout(60_000) };
    assert.deepEqual(await resolveDistribution(context, request), distribution);
    assert.ok(performance.now() - start < 400, 'asking all of them takes longer');
    assert.deepEqual(rig.events, []);
  });
}

test('what typing python3 starts is preferred, also behind a shim of pyenv', async () => {
  const shim = '#!/bin/sh\nexit 1\n';
  using rig = openRig();
  rig.write({ 'pyenv/shims/python3': shim, 'pyenv/version': 'mine\n', 'pyenv/versions/mine/bin/README': '' });
  symlinkSync(pythons['3.12'], join(rig.folder, 'pyenv/versions/mine/bin/python3'));
  const PATH = `${join(rig.folder, 'pyenv/shims')}:/usr/bin`;
  const context = { ...rig.context, environment: { ...rig.context.environment, PATH } };
  assert.match((await resolveDistribution(context, {})).version, /^3\.12\./);
  assert.match((await resolveDistribution(context, { version: '3.13' })).version, /^3\.13\./);
});

const flavors: Record<
  string,
  { linking: 'static' | 'shared'; hasArchive: boolean; taken: string; told: RegExp }
> = {
  'a shared libpython, where both are there': {
    linking: 'shared',
    hasArchive: true,
    taken: 'shared',
    told: /\(shared [^)]*\)$/,
  },
  'a static one, where both are there': {
    linking: 'static',
    hasArchive: true,
    taken: 'static',
    told: /\(static [^)]*\)$/,
  },
  'a static one, where there is none': {
    linking: 'static',
    hasArchive: false,
    taken: 'shared',
    told: /; none with a static libpython is at hand$/,
  },
};
for (const [name, { linking, hasArchive, taken, told }] of Object.entries(flavors))
  test(`a flavor wants ${name}`, async () => {
    using rig = openRig();
    const prefix = join(rig.folder, 'python');
    const python = copyOf(pythons['3.12'], prefix, hasArchive ? /^$/ : /^config-/);
    symlinkSync(
      join(dirname(dirname(pythons['3.12'])), 'lib/libpython3.12.so.1.0'),
      join(prefix, 'lib/libpython3.12.so.1.0'),
    );
    const environment = {
      PATH: dirname(python),
      HOME: rig.folder,
      OXD_DISTRIBUTION_MIRROR: 'http://127.0.0.1:1',
      LD_LIBRARY_PATH: join(prefix, 'lib'),
    };
    const context = { ...rig.context, environment };
    const distribution = await resolveDistribution(context, { version: '3.12', linking });
    assert.equal(distribution.linking.kind, taken);
    const [notice] = rig.events.flatMap((event) => (event.event === 'notice' ? [event.text] : []));
    assert.match(notice ?? '', told);
  });

const wrong: [
  name: string,
  environment: Record<string, string>,
  version: string | undefined,
  message: RegExp,
][] = [
  ['a version that is none', {}, 'three', /Cannot read "three" as a Python version/],
  ['a version that is too old', {}, '3.9', /Cannot pack Python 3\.9: only 3\.10 to 3\.13/],
  ['a relative path', { OXD_PYTHON_DISTRIBUTION: 'python3' }, undefined, /want an absolute path or a URL/],
  [
    'a path to nothing',
    { OXD_PYTHON_DISTRIBUTION: '/nowhere/python3' },
    undefined,
    /there is no such Python/,
  ],
  [
    'an archive that is not there',
    { OXD_PYTHON_DISTRIBUTION: '/nowhere/x.tar.zst' },
    undefined,
    /no such file/,
  ],
  [
    'a URL without hash',
    { OXD_PYTHON_DISTRIBUTION: 'https://x.invalid/a.tar.zst' },
    undefined,
    /without its SHA-256/,
  ],
  [
    'a hash that is none',
    { OXD_PYTHON_DISTRIBUTION: '/a.tar.zst#sha256=12' },
    undefined,
    /want 64 hex digits/,
  ],
  [
    'another version',
    { OXD_PYTHON_DISTRIBUTION: pythons['3.10'] },
    '3.12',
    /wants Python 3\.12, but .* names Python 3\.10/,
  ],
];
for (const [name, environment, version, message] of wrong) {
  test(`${name} is told`, async () => {
    using rig = openRig(environment);
    await assert.rejects(resolveDistribution(rig.context, version === undefined ? {} : { version }), message);
  });
}

test('where nothing is installed and nothing can be fetched, all that was tried is told', async () => {
  using rig = openRig();
  const empty = { PATH: rig.folder, HOME: rig.folder, OXD_DISTRIBUTION_MIRROR: 'http://127.0.0.1:1' };
  // Debian's own Python is always looked for: ask for a version that it is not.
  await assert.rejects(
    resolveDistribution({ ...rig.context, environment: empty }, { version: '3.12' }),
    (error: Error & { kind?: string; hint?: string }) => {
      assert.equal(error.kind, 'environment');
      assert.match(
        error.message,
        /^Cannot find a CPython 3\.12 that can be packed\nCannot download a Python\n {2}http:\/\/127/,
      );
      assert.match(error.hint ?? '', /libpython3-dev.*OXD_PYTHON_DISTRIBUTION/);
      return true;
    },
  );
});

// Archives, made once of an installed CPython.
const folder = mkdtempSync(join(tmpdir(), 'oxd-archives-'));
const archives: Record<string, { path: string; sha256: string }> = {};
before(async () => {
  for (const [name, kind, compression, hasStatic] of [
    ['full.tar.zst', 'full', 'zst', true],
    ['install_only.tar.gz', 'install_only', 'gz', false],
  ] as const) {
    const path = join(folder, name);
    archives[name] = {
      path,
      sha256: await makeArchive(pythons['3.11'], path, { kind, compression, hasStatic }),
    };
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

for (const [name, linking] of [
  ['full.tar.zst', 'static'],
  ['install_only.tar.gz', 'shared'],
] as const) {
  test(`an archive (${name}) is unpacked once, runs pip, and stays as it was`, async () => {
    using rig = openRig();
    const archive = archives[name] ?? { path: '', sha256: '' };
    const distribution = await resolveDistribution(rig.context, { archive });
    assert.deepEqual(rig.steps(), ['distribution']);
    assert.equal(distribution.origin, 'archive');
    assert.equal(distribution.version, '3.11.7');
    assert.equal(distribution.linking.kind, linking);
    for (const path of [distribution.executable, distribution.stdlib, distribution.includes])
      assert.ok(path.startsWith(rig.context.cache.folder) && existsSync(path), path);
    if (distribution.linking.kind === 'static') {
      assert.ok(distribution.linking.archive.startsWith(rig.context.cache.folder));
      assert.ok(!distribution.linking.libraries.includes('-lssl'), 'a module of its own brings its library');
    }
    const library = sharedPython(rig.context, distribution);
    assert.equal(library?.path, linking === 'shared' ? 'lib/libpython3.11.so.1.0' : undefined);
    const origin = execFileSync(distribution.executable, ['-I', '-B', '-c', 'import os; print(os.__file__)']);
    assert.ok(origin.toString().startsWith(rig.context.cache.folder));
    rig.write({
      'wheels/.keep': '',
      'src/pyproject.toml': '[project]\nname = "x"\nversion = "1"\n',
      'src/x.py': '',
    });
    await assert.rejects(
      pipInstall(rig.context, distribution, { args: ['--no-index', 'nothing-there'], directory: rig.folder }),
      /No matching distribution found for nothing-there/,
    );
    assert.deepEqual(await resolveDistribution(rig.context, { archive }), distribution);
    assert.deepEqual(rig.steps(), ['pip'], 'the unpacked one is still whole');
  });
}

test('a Python that was moved has the library that moved along, not the one that was left', async () => {
  using rig = openRig();
  execFileSync('tar', ['-xzf', archives['install_only.tar.gz']?.path ?? ''], { cwd: rig.folder });
  const python = await localDistribution(rig.context, join(rig.folder, 'python/bin/python3.11'));
  assert.equal(python.outcome, 'usable');
  const { distribution } = python as { distribution: Distribution };
  assert.deepEqual(distribution.linking, {
    kind: 'shared',
    library: join(rig.folder, 'python/lib/libpython3.11.so.1.0'),
    soname: 'libpython3.11.so.1.0',
  });
  assert.ok(distribution.dynload?.startsWith(rig.folder));
});

test('an archive comes from a URL, and a path in the environment does without a hash', async () => {
  const archive = archives['install_only.tar.gz'] ?? { path: '', sha256: '' };
  const server = createServer(
    (_request, response) => void createReadStream(archive.path).pipe(response),
  ).listen(0);
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cpython%2B1.tar.gz`;
    using rig = openRig({ OXD_PYTHON_DISTRIBUTION: `${url}#sha256=${archive.sha256}` });
    const distribution = await resolveDistribution(rig.context, { version: '3.11' });
    assert.match(distribution.reason, /from cpython\+1\.tar\.gz/);
    assert.ok(rig.events.some((event) => event.event === 'step-progress' && event.unit === 'bytes'));
    assert.deepEqual(
      readdirSync(join(rig.context.cache.folder, 'downloads')),
      [],
      'the archive itself is not kept',
    );
    using other = openRig({ OXD_PYTHON_DISTRIBUTION: archive.path });
    assert.equal((await resolveDistribution(other.context, {})).id, distribution.id);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('an archive that is another one, or none, is refused', async () => {
  using rig = openRig();
  const path = join(rig.folder, 'x.tar.gz');
  cpSync(archives['install_only.tar.gz']?.path ?? '', path);
  appendFileSync(path, 'x');
  const sha256 = archives['install_only.tar.gz']?.sha256 ?? '';
  await assert.rejects(
    resolveDistribution(rig.context, { archive: { path, sha256 } }),
    /is not the one that is wanted: its SHA-256 is [0-9a-f]{64}, not/,
  );
  rig.write({ 'tree/hello': 'x' });
  execFileSync('tar', ['-C', join(rig.folder, 'tree'), '-czf', path, 'hello']);
  const other = openRig({ OXD_PYTHON_DISTRIBUTION: path });
  await assert.rejects(
    resolveDistribution(other.context, {}),
    /is not an archive of python-build-standalone/,
  );
  other[Symbol.dispose]();
});
