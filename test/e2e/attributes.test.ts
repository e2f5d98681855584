// Attributes of policies and resources, many at once: what two programs see, one with all of them set and one without.
// test/daemon/config/attribute-rows.test.ts says which attribute is seen where.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { oxd, stopDaemon } from './oxd.ts';

const tree: Readonly<Record<string, string>> = {
  'parts/__init__.py': '',
  ...Object.fromEntries(
    ['excluded', 'placed', 'without_source', 'level_zero', 'level_one', 'level_two'].map((name) => [
      `parts/${name}.py`,
      '"documented"\n',
    ]),
  ),
  'parts/excluded.txt': 'data',
  'parts/placed.txt': 'data',
};

const config = `
look = "import os, sys; here = os.path.dirname(__import__('parts').__file__); print(eval(os.environ['EXPRESSION']))"

def change(resource):
    if type(resource) == "PythonModuleSource":
        name = resource.name.split(".")[-1]
        if name == "excluded":
            resource.add_include = False
        elif name == "placed":
            resource.add_location = "filesystem-relative:beside"
        elif name == "without_source":
            resource.add_source = False
        elif name == "level_zero":
            resource.add_bytecode_optimization_level_zero = True
        elif name == "level_one":
            resource.add_bytecode_optimization_level_one = False
        elif name == "level_two":
            resource.add_bytecode_optimization_level_two = True
    elif type(resource) == "PythonPackageResource":
        if resource.name == "excluded.txt":
            resource.add_include = False
        elif resource.name == "placed.txt":
            resource.add_location = "filesystem-relative:beside"

# Most tests of the standard library would only take time.
def few_tests(_policy, resource):
    if type(resource) == "PythonModuleSource" and resource.is_stdlib and resource.name.startswith("test."):
        resource.add_include = resource.add_include and resource.name.startswith("test.support")

def make(name, changed, prepare):
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.register_resource_callback(few_tests)
    config = dist.make_python_interpreter_config()
    config.run_command = look
    prepare(policy)
    exe = dist.to_python_executable("app", policy, config)
    for resource in exe.read_package_root("tree", ["parts"]):
        if changed:
            change(resource)
        exe.add_python_resource(resource)
    return exe

def with_all(policy):
    policy.include_test = True
    policy.include_distribution_resources = True
    policy.extension_module_filter = "minimal"
    policy.bytecode_optimize_level_zero = False
    policy.bytecode_optimize_level_one = True

def as_files(policy):
    policy.file_scanner_emit_files = True
    policy.file_scanner_classify_files = False
    policy.allow_files = True
    policy.include_file_resources = True

def typed_left_out(policy):
    as_files(policy)
    policy.file_scanner_classify_files = True
    policy.include_classified_resources = False

register_target("with", lambda: make("with", True, with_all))
register_target("without", lambda: make("without", False, lambda policy: None))
register_target("files", lambda: make("files", False, as_files))
register_target("untyped", lambda: make("untyped", False, typed_left_out))
`;

/** Bytecode of a module of `parts`, by what its name has between the Python's version and the end. */
const bytecode = (name: string): string =>
  `[f[:-4].partition("-311")[2] for f in sorted(os.listdir(here + "/__pycache__")) if f.startswith("${name}.")]`;
const found = (name: string): string =>
  `all(__import__("importlib.util").util.find_spec(part) is not None for part in ("${name.split('.')[0]}", "${name}"))`;
const folderOf = (module: string): string =>
  `os.path.basename(os.path.dirname(os.path.dirname(__import__("${module}", fromlist=["x"]).__file__)))`;

/** What is seen without, what with all of them, and of what. */
const rows: Readonly<Record<string, readonly [expression: string, without: string, withAll: string]>> = {
  include_test: [found('test.support'), 'False', 'True'],
  include_distribution_resources: [
    'any(f.endswith(".txt") for f in os.listdir(os.path.dirname(os.__file__) + "/lib2to3"))',
    'False',
    'True',
  ],
  extension_module_filter: [found('_ssl'), 'True', 'False'],
  'bytecode_optimize_level_zero, bytecode_optimize_level_one': [bytecode('__init__'), "['']", "['.opt-1']"],
  'add_include of a module': [found('parts.excluded'), 'True', 'False'],
  'add_include of data': ['os.path.exists(here + "/excluded.txt")', 'True', 'False'],
  'add_location of a module': [folderOf('parts.placed'), 'app', 'beside'],
  'add_location of data': [
    'os.path.exists(os.path.dirname(os.path.dirname(here)) + "/beside/parts/placed.txt")',
    'False',
    'True',
  ],
  add_source: ['os.path.exists(here + "/without_source.py")', 'True', 'False'],
  add_bytecode_optimization_level_zero: [bytecode('level_zero'), "['']", "['.opt-1', '']"],
  add_bytecode_optimization_level_one: [bytecode('level_one'), "['']", '[]'],
  add_bytecode_optimization_level_two: [bytecode('level_two'), "['']", "['.opt-1', '.opt-2']"],
};

suite('attributes', { concurrency: false }, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'oxd-attributes-')));
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });
  before(() => {
    const files = Object.entries(tree).map(([path, text]) => [`tree/${path}`, text] as const);
    for (const [path, text] of [...files, ['pyoxidizer.bzl', config] as const]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const built = oxd(['build', '--path', folder, 'with', 'without', 'files', 'untyped']);
    assert.equal(built.code, 0, built.stderr);
  });
  const ask = (target: string, expression: string): string =>
    execFileSync(join(folder, 'build/x86_64-unknown-linux-gnu/debug', target, 'app'), {
      encoding: 'utf8',
      env: { EXPRESSION: expression },
    }).trimEnd();

  for (const [name, [expression, without, withAll]] of Object.entries(rows))
    test(name, () => {
      assert.deepEqual([ask('without', expression), ask('with', expression)], [without, withAll]);
    });

  test('files that are only files are packed as they are: nothing is compiled', () => {
    const listed = 'sorted(os.listdir(here))[:3]';
    assert.equal(ask('without', listed), "['__init__.py', '__pycache__', 'excluded.py']");
    for (const target of ['files', 'untyped'])
      assert.equal(ask(target, listed), "['__init__.py', 'excluded.py', 'excluded.txt']", target);
  });
});
