// The recipes of PyOxidizer's documentation, re-typed: each evaluates, and comes to what its page promises.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Addition } from '../../../daemon/config/resolved-target.ts';
import { evaluate, executableOf, folder, makeExe, resolved } from './evaluation-rig.ts';

/** One word per addition: what, and where it goes. */
const summary = (additions: readonly Addition[]): string[] =>
  additions.map((addition) => {
    if (addition.kind === 'filter') return 'filter';
    const { location, source, levels } = addition.settings;
    const where = location === 'in-memory' ? 'memory' : location.prefix;
    const what =
      addition.kind === 'set' ? addition.set : addition.kind === 'inline-module' ? addition.name : 'stdlib';
    return [what, where, source ? 'source' : '', levels.join('')].filter((part) => part !== '').join(' ');
  });

const recipes: Record<string, { config: string; additions: readonly string[] }> = {
  'from a virtualenv': {
    config: `
dist = default_python_distribution()
exe = dist.to_python_executable(name="myapp")
exe.add_python_resources(exe.read_virtualenv("/path/to/venv"))`,
    additions: [
      'stdlib memory source 0',
      'virtualenv /path/to/venv memory source 0',
      'virtualenv /path/to/venv memory',
    ],
  },
  'a local package': {
    config: `
dist = default_python_distribution()
exe = dist.to_python_executable(name="myapp")
exe.add_python_resources(exe.read_package_root(path=CWD, packages=["myapp"]))`,
    additions: [
      'stdlib memory source 0',
      `package root ${folder} memory source 0`,
      `package root ${folder} memory`,
    ],
  },
  'sources left out': {
    config: `
dist = default_python_distribution()
policy = dist.make_python_packaging_policy()
policy.include_distribution_sources = False
policy.include_non_distribution_sources = False
policy.bytecode_optimize_level_zero = False
policy.bytecode_optimize_level_two = True
config = dist.make_python_interpreter_config()
config.optimization_level = 2
exe = dist.to_python_executable(name="myapp", packaging_policy=policy, config=config)
exe.add_python_resources(exe.pip_install(["app"]))`,
    additions: ['stdlib memory 2', 'pip install app memory 2', 'pip install app memory'],
  },
  'numpy in files mode': {
    config: `
dist = default_python_distribution()
policy = dist.make_python_packaging_policy()
policy.set_resource_handling_mode("files")
policy.resources_location_fallback = "filesystem-relative:lib"
config = dist.make_python_interpreter_config()
config.module_search_paths = ["$ORIGIN/lib"]
exe = dist.to_python_executable(name="myapp", packaging_policy=policy, config=config)
for resource in exe.pip_download(["numpy==1.19.0"]):
    resource.add_location = "filesystem-relative:lib"
    exe.add_python_resource(resource)`,
    additions: ['stdlib memory source 0', 'pip download for x86_64-unknown-linux-gnu numpy==1.19.0 lib'],
  },
  'modules written in the config': {
    config: `
dist = default_python_distribution()
exe = dist.to_python_executable(name="myapp")
exe.add_python_resource(exe.make_python_module_source("mymodule", "X = 1"))
exe.add_python_resource(exe.make_python_module_source(name="pkg", source="", is_package=True))`,
    additions: ['stdlib memory source 0', 'mymodule memory source 0', 'pkg memory source 0'],
  },
  'a legacy file-system relative application': {
    config: `
dist = default_python_distribution()
exe = dist.to_python_executable(name="myapp", resources_policy="filesystem-relative-only:lib")
exe.add_filesystem_relative_python_resources("site", dist.pip_install(["app"]))
exe.add_in_memory_python_resources(dist.setup_py_install(package_path=CWD), add_source_module=False)`,
    additions: [
      'stdlib memory source 0',
      'pip install app site source 0',
      'pip install app site',
      `setup.py ${folder} memory 0`,
      `setup.py ${folder} memory`,
    ],
  },
  'resources routed by a callback': {
    config: `
def resource_callback(policy, resource):
    if type(resource) == "PythonModuleSource":
        if resource.name == "app.api":
            resource.add_include = False
        elif resource.package == "app":
            resource.add_location = "filesystem-relative:lib"
            resource.add_bytecode_optimization_level_two = True
    elif type(resource) in ("PythonPackageResource", "PythonPackageDistributionResource"):
        resource.add_include = False
dist = default_python_distribution()
policy = dist.make_python_packaging_policy()
policy.resources_location = "in-memory"
policy.resources_location_fallback = "filesystem-relative:lib"
exe = dist.to_python_executable(name="myapp", packaging_policy=policy)
policy.register_resource_callback(resource_callback)
exe2 = dist.to_python_executable(name="myapp", packaging_policy=policy)
exe2.add_python_resources(exe2.pip_install(["app"]))
exe = exe2`,
    additions: [
      'stdlib memory source 0',
      'stdlib memory',
      'pip install app lib source 02',
      'pip install app memory',
    ],
  },
  'a python-like executable, memory-mapped, with Tcl beside it': {
    config: `
dist = default_python_distribution(flavor="standalone_dynamic", build_target=BUILD_TARGET_TRIPLE)
config = dist.make_python_interpreter_config()
config.config_profile = "python"
config.allocator_backend = "default"
config.allocator_raw = True
config.parse_argv = True
config.terminfo_resolution = "static:/usr/share/terminfo"
exe = dist.to_python_executable(name="myapp", config=config)
exe.packed_resources_load_mode = "binary-relative-memory-mapped:myapp.pypacked"
exe.tcl_files_path = "lib"
exe.licenses_filename = None`,
    additions: ['stdlib memory source 0'],
  },
  'the standard library by hand, as of 0.7': {
    config: `
dist = default_python_distribution()
exe = dist.to_python_executable(name="myapp", extension_module_filter="minimal", include_sources=False)
exe.add_python_resources([m for m in dist.source_modules() if m.name == "os"])
for resource in dist.package_resources(include_test=True):
    exe.add_package_resource(resource)`,
    additions: ['stdlib memory 0', 'stdlib memory'],
  },
};

