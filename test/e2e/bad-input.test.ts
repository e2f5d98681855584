// What a user gets wrong, and what a machine lacks: a clear error, the right exit code, and nothing is lost.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, suite, test } from 'node:test';
import { type OxdOptions, client, oxd, oxdEnvironment, stopDaemon } from './oxd.ts';

const root = mkdtempSync(join(tmpdir(), 'oxd-bad-input-'));
let folders = 0;

/** A workspace with these files; `config` is the body of make_exe() unless it registers targets itself. */
function workspace(config: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = join(root, `workspace-${(folders += 1)}`);
  mkdirSync(folder);
  const whole = config.includes('register_target')
    ? config
    : `def make_exe():\n    dist = default_python_distribution()\n${config.replaceAll(/^/gm, '    ')}\n    return exe\n\nregister_target("exe", make_exe)\nresolve_targets()\n`;
  for (const [name, text] of Object.entries({ 'pyoxidizer.bzl': whole, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const hello =
  'exe = dist.to_python_executable(name = "app", config = PythonInterpreterConfig(run_eval = "print(1)"))';
const program = (folder: string): string => join(folder, 'build/x86_64-unknown-linux-gnu/debug/exe/app');

type Check = OxdOptions & {
  readonly code: number;
  readonly says: readonly RegExp[];
  readonly args?: readonly string[];
};

function check(folder: string, { code, says, args = ['build'], ...options }: Check): void {
  const result = oxd([...args, '--path', folder], options);
  assert.equal(result.code, code, result.stderr);
  for (const words of says) assert.match(result.stderr, words);
  assert.doesNotMatch(result.stderr, /has a bug|at .*\.ts:\d+/);
}

suite('bad input', { concurrency: false }, () => {
  after(() => {
    stopDaemon();
    rmSync(root, { recursive: true, force: true });
  });

  test('no config', () => {
    const folder = join(root, 'empty');
    mkdirSync(folder);
    check(folder, {
      code: 1,
      says: [/unable to find PyOxidizer config file at .*empty/, /init-config-file/],
    });
  });

  test('a folder that is not there does not lead to a config above it', () => {
    const folder = workspace(hello);
    check(join(folder, 'typo'), { code: 1, says: [/unable to find .*typo/, /there is no typo/] });
    check(join(folder, 'other.bzl'), { code: 1, says: [/unable to find .*other\.bzl/] });
  });

  const configs: [what: string, config: string, code: number, says: RegExp[]][] = [
    ['a syntax error', 'exe = = 1', 1, [/pyoxidizer\.bzl:3:11/, /\^/]],
    ['all syntax errors at once', 'a = = 1\nb = (\nexe = ]', 1, [/pyoxidizer\.bzl:3:/, /pyoxidizer\.bzl:5:/]],
    [
      'an undefined name',
      'exe = dist.to_python_executable(name = nam)',
      1,
      [/undefined: nam/, /pyoxidizer\.bzl:3:44/, /dist\.to_python_executable\(name = nam\)/, /\^\^\^/],
    ],
    [
      'a wrong argument type',
      'exe = dist.to_python_executable(name = 3)',
      1,
      [/name/, /int/, /pyoxidizer\.bzl:3:\d+/, /make_exe/],
    ],
    ['no target', '# register_target()', 1, [/pyoxidizer\.bzl: it registers no target/, /make_exe/]],
    ['an unknown attribute', 'exe = dist.to_python_executble(name = "a")', 1, [/to_python_executable/]],
    [
      'an unsatisfiable requirement',
      `${hello}\nexe.add_python_resources(dist.pip_install(["pyflakes==0.0.0.1"]))`,
      1,
      [/pyflakes==0\.0\.0\.1/, /No matching distribution/, /log/],
    ],
    [
      'a missing package folder',
      `${hello}\nexe.add_python_resources(dist.read_package_root(CWD, ["nothing"]))`,
      1,
      [/Cannot find the package "nothing"/],
    ],
  ];
  for (const [what, config, code, says] of configs)
    test(what, () => check(workspace(config), { code, says }));

  test('an unknown target gets the nearest name', () => {
    const folder = workspace(hello);
    check(folder, { args: ['build', 'exxe'], code: 1, says: [/exxe/, /exe/] });
  });

  test('a target that cannot run', () => {
    const folder = workspace(
      'def make_dist():\n    return default_python_distribution()\n\nregister_target("dist", make_dist)\nresolve_targets()\n',
    );
    check(folder, { args: ['run'], code: 1, says: [/dist/, /PythonDistribution/] });
  });

  test('no Rust toolchain', () => {
    // A cache of its own: with the shared one no toolchain is needed.
    const cache = mkdtempSync(join(root, 'cache-'));
    const path = join(root, 'bin');
    mkdirSync(path);
    for (const name of ['python3', 'sh', 'env'])
      execFileSync('ln', [
        '-s',
        execFileSync('which', [name], { encoding: 'utf8' }).trim(),
        join(path, name),
      ]);
    const options = { cache, environment: { PATH: path, CARGO: undefined, RUSTC: undefined } };
    check(workspace(hello), { ...options, code: 2, says: [/Cannot find cargo on PATH/, /install Rust/] });
    stopDaemon(options);
  });

  test('no C compiler', () => {
    const cache = mkdtempSync(join(root, 'cache-'));
    const path = join(root, 'bin-without-cc');
    mkdirSync(path);
    for (const name of ['python3', 'cargo', 'rustc', 'sh', 'env'])
      execFileSync('ln', [
        '-s',
        execFileSync('which', [name], { encoding: 'utf8' }).trim(),
        join(path, name),
      ]);
    const options = { cache, environment: { PATH: path } };
    check(workspace(hello), {
      ...options,
      code: 2,
      says: [/Cannot link: "cc" is not installed/, /install a C compiler/, /log: .*cargo-\d+-\d+\.log/],
    });
    stopDaemon(options);
  });

  test('no usable CPython', () => {
    const environment = { OXD_PYTHON_DISTRIBUTION: join(root, 'no-python') };
    check(workspace(hello), { environment, code: 1, says: [/no-python/] });
    const old = workspace(
      hello.replace('exe = ', 'dist = default_python_distribution(python_version = "3.4")\nexe = '),
    );
    check(old, { code: 1, says: [/Cannot pack Python 3\.4: only 3\.10 to 3\.13/] });

    const hidden = `for place in "$HOME/.pyenv" /opt; do [ ! -d $place ] || mount -t tmpfs none $place; done
      for python in /usr/bin/python3* /usr/local/bin/python3*; do [ ! -f $python ] || mount --bind /dev/null $python; done`;
    const folder = workspace(hello);
    const result = inNamespace(hidden, [], ['build', '--no-daemon', '--path', folder]);
    assert.equal(result.status, 2, result.stderr);
    assert.match(result.stderr, /CPython/);
    assert.match(result.stderr, /hint: /);
  });

  test('a Python file with a syntax error is named and the build goes on', () => {
    const folder = workspace(`${hello}\nexe.add_python_resources(dist.read_package_root(CWD, ["pkg"]))`, {
      'pkg/__init__.py': '',
      'pkg/broken.py': 'x = 1\ndef f(:\n    pass\n',
    });
    check(folder, { code: 0, says: [/pkg\/broken\.py:2/, /def f\(:/] });
    assert.equal(execFileSync(program(folder), { encoding: 'utf8' }), '1\n');
  });

  test(
    'a read-only build directory leaves the old executable',
    { skip: process.getuid?.() === 0 && !canDropRoot() },
    () => {
      const folder = workspace(hello);
      check(folder, { code: 0, says: [] });
      const before = readFileSync(program(folder));
      writeFileSync(
        join(folder, 'pyoxidizer.bzl'),
        readFileSync(join(folder, 'pyoxidizer.bzl'), 'utf8').replace('print(1)', 'print(2)'),
      );
      const result = inNamespace(
        `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"`,
        [dirname(program(folder))],
        ['build', '--no-daemon', '--path', folder],
      );
      assert.equal(result.status, 2, result.stderr);
      assert.match(result.stderr, /read-only/);
      assert.deepEqual(readFileSync(program(folder)), before);
    },
  );

  test('a full disk leaves the old executable and no partial file', () => {
    const folder = workspace(hello);
    mkdirSync(join(folder, 'build'));
    const result = inNamespace(
      'mount -t tmpfs -o size=8m none "$1"',
      [join(folder, 'build')],
      ['build', '--no-daemon', '--path', folder],
    );
    assert.equal(result.status, 2, result.stderr);
    assert.match(result.stderr, /disk is full|no space left/i);
    assert.equal(existsSync(program(folder)), false);
  });

  test('a daemon that cannot write is done without, and a cache that cannot be written is named', () => {
    const folder = workspace(hello);
    const runtime = join(folder, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    const readOnly = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"';
    const build = ['build', '--path', folder];
    const without = inNamespace(readOnly, [runtime], build, { OXD_RUNTIME_DIR: runtime });
    assert.equal(without.status, 0, without.stderr);
    assert.match(without.stderr, /^Cannot start the daemon: EROFS.*; going on without a daemon\n/);

    const cache = join(folder, 'cache');
    mkdirSync(cache);
    const environment = { OXD_RUNTIME_DIR: runtime, OXD_CACHE_DIR: cache };
    const failed = inNamespace(readOnly, [cache], [...build, '--no-daemon'], environment);
    assert.equal(failed.status, 2, failed.stderr);
    assert.match(failed.stderr, /^error: Cannot write to the cache: ".*cache" is read-only\nhint: .*\n$/);
  });

  test('an interrupted build leaves the old executable and no process', async () => {
    const folder = workspace(hello, { 'slow/pyproject.toml': slowProject });
    check(folder, { code: 0, says: [] });
    const before = readFileSync(program(folder));
    writeFileSync(
      join(folder, 'pyoxidizer.bzl'),
      readFileSync(join(folder, 'pyoxidizer.bzl'), 'utf8').replace(
        'return exe',
        'exe.add_python_resources(dist.pip_install([CWD + "/slow"]))\n    return exe',
      ),
    );
    writeFileSync(join(folder, 'slow/backend.py'), slowBackend);
    const interrupted = spawnSync(
      'timeout',
      ['--signal=INT', '--foreground', '3', process.execPath, client, 'build', '--path', folder],
      {
        env: oxdEnvironment(),
        encoding: 'utf8',
      },
    );
    assert.equal(
      interrupted.status === 124 || interrupted.status === 130,
      true,
      `${interrupted.status} ${interrupted.stderr}`,
    );
    assert.deepEqual(readFileSync(program(folder)), before);
    const left = spawnSync('pgrep', ['-f', folder], { encoding: 'utf8' });
    assert.equal(left.stdout, '', 'no child is left');
  });
});

/** A project whose build never ends. */
const slowProject =
  '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "slow"\nversion = "1"\n';
const slowBackend = 'import time\ntime.sleep(600)\n';

function canDropRoot(): boolean {
  return spawnSync('unshare', ['--mount', 'true']).status === 0;
}

/** `oxd ARGS` in a mount namespace that `setup` has changed; "$1" is the first of `places`. */
function inNamespace(
  setup: string,
  places: readonly string[],
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { status: number | null; stderr: string } {
  const script = `{ ${setup}\n} && shift ${places.length} && exec "$@"`;
  const privileges = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return spawnSync(
    'unshare',
    ['--mount', ...privileges, 'sh', '-c', script, 'sh', ...places, process.execPath, client, ...args],
    {
      env: { ...oxdEnvironment(), ...environment },
      encoding: 'utf8',
    },
  );
}
