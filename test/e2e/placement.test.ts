// Where resources go, and in which form, for every kind of resource and location: read off the programs that come out.
// Real wheels: markupsafe has a native module and data, six is one pure module.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
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

const names = Object.keys(rows);
const target = (name: string): string => `row${names.indexOf(name)}`;

function configOf(): string {
  const functions = Object.entries(rows).map(([name, { prepare = '', legacy }]) => {
    const body =
      legacy === undefined
        ? `policy = dist.make_python_packaging_policy()
config = dist.make_python_interpreter_config()
config.run_command = look
config.sys_meipass = True
${prepare}
exe = dist.to_python_executable(name = "app", packaging_policy = policy, config = config)
exe.add_python_resources(exe.pip_install(packages))`
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
    const built = oxd(['build', '--path', folder, ...names.map(target)]);
    assert.equal(built.code, 0, built.stderr);
  });

  for (const [name, { seen }] of Object.entries(rows))
    test(name, () => {
      const program = join(folder, 'build/x86_64-unknown-linux-gnu/debug', target(name), 'app');
      const out = execFileSync(program, { encoding: 'utf8', cwd: folder });
      assert.deepEqual(JSON.parse(out), { ...packed, ...seen });
    });
});
