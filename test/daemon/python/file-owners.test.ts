// Packages that bring the same file, installed by one pip.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../protocol/failure.ts';
import { pipInstall } from '../../../daemon/python/pip.ts';
import { distributionOf, openRig, pythons } from './python-rig.ts';
import { makeWheel, offline } from './wheels.ts';

const rows: Record<string, { readonly first: string; readonly second: string; readonly refused?: RegExp }> = {
  'a module of two packages': {
    first: 'cv2/__init__.py=x = 1\n',
    second: 'cv2/__init__.py=x = 2\n',
    refused:
      /^Cannot pack "cv2\/__init__\.py": one 1\.0 and two 2\.0 both bring it, with different contents$/,
  },
  'the same in both': { first: 'shared.py=x = 1\n', second: 'shared.py=x = 1\n' },
  'tests that are no part of either': { first: 'tests/__init__.py=', second: 'tests/__init__.py=# two\n' },
  'a namespace of before PEP 420': {
    first: 'ns/__init__.py=__import__("pkg_resources").declare_namespace(__name__)\n',
    second: 'ns/__init__.py=__path__ = __import__("pkgutil").extend_path(__path__, __name__)\n',
  },
};

for (const [what, { first, second, refused }] of Object.entries(rows))
  test(what, async () => {
    using rig = openRig();
    makeWheel(rig, 'one', '1.0', first);
    makeWheel(rig, 'two', '2.0', second);
    const distribution = await distributionOf(rig.context, pythons['3.11']);
    const installed = pipInstall(rig.context, distribution, {
      args: [...offline, 'one', 'two'],
      directory: rig.folder,
    });
    if (refused === undefined) assert.equal((await installed).lock.length, 2);
    else
      await assert.rejects(
        installed,
        (error: unknown) =>
          error instanceof Failure && refused.test(error.message) && /leave one/.test(error.hint ?? ''),
      );
  });
