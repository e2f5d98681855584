// The seed's scenarios, in both generations of the API.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import {
  config,
  executableOf,
  folder,
  inMemory,
  legacyInterpreter,
  legacyPyflakes,
  makeExe,
  modernInterpreter,
  notSource,
  resolved,
  standardLibrary,
} from './evaluation-rig.ts';

/** Indexes in a set of `installed` resources: modules are packed as source and bytecode, the rest as they are. */
const wholePackage = (set: string): unknown[] => [
  { kind: 'set', set, indexes: [0, 1, 2], settings: inMemory },
  { kind: 'set', set, indexes: [3, 4, 5], settings: notSource },
];

test('S1: the smallest config packs a REPL', async () => {
  const { outcome, host } = await resolved(
    makeExe('exe = default_python_distribution().to_python_executable(name="pyapp")'),
  );
  assert.deepEqual(outcome.names, [{ name: 'exe', default: true }]);
  assert.deepEqual(outcome.files, [config]);
  assert.deepEqual(host.asked, ['distribution any x86_64-unknown-linux-gnu']);
  assert.deepEqual(outcome.targets, [
    {
      name: 'exe',
      folder: join(folder, 'build/x86_64-unknown-linux-gnu/debug/exe'),
      value: {
        type: 'PythonExecutable',
        name: 'pyapp',
        distribution: 'cpython',
        extensionModules: { filter: 'all', variants: {} },
        interpreter: { ...modernInterpreter, run: { mode: 'repl' } },
        additions: [standardLibrary],
        licensesFilename: 'COPYING.txt',
        licensing: { denied: [], allowed: [], clarified: {}, manifests: [] },
        packedResources: 'embedded',
        tclFilesPath: undefined,
      },
    },
  ]);
});

test('S3: pyflakes, as the guide has it', async () => {
  const { outcome, host } = await resolved(legacyPyflakes);
  assert.deepEqual(host.asked, ['distribution any x86_64-unknown-linux-gnu', 'pip install pyflakes==2.1.1']);
  assert.deepEqual(outcome.names, [
    { name: 'dist', default: false },
    { name: 'exe', default: true },
  ]);
  const [target] = outcome.targets;
  assert.equal(target?.name, 'exe');
  assert.ok(target.value.type === 'PythonExecutable');
  assert.deepEqual(target.value.interpreter, {
    ...legacyInterpreter,
    run: { mode: 'eval', code: 'from pyflakes.api import main; main()' },
  });
  assert.deepEqual(target.value.additions, [standardLibrary, ...wholePackage('pip install pyflakes==2.1.1')]);
});

test('S3: pyflakes in the modern API', async () => {
  const value = await executableOf(
    makeExe(`
dist = default_python_distribution(python_version="3.11")
policy = dist.make_python_packaging_policy()
config = dist.make_python_interpreter_config()
config.run_command = "from pyflakes.api import main; main()"
exe = dist.to_python_executable(name="pyflakes", packaging_policy=policy, config=config)
exe.add_python_resources(exe.pip_install(["pyflakes==2.1.1"]))`),
  );
  assert.deepEqual(value.interpreter, {
    ...modernInterpreter,
    run: { mode: 'eval', code: 'from pyflakes.api import main; main()' },
  });
  assert.deepEqual(value.additions, [standardLibrary, ...wholePackage('pip install pyflakes==2.1.1')]);
});

test('S5: black beside its executable, as the guide has it', async () => {
  const { outcome } = await resolved(
    `
def make_python_dist():
    return default_python_distribution()

def make_exe(dist):
    python_config = PythonInterpreterConfig(run_module="black", sys_paths=["$ORIGIN/lib"])
    return dist.to_python_executable(name="black", config=python_config,
        extension_module_filter='all', include_sources=True, include_resources=False, include_test=False)

def make_install(dist, exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    files.add_python_resources("lib", dist.pip_install(["black==19.3b0"]))
    return files

register_target("python_dist", make_python_dist)
register_target("exe", make_exe, depends=["python_dist"])
register_target("install", make_install, depends=["python_dist", "exe"], default=True)
resolve_targets()
`,
    { targets: ['install'] },
  );
  const value = outcome.targets[0]?.value;
  assert.ok(value?.type === 'FileManifest');
  assert.equal(value.run, 'black');
  const [program, ...resources] = value.entries;
  assert.ok(program?.kind === 'executable');
  assert.deepEqual(
    [program.prefix, program.executable.interpreter.run, program.executable.interpreter.searchPaths],
    ['', { mode: 'module', name: 'black' }, ['$ORIGIN/lib']],
  );
  const set = 'pip install black==19.3b0';
  assert.deepEqual(resources, [
    { kind: 'resources', prefix: 'lib', set, indexes: [0, 1, 2] },
    { kind: 'bytecode', prefix: 'lib', set, indexes: [0, 1, 2], distribution: 'cpython', level: 0 },
    { kind: 'resources', prefix: 'lib', set, indexes: [3, 4, 5] },
  ]);
});

test('S5: black beside its executable, in the modern API', async () => {
  const { outcome } = await resolved(`
def make_exe():
    dist = default_python_distribution(python_version="3.10")
    policy = dist.make_python_packaging_policy()
    policy.resources_location_fallback = "filesystem-relative:lib"
    cfg = dist.make_python_interpreter_config()
    cfg.run_module = "black"
    exe = dist.to_python_executable(name="black", packaging_policy=policy, config=cfg)
    for r in exe.pip_install(["black==19.10b0"]):
        r.add_location = "filesystem-relative:lib"
        exe.add_python_resource(r)
    return exe

def make_install(exe):
    m = FileManifest()
    m.add_python_resource(".", exe)
    return m

register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)
resolve_targets()
`);
  const value = outcome.targets[0]?.value;
  assert.ok(value?.type === 'FileManifest');
  const [program] = value.entries;
  assert.ok(program?.kind === 'executable');
  // Where modules are, the interpreter looks.
  assert.deepEqual(program.executable.interpreter.searchPaths, ['$ORIGIN/lib']);
  const fallback = { prefix: 'lib' };
  const set = 'pip install black==19.10b0';
  assert.deepEqual(program.executable.additions.slice(1), [
    { kind: 'set', set, indexes: [0, 1, 2], settings: { ...inMemory, location: fallback, fallback } },
    { kind: 'set', set, indexes: [3, 4, 5], settings: { ...notSource, location: fallback, fallback } },
  ]);
});

test('S8: masquerading reaches the interpreter', async () => {
  const legacy = await executableOf(
    makeExe(`
exe = default_python_distribution().to_python_executable("app",
    config=PythonInterpreterConfig(sys_frozen=True, sys_meipass=True, write_modules_directory_env="DIR"))`),
  );
  const { sysFrozen, sysMeipass, writeModulesDirectoryEnv } = legacy.interpreter;
  assert.deepEqual([sysFrozen, sysMeipass, writeModulesDirectoryEnv], [true, true, 'DIR']);
  const modern = await executableOf(
    makeExe(`
dist = default_python_distribution()
config = dist.make_python_interpreter_config()
config.sys_frozen = False
config.sys_meipass = True
exe = dist.to_python_executable("app", config=config)`),
  );
  assert.deepEqual([modern.interpreter.sysFrozen, modern.interpreter.sysMeipass], [false, true]);
});
