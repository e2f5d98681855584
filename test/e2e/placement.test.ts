// Where resources go, and in which form, for every kind of resource and location: read off the programs that come out.
// Real wheels: markupsafe has a native module and data, six is one pure module.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { oxd, stopDaemon } from './oxd.ts';

/** Says of each thing whether it is in the executable ("memory") or in which folder beside it. */
const look = `
import importlib.metadata, importlib.resources, inspect, json, math, os, sys
import markupsafe, markupsafe._speedups as native, six
import lib2to3
here = os.path.realpath(sys._MEIPASS)
def where(path):
    path = os.path.realpath(str(path))
    if not path.startswith(here + os.sep): return path
    top = os.path.relpath(path, here).split(os.sep)[0]
    return "memory" if top == "app" else top
def has_source(module):
    try:
        return bool(inspect.getsource(module))
    except (OSError, TypeError):
        return False
def data(package, name):
    file = importlib.resources.files(package) / name
    return where(file) if file.is_file() else "none"
def checked():
    "documented"
    assert False
metadata = importlib.metadata.distribution("markupsafe")
print(json.dumps({
    "pure": where(six.__file__), "native": where(native.__file__), "data": data("markupsafe", "py.typed"),
    "metadata": where(metadata.locate_file("")), "version": metadata.version, "stdlib": where(json.__file__),
    "stdlib native": "memory" if not hasattr(math, "__file__") else where(math.__file__),
    "stdlib data": data("lib2to3", "Grammar.txt"),
    "sources": [has_source(json), has_source(six)], "docs": [bool(json.__doc__), bool(six.__doc__)],
    "works": str(native.escape("<")) == "&lt;" and markupsafe.escape is native.escape,
}))
`;

type Seen = Readonly<Record<string, unknown>>;
const packed = {
  pure: 'memory',
  native: 'memory',
  data: 'memory',
  metadata: 'memory',
  version: '2.1.5',
  stdlib: 'memory',
  'stdlib native': 'memory',
  'stdlib data': 'none',
  sources: [true, true],
  docs: [true, true],
  works: true,
};
const besideIn = (folder: string): Seen => ({
  pure: folder,
  native: folder,
  data: folder,
  metadata: folder,
});

type Row = {
  /** Lines before the executable is made, with `dist`, `policy` and `config`. */
  readonly prepare?: string;
  /** The legacy API's own arguments, without policy and config. */
  readonly legacy?: string;
  readonly seen: Seen;
};

const rows: Record<string, Row> = {
  'the default packs everything, native modules too': { seen: {} },
  'a fallback is not needed': {
    prepare: 'policy.resources_location_fallback = "filesystem-relative:lib"',
    seen: {},
  },
  'libraries from memory, as Windows is asked for': {
    prepare: 'policy.allow_in_memory_shared_library_loading = True',
    seen: {},
  },
  'all of the application beside the executable': {
    prepare: 'policy.resources_location = "filesystem-relative:lib"',
    seen: besideIn('lib'),
  },
  'beside, or else in memory': {
    prepare:
      'policy.resources_location = "filesystem-relative:lib"\npolicy.resources_location_fallback = "in-memory"',
    seen: besideIn('lib'),
  },
  'native modules beside, the rest in memory, without a fallback': {
    prepare: `def callback(policy, resource):
    if type(resource) == "PythonExtensionModule" and not resource.is_stdlib:
        resource.add_location = "filesystem-relative:native"
policy.register_resource_callback(callback)`,
    seen: { native: 'native' },
  },
  'pure modules beside, the rest in memory': {
    prepare: `def callback(policy, resource):
    if type(resource) == "PythonModuleSource" and resource.name == "six":
        resource.add_location = "filesystem-relative:modules"
policy.register_resource_callback(callback)`,
    seen: { pure: 'modules' },
  },
  'legacy: in memory, or else beside': {
    legacy: 'resources_policy="prefer-in-memory-fallback-filesystem-relative:lib"',
    seen: {},
  },
  'legacy: beside only': { legacy: 'resources_policy="filesystem-relative-only:lib"', seen: besideIn('lib') },
  'files mode beside the executable': {
    prepare: `policy.set_resource_handling_mode("files")
policy.resources_location = "filesystem-relative:lib"
config.module_search_paths = ["$ORIGIN/lib"]
config.filesystem_importer = True`,
    seen: besideIn('lib'),
  },
  'files mode in memory': { prepare: 'policy.set_resource_handling_mode("files")', seen: {} },
  'packed resources in a file that is mapped': {
    prepare: 'executable["packed_resources_load_mode"] = "binary-relative-memory-mapped:data/app.packed"',
    seen: {},
  },
  'data of the standard library': {
    prepare: 'policy.include_distribution_resources = True',
    seen: { 'stdlib data': 'memory' },
  },
  'no sources of the standard library: the application keeps its own, and runs': {
    prepare: 'policy.include_distribution_sources = False',
    seen: { sources: [false, true] },
  },
  'no sources of the application': {
    prepare: 'policy.include_non_distribution_sources = False',
    seen: { sources: [true, false] },
  },
  'bytecode alone, of level 2': {
    prepare: `policy.include_distribution_sources = False
policy.include_non_distribution_sources = False
policy.bytecode_optimize_level_zero = False
policy.bytecode_optimize_level_two = True
config.optimization_level = 2`,
    seen: { sources: [false, false], docs: [false, false] },
  },
  'bytecode alone, of level 2, beside the executable': {
    prepare: `policy.include_distribution_sources = False
policy.include_non_distribution_sources = False
policy.resources_location = "filesystem-relative:lib"
policy.bytecode_optimize_level_two = True
config.optimization_level = 2`,
    seen: { ...besideIn('lib'), sources: [false, false], docs: [false, false] },
  },
};

