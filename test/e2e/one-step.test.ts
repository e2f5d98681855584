// Programs without a config, as a user builds them in a terminal.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, suite, test } from 'node:test';
import { printed } from '../support/rig.ts';
import { client, oxdEnvironment } from './oxd.ts';
import {
  environment,
  leave,
  makeWheels,
  project,
  root,
  run,
  steps,
  triple,
  workspace,
} from './one-step-rig.ts';

const script = `# /// script
# dependencies = ["alpha"]
# ///
"""A script."""
import sys
import alpha
import beside
from package.deep import text
import folder.inside
try:
    import nowhere
except ImportError:
    pass

def fail():
    raise ValueError('seen')

if __name__ == '__main__':
    print(__file__.rsplit('/', 1)[1], __name__, __doc__, sys.argv[1:], alpha.x, beside.y, text(), folder.inside.z)
    if 'fail' in sys.argv:
        fail()
`;
const beside = {
  'app.py': script,
  'beside.py': 'import inner\ny = inner.y\n',
  'inner.py': 'y = 2\n',
  'unused.py': 'this is no python\n',
  'package/__init__.py': '',
  'package/deep.py':
    'from pathlib import Path\ndef text():\n    return (Path(__file__).parent / "data.txt").read_text()\n',
  'package/data.txt': 'data',
  'folder/inside.py': 'z = 3\n',
};

