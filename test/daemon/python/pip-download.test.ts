// Wheels for other platforms, by their tags.
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pipInstall, pipResources } from '../../../daemon/python/pip.ts';
import { pipDownload } from '../../../daemon/python/pip-download.ts';
import { type PythonRig, distributionOf, openRig, pythons } from './python-rig.ts';
import { makeWheel, offline } from './wheels.ts';

test('wheels of another platform are taken as they are', async (t) => {
  using rig = openRig();
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  const request = { args: ['markupsafe==2.1.5'], directory: rig.folder };
  const names: Record<string, RegExp> = {
    'x86_64-pc-windows-msvc': /^markupsafe\/_speedups\.cp311-win_amd64\.pyd$/,
    'aarch64-unknown-linux-gnu': /^markupsafe\/_speedups\.cpython-311-aarch64-linux-gnu\.so$/,
  };
  for (const [triple, library] of Object.entries(names)) {
    const result = await pipDownload(rig.context, distribution, { ...request, triple }).catch(
      (error: Error & { kind?: string }) => {
        if (error.kind !== 'environment') throw error;
        return undefined;
      },
    );
    if (result === undefined) return t.skip('no index can be reached');
    const found = pipResources(rig.context, distribution, result).filter(
      ({ what }) => what.kind === 'extension-module',
    );
    assert.equal(found.length, 1);
    assert.match(found[0]?.path ?? '', library);
  }
  await assert.rejects(
    pipDownload(rig.context, distribution, { ...request, triple: 'sparc' }),
    /Cannot download wheels/,
  );
});

/** A wheel whose name has these tags: nothing needs to run. */
function makeTagged(rig: PythonRig, name: string, tags: string): void {
  makeWheel(rig, name, '1.0', `${name}.py=x = 1\n`);
  const folder = join(rig.folder, 'wheels');
  renameSync(join(folder, `${name}-1.0-py3-none-any.whl`), join(folder, `${name}-1.0-${tags}.whl`));
}

/** Wheels that fit a platform, all of them in one pip, and one that does not. */
const tagged: Record<string, { readonly fit: readonly string[]; readonly other: string }> = {
  'x86_64-unknown-linux-gnu': {
    fit: [
      'py3-none-any',
      'cp311-cp311-manylinux_2_17_x86_64',
      'cp311-cp311-manylinux_2_28_x86_64',
      'cp311-cp311-manylinux_2_21_x86_64',
      'cp311-cp311-manylinux2014_x86_64',
      'cp311-cp311-manylinux1_x86_64',
      'cp37-abi3-manylinux_2_27_x86_64',
      'py3-none-manylinux_2_5_x86_64',
    ],
    other: 'cp311-cp311-manylinux_2_35_x86_64',
  },
  'x86_64-unknown-linux-musl': {
    fit: ['cp311-cp311-musllinux_1_1_x86_64', 'cp38-abi3-musllinux_1_2_x86_64'],
    other: 'cp311-cp311-manylinux_2_17_x86_64',
  },
  'aarch64-apple-darwin': {
    fit: [
      'cp311-cp311-macosx_11_0_arm64',
      'cp311-cp311-macosx_11_0_universal2',
      'cp38-abi3-macosx_12_0_arm64',
    ],
    other: 'cp310-cp310-macosx_11_0_arm64',
  },
};
for (const [triple, { fit, other }] of Object.entries(tagged))
  test(`wheels of every tag that ${triple} takes are found, others named`, { timeout: 120_000 }, async () => {
    using rig = openRig();
    for (const [index, tags] of fit.entries()) makeTagged(rig, `fits${index}`, tags);
    makeTagged(rig, 'other', other);
    const distribution = await distributionOf(rig.context, pythons['3.11']);
    const download = (...names: string[]): ReturnType<typeof pipDownload> =>
      pipDownload(rig.context, distribution, {
        args: [...offline, ...names],
        directory: rig.folder,
        triple,
      });
    const { lock } = await download(...fit.keys().map((index) => `fits${index}`));
    assert.equal(lock.length, fit.length);
    await assert.rejects(download('other'), (error: Error & { hint?: string }) => {
      const said = `^Cannot download other: no wheel of it fits cp311 on ${triple}\n`;
      assert.match(error.message, new RegExp(said));
      assert.match(error.hint ?? '', /cp311-cp311, cp3\*-abi3 or py3-none for \w+ or older/);
      return true;
    });
  });

test('a wheel of another platform, given by its path, is named with the way out', async () => {
  using rig = openRig();
  makeTagged(rig, 'tagged', 'cp311-cp311-win_amd64');
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  await assert.rejects(
    pipInstall(rig.context, distribution, {
      args: ['./wheels/tagged-1.0-cp311-cp311-win_amd64.whl'],
      directory: rig.folder,
    }),
    (error: Error & { hint?: string }) => {
      assert.match(
        error.hint ?? '',
        /which Python and platform tagged-1\.0-cp311-cp311-win_amd64\.whl is for: take the wheel for CPython 3\.11\.7 on x86_64/,
      );
      return true;
    },
  );
});
