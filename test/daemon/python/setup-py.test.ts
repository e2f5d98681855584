// Projects of the user's, built as `setup.py install` did, with a real setuptools.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../../protocol/failure.ts';
import { pipResources } from '../../../daemon/python/pip.ts';
import { setupPyInstall } from '../../../daemon/python/setup-py.ts';
import { distributionOf, openRig, pythons } from './python-rig.ts';

/** Takes options that setuptools does not know, as projects do that compile with or without something. */
const setupPy = `import os, sys
from setuptools import setup
options = [word for word in sys.argv if word.startswith("--with-")]
sys.argv = [word for word in sys.argv if word not in options]
with open("oldstyle/built.py", "w") as file:
    file.write("options = %r\\nvariables = %r\\n" % (options, [os.environ.get("EXTRA"), os.environ.get("PYOXIDIZER")]))
setup(name="oldstyle", version="1.5", packages=["oldstyle"], package_data={"oldstyle": ["*.txt"]},
      install_requires=["a-package-that-nobody-has"])
`;

test('a setup.py with options of its own', async (t) => {
  using rig = openRig();
  rig.write({
    'project/setup.py': setupPy,
    'project/oldstyle/__init__.py': '',
    'project/oldstyle/data.txt': 'data',
  });
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  const installed = await setupPyInstall(rig.context, distribution, {
    path: join(rig.folder, 'project'),
    extraEnvironment: { EXTRA: 'yes' },
    extraGlobalArguments: ['--with-speed', "--with-words=two 'words'"],
  }).catch((error: Error & { kind?: string }) => {
    if (error.kind !== 'environment') throw error;
    return undefined;
  });
  if (installed === undefined) return t.skip('no index can be reached for setuptools');
  const resources = pipResources(rig.context, distribution, installed);
  const content = resources.find(({ path }) => path === 'oldstyle/built.py')?.content;
  assert.equal(
    readFileSync(content?.at === 'file' ? content.path : '', 'utf8'),
    `options = ['--with-speed', "--with-words=two 'words'"]\nvariables = ['yes', '1']\n`,
  );
  assert.deepEqual(
    resources.map(({ what }) => what.kind).filter((kind) => kind === 'package-resource').length,
    1,
  );
});

const refused: Record<string, readonly [path: string, message: RegExp]> = {
  'a folder that is not there': ['absent', /^Cannot install ".*absent": there is no such folder$/],
  'a folder without a project': ['empty', /^Cannot install ".*empty": it has neither setup\.py nor/],
};
for (const [what, [path, message]] of Object.entries(refused))
  test(`refuses ${what}`, async () => {
    using rig = openRig();
    rig.write({ 'empty/readme.txt': '' });
    const distribution = await distributionOf(rig.context, pythons['3.11']);
    await assert.rejects(
      () =>
        setupPyInstall(rig.context, distribution, {
          path: join(rig.folder, path),
          extraEnvironment: {},
          extraGlobalArguments: [],
        }),
      (error: unknown) => error instanceof Failure && message.test(error.message) && error.hint !== undefined,
    );
  });
