// Equal inputs give equal bytes: in another folder, for another user with another cargo, and after the cache is cleared.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { oxd, type OxdOptions, stopDaemon } from './oxd.ts';

const root = mkdtempSync(join(tmpdir(), 'oxd-reproducible-'));
after(() => {
  stopDaemon();
  rmSync(root, { recursive: true, force: true });
});

const files = {
  'project/pyproject.toml': `[project]
name = "thing"
version = "1.0"
[project.scripts]
thing = "thing:main"
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
`,
  'project/src/thing/__init__.py': 'def main():\n    print("thing")\n',
  'pyoxidizer.bzl': `def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_command = "import thing; thing.main()"
    exe = dist.to_python_executable(name = "thing", config = config)
    exe.add_python_resources(exe.pip_install(["./project", "six==1.16.0"]))
    exe.add_python_resources(exe.read_package_root(CWD + "/project/src", ["thing"]))
    return exe

register_target("exe", make_exe)
resolve_targets()
`,
};

/** A copy of the project; its files are written in another order each time. */
function project(folder: string, names: readonly string[]): string {
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), files[name as keyof typeof files]);
  }
  return folder;
}

function built(workspace: string, options: OxdOptions): Buffer {
  const result = oxd(['build', '--path', workspace], options);
  assert.equal(result.code, 0, result.stderr);
  return readFileSync(join(workspace, 'build/x86_64-unknown-linux-gnu/debug/exe/thing'));
}

test('the same inputs give the same bytes in two folders, for two users, and after `oxd cache clear`', () => {
  const names = Object.keys(files);
  const first = built(project(join(root, 'here'), names), {});
  // Another user: a home, a cargo and a checkout of oxd of their own. The crates themselves need no second download.
  const home = join(root, 'home');
  mkdirSync(join(home, 'cargo'), { recursive: true });
  const registry = join(process.env['CARGO_HOME'] ?? join(homedir(), '.cargo'), 'registry');
  symlinkSync(registry, join(home, 'cargo/registry'));
  // What is published, unpacked elsewhere.
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', home];
  const name = execFileSync('npm', pack, { encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', join(home, name), '-C', home]);
  symlinkSync(join(process.cwd(), 'node_modules'), join(home, 'package/node_modules'));
  const other: OxdOptions = {
    cache: join(home, 'cache'),
    client: join(home, 'package/dist/oxd.cjs'),
    environment: {
      HOME: home,
      CARGO_HOME: join(home, 'cargo'),
      RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? join(homedir(), '.rustup'),
      PYENV_ROOT: process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'),
    },
  };
  const workspace = project(join(root, 'some/where/else'), names.toReversed());
  assert.ok(first.equals(built(workspace, other)), 'for another user, in another folder');
  const cleared = oxd(['cache', 'clear'], other);
  assert.equal(cleared.code, 0, cleared.stderr);
  rmSync(join(workspace, 'build'), { recursive: true });
  assert.ok(first.equals(built(workspace, other)), 'after the cache was cleared');
  stopDaemon(other);
  for (const path of [root, registry, process.cwd()])
    assert.ok(!first.includes(path), `${path} is not in the program`);
});
