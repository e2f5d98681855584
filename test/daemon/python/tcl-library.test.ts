import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { localDistribution } from '../../../daemon/python/local.ts';
import { archiveDistribution } from '../../../daemon/python/standalone.ts';
import type { Distribution } from '../../../daemon/python/distribution.ts';
import { tclLibrary } from '../../../daemon/python/tcl-library.ts';
import { makeArchive } from '../../support/standalone-archive.ts';
import { openRig, pythons } from './python-rig.ts';

/** A distribution that says itself where its Tcl is. */
const saying = (tclFolders: readonly string[]): Distribution =>
  ({ id: `said ${tclFolders.join()}`, tclFolders }) as unknown as Distribution;

test("an installed Python is asked for its Tcl, whose files go where Tcl's own search finds them", async () => {
  using rig = openRig();
  const python = await localDistribution(rig.context, pythons['3.11']);
  assert.ok(python.outcome === 'usable');
  const found = await tclLibrary(rig.context, python.distribution);
  assert.match(found?.name ?? '', /^tcl8\.\d$/);
  const paths = found?.resources.map(({ path }) => path) ?? [];
  const tk = found?.name.replace('tcl', 'tk') ?? '';
  for (const path of [`${found?.name}/init.tcl`, `${tk}/tk.tcl`, `${tk}/pkgIndex.tcl`])
    assert.ok(paths.includes(path), path);
  // Debian's place for them is one that only its own path finds.
  assert.ok(
    paths.some((path) => /^tcl8\/8\.\d\/msgcat-[\d.]+\.tm$/.test(path)),
    paths.join(),
  );
  assert.ok(!paths.some((path) => path.endsWith('.c')));
  assert.deepEqual(await tclLibrary(rig.context, python.distribution), found);
});

test('a folder that changed is read again; one without init.tcl is no Tcl', async () => {
  using rig = openRig();
  rig.write({
    'lib/tcl8.6/init.tcl': 'one',
    'lib/tk8.6/tk.tcl': 'package require -exact Tk  8.6.14\n',
    'lib/tk8.6/pkgIndex.tcl': 'its own',
    'lib/other/x.tcl': '',
  });
  const folders = ['tcl8.6', 'tk8.6'].map((name) => join(rig.folder, 'lib', name));
  const distribution = saying(folders);
  const first = await tclLibrary(rig.context, distribution);
  assert.deepEqual(
    first?.resources.map(({ path }) => path),
    ['tcl8.6/init.tcl', 'tk8.6/pkgIndex.tcl', 'tk8.6/tk.tcl'],
  );
  writeFileSync(join(rig.folder, 'lib/tcl8.6/init.tcl'), 'another');
  const second = await tclLibrary(rig.context, distribution);
  assert.notEqual(second?.resources[0]?.content.sha256, first?.resources[0]?.content.sha256);
  assert.equal(await tclLibrary(rig.context, saying([join(rig.folder, 'lib/other')])), undefined);
});

test('an archive names the folders of its Tcl', async () => {
  using rig = openRig();
  const path = join(rig.folder, 'python-full.tar.zst');
  const sha256 = await makeArchive(pythons['3.11'], path, {
    kind: 'full',
    compression: 'zst',
    hasStatic: true,
    info: { tcl_library_path: 'install/lib', tcl_library_paths: ['tcl8.6', 'gone'] },
    files: { 'lib/tcl8.6/init.tcl': '# Tcl' },
  });
  const distribution = await archiveDistribution(rig.context, { path, sha256 });
  assert.deepEqual(
    distribution.tclFolders?.map((folder) => folder.replace(/^.*\/python\//, '')),
    ['install/lib/tcl8.6'],
  );
  assert.ok(existsSync(join(distribution.tclFolders?.[0] ?? '', 'init.tcl')));
  assert.equal((await tclLibrary(rig.context, distribution))?.name, 'tcl8.6');
});
