// What is installed to be edited is packed as if it had been installed.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pipInstall, pipResources } from '../../../daemon/python/pip.ts';
import { readVirtualenv } from '../../../daemon/python/virtualenv.ts';
import { distributionOf, openRig, pythons } from './python-rig.ts';
import { makeWheel, offline } from './wheels.ts';

const site = 'venv/lib/python3.11/site-packages';

type Row = {
  readonly files: Readonly<Record<string, string>>;
  /** Modules and data by their names; FOLDER is the rig's. */
  readonly found: readonly string[];
};

const rows: Record<string, Row> = {
  'a folder of sources, as hatchling and poetry name it': {
    files: {
      [`${site}/_app.pth`]: 'FOLDER/project/src\n',
      'project/src/app/__init__.py': '',
      'project/src/app/data.txt': '',
      'project/tests/test_app.py': '',
    },
    found: ['app', 'app:data.txt'],
  },
  "setuptools' hook": {
    files: {
      [`${site}/__editable__.app-1.0.pth`]:
        'import __editable___app_1_0_finder; __editable___app_1_0_finder.install()',
      [`${site}/__editable___app_1_0_finder.py`]:
        "import sys\nMAPPING: dict[str, str] = {'app': 'FOLDER/project/app', 'tool': 'FOLDER/project/tool', 'ns.core': 'FOLDER/project/lib'}\nNAMESPACES: dict[str, list[str]] = {}\n",
      'project/app/__init__.py': '',
      'project/app/sub/__init__.py': '',
      'project/tool.py': '',
      'project/lib/__init__.py': '',
      'project/lib/more.py': '',
      'project/lib/data.txt': '',
      'project/setup.py': '',
    },
    found: ['app', 'app.sub', 'ns.core', 'ns.core.more', 'ns.core:data.txt', 'tool'],
  },
  "a project's own folder, as setup.py develop names it: the packages of its egg-info": {
    files: {
      [`${site}/easy-install.pth`]: '# comment\nFOLDER/project\n\n',
      [`${site}/app.egg-link`]: 'FOLDER/project\n.',
      'project/app/__init__.py': '',
      'project/app.egg-info/top_level.txt': 'app\n',
      'project/tests/__init__.py': '',
      'project/setup.py': '',
    },
    found: ['app'],
  },
  'folders further down, as pywin32 has them': {
    files: {
      [`${site}/win.pth`]: 'win\nwin\\lib\nabsent\n',
      [`${site}/win/one.py`]: '',
      [`${site}/win/lib/two.py`]: '',
    },
    found: ['lib.two', 'one', 'two', 'win.lib.two', 'win.one'],
  },
  'portions of a namespace package': {
    files: {
      [`${site}/paths.pth`]: 'FOLDER/one\nFOLDER/two\n',
      [`${site}/ns/a/__init__.py`]: '',
      'one/ns/b.py': '',
      'two/ns/c/__init__.py': '',
    },
    found: ['ns.a', 'ns.b', 'ns.c'],
  },
  'what is installed hides what comes later': {
    files: {
      [`${site}/app.pth`]: 'FOLDER/project\n',
      [`${site}/app/__init__.py`]: 'installed',
      'project/app/__init__.py': 'not found',
    },
    found: ['app'],
  },
};

for (const [what, { files, found }] of Object.entries(rows))
  test(what, async () => {
    using rig = openRig();
    rig.write(
      Object.fromEntries(
        Object.entries(files).map(([path, text]) => [path, text.replaceAll('FOLDER', rig.folder)]),
      ),
    );
    const resources = await readVirtualenv(rig.context, join(rig.folder, 'venv'));
    const names = resources.map(({ what: one, path }) =>
      one.kind === 'package-resource' ? `${one.package}:${one.name}` : 'name' in one ? one.name : path,
    );
    assert.deepEqual(names.toSorted(), found);
    for (const { content } of resources) assert.ok(content.at === 'file' && rig.traced.has(content.path));
  });

test('folders of a wheel that its .pth file names', async () => {
  using rig = openRig();
  makeWheel(rig, 'winlike', '1.0', 'winlike.pth=win\n', 'win/one.py=x = 1\n');
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  const result = await pipInstall(rig.context, distribution, {
    args: [...offline, 'winlike'],
    directory: rig.folder,
  });
  const modules = pipResources(rig.context, distribution, result).flatMap(({ what }) =>
    what.kind === 'module-source' ? [what.name] : [],
  );
  assert.deepEqual(modules.toSorted(), ['one', 'win.one']);
});
