// What is said when a program without a config cannot be built.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { leave, makeWheels, project, run, workspace } from './one-step-rig.ts';

suite('one step fails', { concurrency: false }, () => {
  makeWheels();
  after(leave);

  const failures: [files: Record<string, string>, args: string[], code: number, told: RegExp][] = [
    [
      { 'a.py': 'import yaml\n' },
      ['build', 'a.py'],
      1,
      /yaml, imported by a\.py, line 1\nhint: .*--pip PyYAML/,
    ],
    [
      { 'a.py': 'import b\n', 'b.py': '\nimport nothing\n' },
      ['build', 'a.py'],
      1,
      /nothing, imported by b\.py, line 2/,
    ],
    [{}, ['build', 'a.py'], 1, /Cannot build "a\.py": there is no such file/],
    [{ 'a.txt': '' }, ['build', './a.txt'], 1, /neither a Python script nor a folder/],
    [{}, ['build', '.'], 1, /no pyproject\.toml with a project, setup\.py or __main__\.py/],
    [{ 'a.b.py': '' }, ['build', 'a.b.py'], 1, /a module's name has no dot/],
    [{ 'a.py': '', 'a/__init__.py': '' }, ['build', 'a.py'], 1, /the package a\/ beside it has its name/],
    [{}, ['build', '--pip', 'several'], 1, /it has one, two\nhint: choose one with --entry/],
    [{}, ['build', '--pip', 'alpha'], 1, /alpha has no scripts/],
    [
      {},
      ['build', '--pip', 'several', '--entry', 'tow'],
      1,
      /Cannot find the entry "tow".*\nhint: did you mean "two"\?/,
    ],
    [
      {},
      ['build', '--pip', 'several', '--entry', 'several:tow'],
      1,
      /Cannot find "tow" in the module "several"\nhint: did you mean "two"\?/,
    ],
    [
      {},
      ['build', '--pip', 'several', '--entry', 'severel:two'],
      1,
      /Cannot find the module "severel".*\nhint: did you mean "several"\?/,
    ],
    [{}, ['build', '--pip', 'alpha', '--entry', 'beta:x'], 1, /Cannot find the module "beta"/],
    [project, ['run', '.'], 1, /Cannot tell which program to run: there are greet, shout/],
    [
      project,
      ['build', '.', '--extra', 'mor'],
      1,
      /Cannot find the extra "mor" in .*\nhint: did you mean "more"\?/,
    ],
    [project, ['build', '.', '--group', 'no'], 1, /Cannot find the dependency group "no"/],
    [{ 'pyproject.toml': '[project\n' }, ['build', '.'], 1, /Cannot read .*pyproject\.toml: /],
    [
      { 'a.py': '# /// script\n# requires-python = ">=4"\n# ///\n' },
      ['build', 'a.py'],
      1,
      /a\.py requires >=4/,
    ],
    [{ 'a.py': '', 'b.py': '' }, ['build', 'a.py', 'b.py'], 64, /one script or folder is built at a time/],
    [{ 'a.py': '' }, ['build', 'a.py', 'exe'], 64, /without a config there are no targets/],
    [{ 'a.py': '' }, ['build', 'a.py', '--var', 'x', 'y'], 64, /--var is for configs/],
    [
      { 'pyoxidizer.bzl': '' },
      ['build', '.', '--entry', 'x'],
      64,
      /--entry is for programs without a config/,
    ],
    [{ 'a.py': '' }, ['run', 'a'], 64, /unexpected "a": the program's arguments follow/],
    [{ 'pyproject.toml': '[project]\n' }, ['build'], 1, /hint: build without one: `oxd build \.`/],
  ];
  for (const [index, [files, args, code, told]] of failures.entries())
    test(`fails: ${args.join(' ')} (${index})`, () => {
      const folder = workspace(`failure-${index}`, { ...files, 'keep.txt': '' });
      const result = run(folder, args);
      assert.match(result.stderr, told);
      assert.equal(result.code, code);
    });
});
