// The guide's own scenarios as a user types them, with the real client, daemon, cargo and pip.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, suite, test } from 'node:test';
import { oxd, stopDaemon } from './oxd.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'oxd-seed-')));
const built = 'build/x86_64-unknown-linux-gnu/debug';

function project(name: string, config: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'pyoxidizer.bzl'), config);
  return path;
}

const arguments06 = `
        extension_module_filter='all',
        include_sources=True,
        include_resources=False,
        include_test=False,`;

suite('the guide', { concurrency: false }, () => {
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  test('S1: a new project is a prompt', () => {
    assert.equal(oxd(['init-config-file', 'pyapp'], { cwd: folder }).code, 0);
    const pyapp = join(folder, 'pyapp');
    const run = oxd(['run'], { cwd: pyapp, input: 'print("hello, world")\n' });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, 'hello, world\n');
    assert.match(run.stderr, new RegExp(`^writing executable to ${pyapp}/${built}/exe/pyapp$`, 'm'));
  });

  test('S3: pyflakes, from outside, from inside, and from standard input', () => {
    const path = project(
      'pyflakes',
      `def make_exe():
    dist = default_python_distribution()

    config = PythonInterpreterConfig(
        run_eval="from pyflakes.api import main; main()",
    )

    exe = dist.to_python_executable(
        name="pyflakes",
        config=config,${arguments06}
    )

    exe.add_python_resources(dist.pip_install(["pyflakes==2.1.1"]))

    return exe

register_target("exe", make_exe)

resolve_targets()
`,
    );
    writeFileSync(join(folder, 'bad.py'), 'import os\n');
    const outside = oxd(['run', '--path', path, '--', 'bad.py'], { cwd: folder });
    assert.deepEqual([outside.code, outside.stdout], [1, "bad.py:1: 'os' imported but unused\n"]);
    assert.match(outside.stderr, /this config speaks as PyOxidizer 0\.7 did, which goes on to work/);
    const inside = oxd(['run', '--', '../bad.py'], { cwd: path });
    assert.deepEqual([inside.code, inside.stdout], [1, "../bad.py:1: 'os' imported but unused\n"]);
    assert.doesNotMatch(inside.stderr, /PyOxidizer 0\.7/, 'a hint is told once');
    const input = oxd(['run', '--path', path], { input: 'x = 1\n' });
    assert.deepEqual([input.code, input.stdout], [0, '']);
  });

  // click 7.1.2: black of that time asks for a part of click that is gone since 8.1.
  const black = 'dist.pip_install(["black==19.3b0", "click==7.1.2"])';

  test('S4: black in the executable, which needs its __file__', () => {
    const path = project(
      'black',
      `def make_exe():
    dist = default_python_distribution()
    config = PythonInterpreterConfig(run_module="black")
    exe = dist.to_python_executable(
        name="black",
        config=config,${arguments06}
    )
    exe.add_python_resources(${black})
    return exe

register_target("exe", make_exe)
resolve_targets()
`,
    );
    assert.equal(oxd(['build', '--path', 'black'], { cwd: folder }).code, 0);
    const run = oxd(['run', '--path', 'black'], { cwd: folder });
    assert.deepEqual([run.code, run.stdout + run.stderr], [0, 'No paths given. Nothing to do 😴\n']);
    assert.deepEqual(readdirSync(join(path, built, 'exe')), ['black']);
  });

  test('S5: black as files in lib, sources and bytecode', () => {
    const path = project(
      'black',
      `def make_python_dist():
    return default_python_distribution()

def make_exe(dist):
    python_config = PythonInterpreterConfig(
        run_module="black",
        sys_paths=["$ORIGIN/lib"],
    )

    return dist.to_python_executable(
        name="black",
        config=python_config,${arguments06}
    )

def make_install(dist, exe):
    files = FileManifest()

    files.add_python_resource(".", exe)

    files.add_python_resources("lib", ${black})

    return files

register_target("python_dist", make_python_dist)
register_target("exe", make_exe, depends=["python_dist"])
register_target("install", make_install, depends=["python_dist", "exe"], default=True)

resolve_targets()
`,
    );
    const build = oxd(['build', '--path', 'black', 'install'], { cwd: folder });
    assert.equal(build.code, 0, build.stderr);
    const install = join(path, built, 'install');
    for (const file of [
      'black',
      'lib/black.py',
      'lib/blib2to3/Grammar.txt',
      'lib/__pycache__/black.cpython-311.pyc',
    ])
      assert.ok(existsSync(join(install, file)), file);
    const run = oxd(['run', '--path', 'black', '--target', 'install'], { cwd: folder });
    assert.deepEqual([run.code, run.stdout + run.stderr], [0, 'No paths given. Nothing to do 😴\n']);
  });

  const masks: Record<string, readonly [config: string, printed: string]> = {
    neither: ['PythonInterpreterConfig(run_eval=code)', 'True False False\n'],
    both: ['PythonInterpreterConfig(run_eval=code, sys_frozen=True, sys_meipass=True)', 'True True True\n'],
  };
  test('S8: masquerading, as configured', () => {
    const path = project(
      'mask',
      [
        `code = "import os, sys; print(sys.oxidized, getattr(sys, 'frozen', False), getattr(sys, '_MEIPASS', None) == os.environ['WHERE'])"`,
        ...Object.entries(masks).map(
          ([name, [config]]) =>
            `def make_${name}():\n    return default_python_distribution().to_python_executable("app", config=${config})\nregister_target("${name}", make_${name})`,
        ),
        '',
      ].join('\n'),
    );
    const build = oxd(['build', '--path', path, ...Object.keys(masks)]);
    assert.equal(build.code, 0, build.stderr);
    for (const [name, [, printed]] of Object.entries(masks)) {
      const app = join(path, built, name, 'app');
      const out = execFileSync(app, { encoding: 'utf8', env: { WHERE: dirname(app) } });
      assert.equal(out, printed, name);
    }
  });

  test('S6: modules that a program loaded decide what the next one has', () => {
    const names = join(folder, 'names');
    mkdirSync(names);
    const path = project(
      'trimmed',
      `def make(filtered):
    config = PythonInterpreterConfig(run_eval="import json; print(json.dumps([1]))", write_modules_directory_env="PYOXIDIZER_MODULES_DIR")
    exe = default_python_distribution().to_python_executable("app", config=config)
    if filtered:
        exe.filter_resources_from_files(glob_files=["${names}/modules-*"])
    return exe
register_target("whole", lambda: make(False))
register_target("part", lambda: make(True))
`,
    );
    assert.equal(oxd(['build', '--path', path, 'whole']).code, 0);
    const environment = { PYOXIDIZER_MODULES_DIR: names };
    for (let run = 0; run < 2; run += 1)
      execFileSync(join(path, built, 'whole/app'), { env: environment, encoding: 'utf8' });
    const written = readdirSync(names);
    assert.equal(written.length, 2);
    assert.match(readFileSync(join(names, written[0] ?? ''), 'utf8'), /^json\.decoder$/m);
    const part = oxd(['build', '--path', path, 'part']);
    assert.equal(part.code, 0, part.stderr);
    assert.equal(execFileSync(join(path, built, 'part/app'), { encoding: 'utf8' }), '[1]\n');
  });
});
