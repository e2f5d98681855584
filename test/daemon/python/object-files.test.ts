// Extension modules that an archive has as object files: which are linked in, and how the list of them reads.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeLibpython, moduleList } from '../../../daemon/executable/custom-libpython.ts';
import { builtinModules, type ExtensionChoice } from '../../../daemon/python/builtin-modules.ts';
import type { Distribution, ObjectFiles } from '../../../daemon/python/distribution.ts';
import { resolveDistribution } from '../../../daemon/python/resolve.ts';
import { makeArchive } from '../../support/standalone-archive.ts';
import { openRig, pythons } from './python-rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-objects-'));
const archive = { path: join(folder, 'full.tar.zst'), sha256: '' };
type WithObjects = Distribution & { readonly objectFiles: ObjectFiles };
const rig = openRig();
let distribution: WithObjects;
before(async () => {
  archive.sha256 = await makeArchive(pythons['3.11'], archive.path, {
    kind: 'full',
    compression: 'zst',
    hasStatic: true,
    hasObjects: true,
    info: { version: '7', python_build_standalone: { added: 'later' } },
  });
  const found = await resolveDistribution(rig.context, { archive });
  assert.ok(found.objectFiles !== undefined);
  distribution = { ...found, objectFiles: found.objectFiles };
});
after(() => {
  rig[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

test('an archive with object files tells what libpython is made of', () => {
  const { objectFiles } = distribution;
  assert.ok(objectFiles.core.length > 100);
  assert.ok(!objectFiles.core.some((path) => path.endsWith('/config.o')), 'the list is made anew');
  assert.deepEqual(objectFiles.cflags, ['-DNDEBUG']);
  const probe = objectFiles.extensions.filter(({ name }) => name === '_oxd_probe');
  assert.deepEqual(
    probe.map(({ variant }) => variant),
    ['first', 'second'],
  );
});

const choices: [name: string, choice: ExtensionChoice, probe: string | undefined, linked: boolean][] = [
  ['all', { filter: 'all', variants: {} }, 'first', true],
  ['a preferred variant', { filter: 'all', variants: { _oxd_probe: 'second' } }, 'second', true],
  ['without copyleft', { filter: 'no-copyleft', variants: { _oxd_probe: 'second' } }, 'first', true],
  ['without libraries', { filter: 'no-libraries', variants: {} }, 'first', false],
  ['what is needed', { filter: 'minimal', variants: {} }, undefined, false],
];
for (const [name, choice, probe, linked] of choices)
  test(`modules that are linked in: ${name}`, () => {
    const { objectFiles } = distribution;
    const { chosen, missing } = builtinModules(objectFiles, choice);
    assert.equal(chosen.find((module) => module.name === '_oxd_probe')?.variant, probe);
    assert.equal(
      chosen.some((module) => module.name === '_oxd_linked'),
      linked,
    );
    for (const needed of ['sys', 'builtins', 'marshal', '_imp', 'posix'])
      assert.ok(
        chosen.some((module) => module.name === needed),
        needed,
      );
    assert.deepEqual(missing, []);
    assert.equal(new Set(chosen.map((module) => module.name)).size, chosen.length, 'each once');
  });

test('a variant that a module does not have is told', () => {
  const { objectFiles } = distribution;
  const { missing } = builtinModules(objectFiles, { filter: 'all', variants: { _oxd_probe: 'third' } });
  assert.deepEqual(missing, ['_oxd_probe']);
});

test('the list of modules is that of CPython', () => {
  const module = { variant: 'default', objects: [], libraries: [], isRequired: true, licenses: [] };
  assert.equal(
    moduleList([
      { ...module, name: '_abc', initFunction: 'PyInit__abc' },
      { ...module, name: 'sys', initFunction: 'NULL' },
    ]),
    `#include "Python.h"
extern PyObject *PyInit__abc(void);
struct _inittab _PyImport_Inittab[] = {
    {"_abc", PyInit__abc},
    {"sys", NULL},
    {0, 0}
};
`,
  );
});

test('a library with other modules has each object once, and is the same each time', async () => {
  const { context } = rig;
  const { chosen } = builtinModules(distribution.objectFiles, { filter: 'all', variants: {} });
  const made = [];
  for (const name of ['a', 'b'])
    made.push(await makeLibpython(context, distribution, chosen, join(folder, name)));
  const [first, second] = made;
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual(readFileSync(first.archive), readFileSync(second.archive));
  const members = execFileSync('ar', ['t', first.archive], { encoding: 'utf8' }).trim().split('\n');
  assert.equal(members.filter((member) => member === 'module.o').length, 2, 'of one name, of two modules');
  assert.equal(members.filter((member) => member === 'config.o').length, 1);
  assert.ok(first.libraries.includes('-lz'));
});

test('without a compiler it says so', async () => {
  const { context } = rig;
  const bare = { ...context, environment: { PATH: folder } };
  await assert.rejects(makeLibpython(bare, distribution, [], join(folder, 'c')), {
    kind: 'environment',
    message: `Cannot link Python's modules: "cc" is not installed`,
  });
});
