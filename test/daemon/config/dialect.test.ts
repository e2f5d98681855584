import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import type { InterpreterConfig } from '../../../daemon/executable/interpreter-config.ts';

import {
  config,
  executableOf,
  folder,
  inMemory,
  legacyPyflakes,
  makeExe,
  notSource,
  resolved,
} from './evaluation-rig.ts';

test('print, load, VARS and paths', async () => {
  const { outcome, events, traced } = await resolved(
    `load("lib/names.bzl", "app_name")
print("building", app_name, VARS.get("MODE"), VARS["UNSET"], [1, "a"])
print(CWD == CONFIG_PATH[:-len("/pyoxidizer.bzl")], BUILD_TARGET_TRIPLE)
set_build_path("out")
def exe():
    return default_python_distribution().to_python_executable(app_name)
register_target("exe", exe)
`,
    {
      variables: { MODE: 'fast', UNSET: null },
      files: {
        'lib/names.bzl': 'load("more.bzl", "suffix")\napp_name = "tool" + suffix\n',
        'lib/more.bzl': 'suffix = "x"\n',
      },
    },
  );
  assert.deepEqual(
    events.map((event) => event.event === 'output' && event.text),
    ['building toolx fast None [1, "a"]', 'True x86_64-unknown-linux-gnu'],
  );
  const files = [config, join(folder, 'lib/names.bzl'), join(folder, 'lib/more.bzl')];
  assert.deepEqual(outcome.files, files);
  assert.deepEqual(traced, files);
  assert.equal(outcome.targets[0]?.folder, join(folder, 'out/x86_64-unknown-linux-gnu/debug/exe'));
});

test('listing targets asks nothing', async () => {
  const { outcome, host } = await resolved(legacyPyflakes, { targets: 'none' });
  assert.deepEqual(host.asked, []);
  assert.deepEqual(outcome.targets, []);
  assert.deepEqual(
    outcome.names.map(({ name }) => name),
    ['dist', 'exe'],
  );
});

test('each target is resolved once, in the order of dependencies', async () => {
  const { events, outcome } = await resolved(
    `
def make(name):
    def run(*inputs):
        print(name, list(inputs))
        return FileManifest() if name == "top" else name
    return run
register_target("a", make("a"))
register_target("b", make("b"), depends=["a"])
register_target("top", make("top"), depends=["b", "a"])
resolve_target("b")
resolve_targets()
`,
    { targets: ['top'] },
  );
  assert.deepEqual(
    events.map((event) => event.event === 'output' && event.text),
    ['a []', 'b ["a"]', 'top ["b", "a"]'],
  );
  assert.deepEqual(
    outcome.targets.map(({ name }) => name),
    ['top'],
  );
});

const additionsOf = async (body: string): Promise<readonly unknown[]> => {
  const value = await executableOf(
    makeExe(`dist = default_python_distribution()\nexe = dist.to_python_executable("app")\n${body}`),
  );
  return value.additions.slice(1);
};

test('the legacy additions say what they add', async () => {
  const additions = await additionsOf(`
found = dist.pip_install(["app"])
exe.add_module_source(found[0])
exe.add_in_memory_module_bytecode(found[1], optimize_level=2)
exe.add_filesystem_relative_python_resource("lib", found[2], add_source_module=False)
exe.add_extension_module(found[3])
exe.add_filesystem_relative_package_resource("lib", found[4])
exe.add_package_distribution_resource(found[5])`);
  const set = 'pip install app';
  const lib = { prefix: 'lib' };
  assert.deepEqual(additions, [
    { kind: 'set', set, indexes: [0], settings: { ...inMemory, levels: [] } },
    { kind: 'set', set, indexes: [1], settings: { ...inMemory, source: false, levels: [2] } },
    { kind: 'set', set, indexes: [2], settings: { location: lib, source: false, levels: [0] } },
    { kind: 'set', set, indexes: [3, 5], settings: notSource },
    { kind: 'set', set, indexes: [4], settings: { ...notSource, location: lib } },
  ]);
});