for (const [what, { config, additions }] of Object.entries(recipes))
  test(what, async () => {
    const value = await executableOf(makeExe(config));
    assert.deepEqual(summary(value.additions), additions);
  });

const template = `
def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    python_config = dist.make_python_interpreter_config()
    python_config.run_command = "import this"
    exe = dist.to_python_executable(name="myapp", packaging_policy=policy, config=python_config)
    exe.windows_runtime_dlls_mode = "always"
    exe.windows_subsystem = "windows"
    return exe

def make_embedded_resources(exe):
    return exe.to_embedded_resources()

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

def make_msi(exe):
    return exe.to_wix_msi_builder("myapp", "My Application", "1.0", "Alice Jones")

def register_code_signers():
    if not VARS.get("ENABLE_CODE_SIGNING"):
        return
    code_signer_from_windows_store_auto().activate()

register_code_signers()
register_target("exe", make_exe)
register_target("resources", make_embedded_resources, depends=["exe"], default_build_script=True)
register_target("install", make_install, depends=["exe"], default=True)
register_target("msi_installer", make_msi, depends=["exe"])
resolve_targets()
`;

test('the template of 0.24 has its targets', async () => {
  const { outcome } = await resolved(template);
  assert.deepEqual(
    outcome.names.filter(({ default: isDefault }) => isDefault),
    [{ name: 'install', default: true }],
  );
  assert.equal(outcome.targets[0]?.value.type, 'FileManifest');
  const script = await resolved(template, { buildScript: true });
  assert.equal(script.outcome.targets[0]?.value.type, 'PythonEmbeddedResources');
  const both = await resolved(template, { targets: ['exe', 'install'] });
  assert.deepEqual(
    both.outcome.targets.map(({ name }) => name),
    ['exe', 'install'],
  );
});

test('its installer says why it cannot be built here; its signer is one for Windows', async () => {
  const { outcome } = await evaluate(template, { targets: ['msi_installer'] });
  assert.ok(outcome.outcome === 'invalid');
  assert.match(
    outcome.diagnostics[0]?.message ?? '',
    /cannot put myapp into My Application-1\.0\.msi: it is built for x86_64-unknown-linux-gnu/,
  );
  assert.equal(outcome.diagnostics[0]?.range?.start.line, 32);
  const signed = await resolved(template, { variables: { ENABLE_CODE_SIGNING: '1' } });
  assert.equal(signed.outcome.targets[0]?.value.type, 'FileManifest');
});

test('the examples of this project evaluate', async () => {
  for (const name of ['black', 'greeter', 'numpy', 'pyflakes']) {
    const config = join(import.meta.dirname, '../../../examples', name, 'pyoxidizer.bzl');
    const { outcome } = await resolved('', { config });
    assert.equal(outcome.targets[0]?.value.type, 'PythonExecutable', name);
  }
});
