import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Of } from '../../../cache/file-hash.ts';
import { layoutDigest, sourcesOf } from '../../../daemon/python/project-layout.ts';
import { openRig } from './python-rig.ts';

const hashed = (files: Record<string, string>): Map<string, ReturnType<typeof sha256Of>> =>
  new Map(Object.entries(files).map(([path, text]) => [path, sha256Of(text)]));

type Sources = Record<string, string> | undefined;
const rows: [
  name: string,
  installed: Record<string, string>,
  project: Record<string, string>,
  sources: Sources,
][] = [
  ['below src', { 'a/b.py': '1' }, { 'src/a/b.py': '1' }, { 'a/b.py': 'src/a/b.py' }],
  ['on top', { 'a.py': '1' }, { 'a.py': '1', 'b.py': '1' }, { 'a.py': 'a.py' }],
  [
    'an empty file as there are many',
    { 'a/__init__.py': '', 'a/b.py': '1' },
    { 'tests/a/__init__.py': '', 'src/a/__init__.py': '', 'src/a/b.py': '1' },
    { 'a/__init__.py': 'src/a/__init__.py', 'a/b.py': 'src/a/b.py' },
  ],
  ['made in the build', { 'a.py': '1', 'made.py': '2' }, { 'a.py': '1' }, undefined],
  ['changed in the build', { 'a.py': '1 # built' }, { 'a.py': '1' }, undefined],
  ['under another name', { 'a/b.py': '1' }, { 'src/b.py': '1' }, undefined],
];
for (const [name, installed, project, sources] of rows)
  test(`an installed file ${name}`, () => {
    const files = Object.entries(installed).map(([path, text]) => ({ path, sha256: sha256Of(text) }));
    const found = sourcesOf(files, hashed(project));
    assert.deepEqual(found === undefined ? undefined : Object.fromEntries(found), sources);
  });

const base = {
  'pyproject.toml':
    '[project]\nname = "a"\nversion = "1"\nreadme = "doc/read.me"\n[build-system]\nbuild-backend = "own"\nbackend-path = ["tools"]\n',
  'src/a/__init__.py': '__version__ = "1"\nx = 1\n',
  'src/a/data.txt': 'x',
  'doc/read.me': 'x',
  'tools/own.py': 'x = 1\n',
  'setup.cfg': '',
};
const dynamic = {
  ...base,
  'pyproject.toml': base['pyproject.toml'].replace('version = "1"', 'dynamic = ["version"]'),
};
const edits: [name: string, files: Record<string, string>, edit: Record<string, string>, isOther: boolean][] =
  [
    ['a module', base, { 'src/a/__init__.py': '__version__ = "2"\n' }, false],
    ['a module of a dynamic version', dynamic, { 'src/a/__init__.py': '__version__ = "1"\nx = 2\n' }, false],
    ['a dynamic version', dynamic, { 'src/a/__init__.py': '__version__ = "2"\nx = 1\n' }, true],
    [
      'what uses a version',
      dynamic,
      { 'src/a/__init__.py': '__version__ = "1"\nprint(version("a"))\n' },
      false,
    ],
    ['the commit of a dynamic version', dynamic, { '.git/HEAD': 'b'.repeat(40) }, true],
    ['the commit', base, { '.git/HEAD': 'b'.repeat(40) }, false],
    [
      'a version of several lines',
      { ...dynamic, 'src/a/v.py': 'VERSION = (\n  1, 2\n)\n' },
      { 'src/a/v.py': 'VERSION = (\n  1, 3\n)\n' },
      true,
    ],
    ['data', base, { 'src/a/data.txt': 'y' }, false],
    ['a file that is named', base, { 'doc/read.me': 'y' }, true],
    ['a setting', base, { 'setup.cfg': 'y' }, true],
    ["the project's own backend", base, { 'tools/own.py': 'x = 2\n' }, true],
    ['the list of files', base, { 'src/a/new.py': '' }, true],
  ];
for (const [name, files, edit, isOther] of edits)
  test(`an edit of ${name} is ${isOther ? '' : 'not '}another layout`, () => {
    using rig = openRig();
    const digest = (all: Record<string, string>): string => {
      const root = rig.write(all);
      const own = Object.entries(all).filter(([path]) => !path.startsWith('.git/'));
      return layoutDigest(rig.context, { root, files: hashed(Object.fromEntries(own)) });
    };
    const first = digest(files);
    assert.equal(digest({ ...files, ...edit }) !== first, isOther);
  });