test('types of both generations', async () => {
  const { events } = await resolved(
    makeExe(`
dist = default_python_distribution()
exe = dist.to_python_executable("app")
print([type(r) for r in dist.pip_install(["app"])])
print([type(r) for r in exe.pip_install(["app"])])
r = exe.pip_install(["app"])[2]
print(r.name, r.package, r.is_package, r.is_stdlib, r.source, r.add_include, r.add_location)
print(type(dist), type(exe), type(FileManifest()), type(dist.make_python_packaging_policy()))
print(exe.make_python_module_source("m", "x = 1").source, exe.licenses_filename, exe.tcl_files_path)`),
  );
  const printed = events.flatMap((event) => (event.event === 'output' ? [event.text] : []));
  const others = '"PythonExtensionModule", "PythonPackageResource", "PythonPackageDistributionResource"]';
  const threeOf = (name: string): string => `[${`"${name}", `.repeat(3)}${others}`;
  assert.deepEqual(printed, [
    threeOf('PythonSourceModule'),
    threeOf('PythonModuleSource'),
    'app.api app False False # pip install app 2\n True in-memory',
    'PythonDistribution PythonExecutable FileManifest PythonPackagingPolicy',
    'x = 1 COPYING.txt None',
  ]);
});

test('a policy decides, callbacks change its mind, one resource at a time', async () => {
  const value = await executableOf(
    makeExe(`
def callback(policy, resource):
    if type(resource) == "PythonPackageResource":
        resource.add_location = "filesystem-relative:data"
    if resource.name == "app.api":
        resource.add_include = False
dist = default_python_distribution()
policy = dist.make_python_packaging_policy()
policy.include_distribution_sources = False
policy.bytecode_optimize_level_zero = False
policy.bytecode_optimize_level_two = True
policy.register_resource_callback(callback)
exe = dist.to_python_executable("app", packaging_policy=policy)
policy.include_test = True
exe.add_python_resources(exe.pip_install(["app"]))`),
  );
  const levels = [2];
  const data = { ...notSource, location: { prefix: 'data' } };
  assert.deepEqual(value.additions, [
    { kind: 'set', set: 'stdlib', indexes: [0], settings: { location: 'in-memory', source: false, levels } },
    { kind: 'set', set: 'stdlib', indexes: [3, 4], settings: notSource },
    { kind: 'set', set: 'pip install app', indexes: [0, 1], settings: { ...inMemory, levels } },
    { kind: 'set', set: 'pip install app', indexes: [3, 5], settings: notSource },
    { kind: 'set', set: 'pip install app', indexes: [4], settings: data },
  ]);
});

test('an optimizing interpreter gets the bytecode that it looks for', async () => {
  for (const argument of ['optimize_level=2', 'optimize_level=0']) {
    const level = Number(argument.at(-1));
    const value = await executableOf(
      makeExe(
        `exe = default_python_distribution().to_python_executable("app", config=PythonInterpreterConfig(${argument}))`,
      ),
    );
    assert.equal(value.interpreter.optimizationLevel, level);
    const [library] = value.additions;
    assert.ok(library?.kind === 'standard-library');
    assert.deepEqual(library.settings.levels, level === 0 ? [0] : [0, level]);
  }
});

test('both generations choose and place resources alike', async () => {
  const legacy = await executableOf(
    makeExe(`
dist = default_python_distribution()
exe = dist.to_python_executable(name="app", extension_module_filter="no-gpl", include_test=True,
    resources_policy="prefer-in-memory-fallback-filesystem-relative:lib")
exe.add_python_resources(dist.pip_install(["app"]))`),
  );
  const modern = await executableOf(
    makeExe(`
dist = default_python_distribution()
policy = dist.make_python_packaging_policy()
policy.extension_module_filter = "no-copyleft"
policy.include_test = True
policy.resources_location_fallback = "filesystem-relative:lib"
exe = dist.to_python_executable("app", policy)
exe.add_python_resources(dist.pip_install(["app"]))`),
  );
  assert.deepEqual(legacy.additions, modern.additions);
  const fallback = { prefix: 'lib' };
  assert.deepEqual(legacy.additions, [
    { kind: 'set', set: 'stdlib', indexes: [0, 1], settings: inMemory },
    { kind: 'set', set: 'stdlib', indexes: [4], settings: notSource },
    { kind: 'set', set: 'pip install app', indexes: [0, 1, 2], settings: { ...inMemory, fallback } },
    { kind: 'set', set: 'pip install app', indexes: [3, 4, 5], settings: { ...notSource, fallback } },
  ]);
});

test('every way to find resources asks the daemon, with paths from the config', async () => {
  const { host } = await resolved(
    makeExe(`
dist = default_python_distribution(python_version="3.11")
exe = dist.to_python_executable("app")
exe.add_python_resources(exe.read_package_root("src", ["a", "b"]))
exe.add_python_resources(exe.read_virtualenv(CWD + "/venv"))
exe.add_python_resources(exe.setup_py_install(package_path="."))
exe.add_python_resources(exe.pip_download(["c"]))
exe.add_python_resources(dist.read_package_root(path=CWD, packages=["d"]))
exe.add_python_resources(dist.pip_install(["e", "-r", "requirements.txt"], extra_envs={"A": "1"}))`),
  );
  assert.deepEqual(host.asked, [
    'distribution 3.11 x86_64-unknown-linux-gnu',
    `package root ${folder}/src`,
    `virtualenv ${folder}/venv`,
    `setup.py ${folder}`,
    'pip download for x86_64-unknown-linux-gnu c',
    `package root ${folder}`,
    'pip install e -r requirements.txt',
  ]);
});