/** The standard library in files, and nothing in the executable. */
const withoutResources = `
def make_none(dist):
    config = dist.make_python_interpreter_config()
    config.module_search_paths = ["$ORIGIN/lib/python3.11", "$ORIGIN/lib/python3.11/lib-dynload"]
    config.run_command = "import json, math, os, sys; print(os.path.relpath(json.__file__, os.path.dirname(sys.argv[0])))"
    exe = dist.to_python_executable(name = "app", config = config)
    exe.packed_resources_load_mode = "none"
    files = FileManifest()
    files.add_python_resource(".", exe)
    files.add_python_resources(".", [r for r in dist.python_resources() if r.add_include])
    return files
register_target("none", make_none, depends = ["dist"])`;

const names = Object.keys(rows);
const target = (name: string): string => `row${names.indexOf(name)}`;

function configOf(): string {
  const functions = Object.entries(rows).map(([name, { prepare = '', legacy }]) => {
    const body =
      legacy === undefined
        ? `executable = {}
policy = dist.make_python_packaging_policy()
config = dist.make_python_interpreter_config()
config.run_command = look
config.sys_meipass = True
${prepare}
exe = dist.to_python_executable(name = "app", packaging_policy = policy, config = config)
exe.add_python_resources(exe.pip_install(packages))
exe.packed_resources_load_mode = executable.get("packed_resources_load_mode", exe.packed_resources_load_mode)`
        : `config = PythonInterpreterConfig(run_eval = look, sys_meipass = True)
exe = dist.to_python_executable(name = "app", config = config, ${legacy})
exe.add_python_resources(dist.pip_install(packages))`;
    return `def make_${target(name)}(dist):\n${body.replaceAll(/^(?=.)/gm, '    ')}\n    return exe
register_target("${target(name)}", make_${target(name)}, depends = ["dist"])`;
  });
  return [
    `look = ${JSON.stringify(look)}`,
    'packages = ["markupsafe==2.1.5", "six==1.16.0"]',
    'register_target("dist", default_python_distribution)',
    ...functions,
    withoutResources,
    'resolve_targets()\n',
  ].join('\n');
}

suite('placement', { concurrency: false }, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'oxd-placement-')));
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });
  before(() => {
    writeFileSync(join(folder, 'pyoxidizer.bzl'), configOf());
    // Several targets in one call share what they share.
    const built = oxd(['build', '--path', folder, ...names.map(target), 'none']);
    assert.equal(built.code, 0, built.stderr);
  });

  for (const [name, { seen }] of Object.entries(rows))
    test(name, () => {
      const program = join(folder, 'build/x86_64-unknown-linux-gnu/debug', target(name), 'app');
      const out = execFileSync(program, { encoding: 'utf8', cwd: folder });
      assert.deepEqual(JSON.parse(out), { ...packed, ...seen });
    });

  test('without packed resources the standard library is found in files', () => {
    const program = join(folder, 'build/x86_64-unknown-linux-gnu/debug/none/app');
    assert.equal(execFileSync(program, { encoding: 'utf8' }), 'lib/python3.11/json/__init__.py\n');
    assert.ok(statSync(program).size < 12_000_000);
  });

  test('a file of packed resources is named when it is missing', () => {
    const row = join(
      folder,
      'build/x86_64-unknown-linux-gnu/debug',
      target('packed resources in a file that is mapped'),
    );
    assert.ok(statSync(join(row, 'app')).size < statSync(join(row, 'data/app.packed')).size);
    renameSync(join(row, 'data/app.packed'), join(row, 'data/away'));
    const { status, stderr } = spawnSync(join(row, 'app'), { encoding: 'utf8' });
    assert.notEqual(status, 0);
    assert.match(stderr, /data\/app\.packed/);
  });
});
