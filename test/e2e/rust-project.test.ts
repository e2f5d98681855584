// A Rust project whose program starts Python, as its user has it: cargo alone, the artifacts, and what goes wrong.
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { oxd, oxdEnvironment, sharedCache, stopDaemon } from './oxd.ts';

/** Kept between runs: crates are compiled once. */
const target = join(sharedCache, 'rust-project-target');

suite('a Rust project', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-rust-'));
  const project = join(folder, 'myapp');
  const config = join(project, 'pyoxidizer.bzl');
  let text = '';
  before(() => {
    const made = oxd(['init-rust-project', project]);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stderr, /A new Rust binary application has been created in .*\/myapp\n/);
    text = readFileSync(config, 'utf8');
    stopDaemon();
  });
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  const cargo = (
    args: readonly string[],
    { input = '', ...environment }: Record<string, string> = {},
  ): SpawnSyncReturns<string> =>
    spawnSync('cargo', args, {
      cwd: project,
      input,
      encoding: 'utf8',
      env: { ...oxdEnvironment(), CARGO_TARGET_DIR: target, ...environment },
    });
  const succeeds = (...given: Parameters<typeof cargo>): SpawnSyncReturns<string> => {
    const result = cargo(...given);
    assert.equal(result.status, 0, result.stdout + result.stderr);
    return result;
  };
  const runs = (code: string): void =>
    writeFileSync(
      config,
      text.replace('    exe = dist', `    config.run_command = ${JSON.stringify(code)}\n\n    exe = dist`),
    );

  test('has the files that a Cargo project has, and its own', () => {
    const files = readdirSync(project, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(project.length + 1));
    const expected = ['Cargo.lock', 'Cargo.toml', 'build.rs', 'pyoxidizer.bzl', 'src/main.rs'];
    assert.deepEqual(files.toSorted(), [
      '.cargo/config.toml',
      '.cargo/python.txt',
      '.gitignore',
      ...expected,
    ]);
    const again = oxd(['init-rust-project', project]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /There is a project already/);
  });

  test('cargo build needs no daemon, keeps to the lock file, and does nothing twice', () => {
    succeeds(['build', '--locked']);
    assert.equal(oxd(['daemon', 'status']).code, 3, 'no daemon was started');
    assert.doesNotMatch(succeeds(['build', '--locked']).stderr, /Compiling/);
  });

  test('cargo run is the prompt that the config asks for', () => {
    const input = 'import sys; print(sys.oxidized, __import__("json").__file__)\n';
    const { stdout } = succeeds(['run', '--quiet'], { input });
    assert.equal(stdout, `True ${target}/debug/myapp/lib/python${minor()}/json/__init__.py\n`);
  });

  test('an edit of the config, and of a module it reads, is noticed', () => {
    runs('print("one")');
    assert.equal(succeeds(['run', '--quiet']).stdout, 'one\n');
    writeFileSync(join(project, 'extra.bzl'), 'code = "print(2)"\n');
    runs('PLACE');
    writeFileSync(
      config,
      `load("extra.bzl", "code")\n${readFileSync(config, 'utf8').replace('"PLACE"', 'code')}`,
    );
    assert.equal(succeeds(['run', '--quiet']).stdout, '2\n');
    writeFileSync(join(project, 'extra.bzl'), 'code = "print(3)"\n');
    assert.equal(succeeds(['run', '--quiet']).stdout, '3\n');
    assert.doesNotMatch(succeeds(['build']).stderr, /Compiling/);
    writeFileSync(config, text);
  });

  test('is well formed: clippy, rustfmt, its own test', () => {
    succeeds(['clippy', '--all-targets', '--', '-D', 'warnings']);
    succeeds(['fmt', '--check']);
    assert.match(succeeds(['test']).stdout, /1 passed/);
  });

  test('artifacts that oxd built before are used without oxd', () => {
    const built = oxd(['build', '--path', project, 'resources']);
    assert.equal(built.code, 0, built.stderr);
    const artifacts = join(project, 'build/x86_64-unknown-linux-gnu/debug/resources');
    for (const name of [
      'packed-resources',
      'default_python_config.rs',
      'pyo3-build-config-file.txt',
      'libpython3.a',
      'link-arguments',
      'COPYING.txt',
    ])
      assert.ok(existsSync(join(artifacts, name)), name);
    const alone = { PYOXIDIZER_ARTIFACT_DIR: artifacts, OXD_EXE: '/nowhere' };
    assert.equal(succeeds(['run', '--quiet'], { ...alone, input: 'print(4)\n' }).stdout, '4\n');
    assert.doesNotMatch(succeeds(['build'], alone).stderr, /Compiling/);
    const missing = cargo(['build'], { OXD_ARTIFACT_DIR: '/nowhere' });
    assert.match(missing.stderr, /error: cannot read \/nowhere\/link-arguments: No such file/);
  });

  test('artifacts of a Python alone, without a config', () => {
    const dest = join(folder, 'artifacts');
    const made = oxd(['generate-python-embedding-artifacts', dest]);
    assert.equal(made.code, 0, made.stderr);
    const pyo3 = readFileSync(join(dest, 'pyo3-build-config-file.txt'), 'utf8');
    for (const line of [
      'implementation=CPython',
      `version=${minor()}`,
      'shared=false',
      'suppress_build_script_link_lines=true',
      'extra_build_script_line=cargo:rustc-link-lib=static=python3',
      `extra_build_script_line=cargo:rustc-link-search=native=${dest}`,
    ])
      assert.ok(pyo3.split('\n').includes(line), `${line} in ${pyo3}`);
    assert.ok(existsSync(join(dest, 'stdlib/json/__init__.py')));
    const result = succeeds(['run', '--quiet'], { OXD_ARTIFACT_DIR: dest, input: 'print(5)\n' });
    assert.equal(result.stdout, '5\n');
  });

  const isolated = spawnSync('unshare', ['-rn', 'true']).status === 0;
  test('with all crates in it, it builds without network, registry and oxd', { skip: !isolated }, () => {
    // In one place, so that what cargo compiled is found again.
    const vendored = join(sharedCache, 'rust-project/vendored');
    rmSync(vendored, { recursive: true, force: true });
    const made = oxd(['init-rust-project', '--vendor', vendored]);
    assert.equal(made.code, 0, made.stderr);
    const built = spawnSync('unshare', ['-rn', 'cargo', 'run', '--quiet', '--locked', '--offline'], {
      cwd: vendored,
      input: 'print(6)\n',
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        RUSTUP_HOME: process.env['RUSTUP_HOME'],
        CARGO_HOME: join(folder, 'no-registry'),
        CARGO_TARGET_DIR: `${target}-vendored`,
        OXD_ARTIFACT_DIR: join(project, 'build/x86_64-unknown-linux-gnu/debug/resources'),
      },
    });
    assert.equal(built.stdout, '6\n', built.stderr);
  });

  const mistakes: readonly [name: string, spoil: () => void, expected: RegExp][] = [
    [
      'crates for another version of Python',
      () =>
        writeFileSync(join(project, '.cargo/python.txt'), pythonText.replace(/version=.*/, 'version=3.99')),
      /The config packs Python 3\.\d+, and the crates are compiled for 3\.99\nhint: write version=3\.\d+ into/,
    ],
    [
      'a config that is wrong',
      () => appendFileSync(config, 'nothing()\n'),
      /pyoxidizer\.bzl:\d+:1\n[^]*nothing/,
    ],
  ];
  let pythonText = '';
  for (const [name, spoil, expected] of mistakes)
    test(`a mistake: ${name}`, () => {
      pythonText = readFileSync(join(project, '.cargo/python.txt'), 'utf8');
      spoil();
      // As cargo calls it, without compiling for the other version.
      const result = oxd(['run-build-script', 'build.rs'], {
        cwd: project,
        environment: {
          OUT_DIR: join(folder, 'out'),
          TARGET: 'x86_64-unknown-linux-gnu',
          PROFILE: 'debug',
          CARGO_MANIFEST_DIR: project,
          PYO3_CONFIG_FILE: join(project, '.cargo/python.txt'),
        },
      });
      writeFileSync(join(project, '.cargo/python.txt'), pythonText);
      writeFileSync(config, text);
      assert.equal(result.code, 1, result.stderr);
      assert.match(result.stderr, expected);
    });

  test('run-build-script is for build scripts', () => {
    const result = oxd(['run-build-script', 'build.rs'], { cwd: project });
    assert.equal(result.code, 64);
    assert.match(result.stderr, /OUT_DIR is not set: this command is for build scripts/);
  });

  const minor = (): string => /python_version = "(.*)"/.exec(text)?.[1] ?? '';
});