test('a filter names modules and the packages around them', async () => {
  const files = {
    'seen/modules-1': '# comment\napp.api\n\n',
    'seen/modules-2': 'a.b.c\napp.api\r\n',
    'extra.txt': 'os\n',
  };
  const value = await executableOf(
    makeExe(
      'exe = default_python_distribution().to_python_executable("app")\nexe.filter_resources_from_files(files=["extra.txt"], glob_files=["seen/modules-*"])',
    ),
    { files },
  );
  assert.deepEqual(value.additions.at(-1), {
    kind: 'filter',
    names: ['a', 'a.b', 'a.b.c', 'app', 'app.api', 'os'],
  });
});

test('manifests hold files, and can be looked into', async () => {
  const files = { 'data/a.txt': 'a', 'data/sub/b.txt': 'b', 'data/sub/c.tmp': 'c' };
  const { outcome, events, traced } = await resolved(
    `
def make():
    m = glob(["data/**/*"], exclude=["**/*.tmp"], strip_prefix="data")
    m.add_manifest(glob(["data/*.txt"]))
    m.add_file(FileContent(filename="run.sh", content="#!/bin/sh\\n", executable=True), directory="bin")
    m.add_path("data/a.txt", strip_prefix=CWD)
    removed = m.remove("a.txt")
    print(m.paths(), removed.filename, removed.executable, m.get_file("none"))
    m.install("dest", replace=False)
    return m
register_target("files", make)
`,
    { files },
  );
  const text = events[0]?.event === 'output' ? events[0].text : '';
  assert.equal(text, '["bin/run.sh", "data/a.txt", "sub/b.txt"] a.txt False None');
  const value = outcome.targets[0]?.value;
  assert.ok(value?.type === 'FileManifest');
  assert.equal(value.run, 'bin/run.sh');
  const at = (path: string): unknown => ({ at: 'file', path: join(folder, path) });
  assert.deepEqual(
    value.entries.map((entry) => entry.kind === 'file' && [entry.path, entry.content, entry.executable]),
    [
      ['sub/b.txt', at('data/sub/b.txt'), false],
      ['bin/run.sh', { at: 'text', text: '#!/bin/sh\n' }, true],
      ['data/a.txt', at('data/a.txt'), false],
    ],
  );
  assert.deepEqual(outcome.installations, [{ path: join(folder, 'build/dest'), replace: false, value }]);
  assert.ok(traced.includes(join(folder, 'data/sub/')), 'the listing is part of the trace');
});

test('allocators: one backend for domains, arenas without the domains that replace pymalloc', async () => {
  const interpreterOf = async (lines: string): Promise<InterpreterConfig> => {
    const executable = await executableOf(
      makeExe(`
dist = default_python_distribution()
${lines}
exe = dist.to_python_executable("app", config=config)`),
    );
    return executable.interpreter;
  };
  const modern = (lines: string) => `config = dist.make_python_interpreter_config()\n${lines}`;
  const rows: [lines: string, expected: Partial<InterpreterConfig>][] = [
    [modern(''), {}],
    [modern('config.allocator_mem = True'), {}],
    [modern('config.allocator_debug = True'), { allocatorDebug: true }],
    [
      modern('config.allocator_backend = "mimalloc"\nconfig.allocator_mem = True'),
      { allocatorBackend: 'mimalloc', allocatorRaw: true, allocatorMem: true },
    ],
    [
      'config = PythonInterpreterConfig(raw_allocator="jemalloc")',
      { allocatorBackend: 'jemalloc', allocatorRaw: true },
    ],
    ['config = PythonInterpreterConfig(raw_allocator="system")', {}],
  ];
  for (const [lines, expected] of rows) {
    const found = Object.entries(await interpreterOf(lines)).filter(([name]) => /^allocator/.test(name));
    assert.deepEqual(Object.fromEntries(found), expected, lines);
  }
  await assert.rejects(
    interpreterOf(modern('config.allocator_pymalloc_arena = True\nconfig.allocator_obj = True')),
    /cannot be combined/,
  );
});