suite('one step', { concurrency: false }, () => {
  makeWheels();
  after(leave);

  test('a script runs as with python, with what it imports and needs', () => {
    const folder = workspace('script', beside);
    const result = run(folder, ['run', 'app.py', '--', 'a', '--b']);
    assert.equal(result.stdout, "app.py __main__ A script. ['a', '--b'] 1 2 data 3\n", result.stderr);
    const failed = run(folder, ['run', './app.py', '--', 'fail']);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /app\.py", line 16, in fail\n {4}raise ValueError\('seen'\)/);
  });

  test('nothing changed: nothing is done; an edit starts neither pip nor cargo', () => {
    const folder = workspace('script', beside);
    run(folder, ['build', 'app.py']);
    assert.deepEqual(steps(folder, ['build', 'app.py']), { code: 0, outcome: 'unchanged', names: [] });
    workspace('script', { 'inner.py': 'y = 22\n' });
    const edited = steps(folder, ['build', 'app.py']);
    assert.equal(edited.outcome, 'built');
    assert.ok(!edited.names.includes('pip') && !edited.names.includes('stub'), edited.names.join());
    assert.match(run(folder, ['run', 'app.py']).stdout, / 22 data/);
    // A module that was found nowhere is found now.
    workspace('script', { 'nowhere.py': 'print("found")\n' });
    assert.match(run(folder, ['run', 'app.py']).stdout, /^found\n/);
  });

  const configs: [name: string, files: Record<string, string>, words: string[], built: string[]][] = [
    ['script', beside, ['app.py'], ['app/app']],
    ['project', project, ['.', '--extra', 'more'], ['greet/greet', 'shout/shout']],
    ['packages', { 'x.txt': '' }, ['--pip', 'several', '--entry', 'two', '--name', 'zwei'], ['zwei/zwei']],
  ];
  for (const [name, files, words, built] of configs)
    test(`the config that init writes for a ${name} gives the same bytes`, () => {
      const folder = workspace(`init-${name}`, files);
      const read = (): string[] =>
        built.map((path) =>
          createHash('sha256')
            .update(readFileSync(join(folder, 'build', triple, 'debug', path)))
            .digest('hex'),
        );
      assert.equal(run(folder, ['build', ...words]).code, 0);
      const first = read();
      rmSync(join(folder, 'build'), { recursive: true });
      const written = run(folder, ['init', ...words]);
      assert.equal(written.code, 0, written.stderr);
      const config = readFileSync(join(folder, 'pyoxidizer.bzl'), 'utf8');
      assert.match(config, /register_target\("\w+", make\w+, default = True\)/);
      const targets = built.map((path) => dirname(path));
      const result = run(folder, ['build', ...targets]);
      assert.equal(result.code, 0, result.stderr);
      assert.deepEqual(read(), first);
      assert.equal(
        run(folder, ['init', ...words]).code,
        words.includes('--pip') ? 1 : words.length > 1 ? 64 : 1,
      );
      assert.equal(readFileSync(join(folder, 'pyoxidizer.bzl'), 'utf8'), config, 'never overwritten');
    });

  test('a project: one program for each of its scripts, and an edit of a module needs no pip', () => {
    const folder = workspace('project', project);
    const start = (path: string): string => {
      try {
        return execFileSync(join(folder, 'build', triple, 'debug', path), { encoding: 'utf8' });
      } catch (error) {
        const { status, stdout } = error as { status: number; stdout: string };
        return `${stdout}exit ${status}`;
      }
    };
    const built = run(root, ['build', './project']);
    assert.equal(built.code, 0, built.stderr);
    assert.equal(start('greet/greet'), 'greet 1.0 False\nexit 3');
    assert.equal(start('shout/shout'), 'SHOUT\n');
    assert.equal(steps(root, ['build', './project']).outcome, 'unchanged');
    workspace('project', {
      'src/greet/cli.py': project['src/greet/cli.py'].replace("'SHOUT'", "'LOUD'"),
    });
    const edited = steps(root, ['build', './project']);
    assert.equal(edited.outcome, 'built');
    assert.ok(!edited.names.includes('pip') && !edited.names.includes('stub'), edited.names.join());
    assert.equal(start('shout/shout'), 'LOUD\n');
    // What pip alone can tell is asked again.
    for (const [path, text] of [
      ['src/greet/__init__.py', "__version__ = '1.1'\n"],
      ['tools/backend.py', `${project['tools/backend.py']}# other\n`],
      ['src/greet/new.py', ''],
    ] as const) {
      workspace('project', { [path]: text });
      assert.ok(steps(root, ['build', './project']).names.includes('pip'), path);
    }
    assert.equal(start('greet/greet'), 'greet 1.1 False\nexit 3');
    const extra = run(root, ['run', './project', '--entry', 'greet', '--extra', 'MORE']);
    assert.deepEqual([extra.code, extra.stdout], [3, 'greet 1.1 True\n'], extra.stderr);
    assert.equal(
      run(root, ['run', './project', '--entry', 'greet', '--group', 'dev']).stdout,
      'greet 1.1 True\n',
    );
  });

  const programs: [name: string, files: Record<string, string>, args: string[], expected: string][] = [
    ['the one script of a package', {}, ['--pip', 'single', '--', 'x'], "single ['x']\n"],
    ['a script by its name', {}, ['--pip', 'several', '--entry', 'two'], 'two\n'],
    ['a function', {}, ['--pip', 'several', '--entry', 'several:one'], 'one\n'],
    ['a module', {}, ['--pip', 'beta', '--entry', 'beta'], 'beta runs\n'],
    ['a wheel by its path', {}, ['--pip', '../wheels/single-1.0-py3-none-any.whl'], 'single []\n'],
    [
      'a folder with __main__.py',
      { 'f/__main__.py': 'import side\nprint(__name__, side.s)\n', 'f/side.py': 's = 5\n' },
      ['./f'],
      '__main__ 5\n',
    ],
    [
      'a package with __main__.py',
      { 'p/__init__.py': '', 'p/__main__.py': 'from . import a\nprint(a.b)\n', 'p/a.py': 'b = 6\n' },
      ['./p'],
      '6\n',
    ],
    [
      'a requirements.txt beside a script',
      { 'a.py': 'import alpha\nprint(alpha.x)\n', 'requirements.txt': 'alpha==1.0\n' },
      ['a.py'],
      '1\n',
    ],
    [
      'another requirements file, and a folder that no import names',
      {
        'b.py': 'import alpha, importlib\nprint(alpha.x, importlib.import_module("plugins.one").o)\n',
        'needs.in': 'alpha\n',
        'plugins/one.py': 'o = 1\n',
      },
      ['b.py', '--requirements', 'needs.in', '--include', 'plugins'],
      '1 1\n',
    ],
    [
      'the dependencies of the project around a script',
      {
        'main.py': 'import alpha\nprint(alpha.x)\n',
        'pyproject.toml': '[project]\nname = "m"\nversion = "1"\ndependencies = ["alpha"]\n',
      },
      ['main.py'],
      '1\n',
    ],
    [
      'the Python that a script wants',
      {
        'c.py':
          '# /// script\n# requires-python = "==3.11.*"\n# ///\nimport sys\nprint(sys.version_info[1])\n',
      },
      ['c.py'],
      '11\n',
    ],
    [
      'a setup.py',
      {
        'setup.py': '',
        'pyproject.toml': project['pyproject.toml'].replace(/\[project\][^]*/, ''),
        'tools/backend.py': project['tools/backend.py'],
        'src/greet/__init__.py': "v = '1'\n",
        'src/greet/cli.py': project['src/greet/cli.py'],
      },
      ['.', '--entry', 'shout'],
      'SHOUT\n',
    ],
  ];
  for (const [index, [name, files, args, expected]] of programs.entries())
    test(`runs ${name}`, () => {
      const folder = workspace(`program-${index}`, { ...files, 'keep.txt': '' });
      const end = args.indexOf('--');
      const own = end === -1 ? args : args.slice(0, end);
      const result = run(folder, ['run', ...own, '--', ...(end === -1 ? [] : args.slice(end + 1))]);
      assert.equal(result.stdout, expected, result.stderr);
    });

  test('--output puts the executable where it is wanted, and does it again when it must', () => {
    const folder = workspace('output', { 'a.py': 'print(1)\n' });
    const start = (path: string): string => execFileSync(join(folder, path), { encoding: 'utf8' });
    assert.equal(run(folder, ['build', 'a.py', '-o', 'out/program']).code, 0);
    assert.equal(start('out/program'), '1\n');
    assert.equal(steps(folder, ['build', 'a.py', '-o', 'out/']).outcome, 'unchanged');
    assert.equal(start('out/a'), '1\n');
    workspace('output', { 'a.py': 'print(2)\n' });
    run(folder, ['build', 'a.py', '--output', 'out/program']);
    assert.equal(start('out/program'), '2\n');
  });

  test('a folder with a config is built by it', () => {
    const folder = workspace('with-config', {
      'pyoxidizer.bzl':
        'register_target("x", lambda: default_python_distribution().to_python_executable(name = "x", config = PythonInterpreterConfig(run_eval = "print(7)")))\n',
      'pyproject.toml': '[project]\n',
    });
    assert.equal(run(root, ['run', './with-config']).stdout, '7\n');
    cpSync(join(folder, 'pyoxidizer.bzl'), join(folder, 'other.bzl'));
    assert.equal(run(root, ['run', './with-config/other.bzl']).stdout, '7\n');
  });

  test('without a daemon it is the same', () => {
    const folder = workspace('no-daemon', { 'a.py': 'import b\nprint(b.c)\n', 'b.py': 'c = 8\n' });
    assert.equal(run(folder, ['run', 'a.py', '--no-daemon']).stdout, '8\n');
    assert.match(run(folder, ['init', 'a.py', '--no-daemon']).stderr, /writing .*pyoxidizer\.bzl/);
  });

  test('--watch builds again when a module beside the script is saved', async () => {
    const folder = workspace('watch', { 'a.py': 'import b\nprint(b.c)\n', 'b.py': 'c = 1\n' });
    const watch = spawn(process.execPath, [client, 'build', 'a.py', '--watch', '-o', 'out'], {
      cwd: folder,
      env: oxdEnvironment({ environment }),
    });
    try {
      await printed(watch.stderr, /built in/);
      const again = printed(watch.stderr, /b\.py changed/);
      workspace('watch', { 'b.py': 'c = 2\n' });
      await again;
      assert.equal(execFileSync(join(folder, 'out'), { encoding: 'utf8' }), '2\n');
    } finally {
      watch.kill();
    }
  });
});
