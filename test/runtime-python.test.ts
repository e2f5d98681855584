// The Python package in every executable: its own tests with each CPython of this machine, and one import from inside.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { oxd, stopDaemon } from './e2e/oxd.ts';

const run = promisify(execFile);
const folder = resolve('runtime/python');

/** pyenv's CPython of that minor version, or the one on PATH. */
function findPython(version: string): string | undefined {
  const pyenv = join(homedir(), '.pyenv/versions');
  const installed = existsSync(pyenv)
    ? readdirSync(pyenv).filter((name) => name.startsWith(`${version}.`))
    : [];
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, `python${version}`));
  return [...installed.map((name) => join(pyenv, name, 'bin/python3')), ...onPath].find(existsSync);
}

suite('oxidized_importer', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'oxd-importer-')));
  after(() => {
    stopDaemon();
    rmSync(root, { recursive: true, force: true });
  });

  for (const version of ['3.10', '3.11', '3.12', '3.13'])
    test(`its own tests, ${version}`, async (t) => {
      const python = findPython(version);
      if (python === undefined) return t.skip(`no Python ${version} on this machine`);
      const { stderr } = await run(
        python,
        ['-B', '-m', 'unittest', 'discover', '-s', 'tests', '-t', 'tests'],
        { cwd: folder, env: { ...process.env, PYTHONPATH: folder } },
      );
      assert.match(stderr, /Ran \d\d tests/);
    });

  const built = (name: string, code: string, files: Readonly<Record<string, string>> = {}): string => {
    const workspace = join(root, name);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(workspace, file)), { recursive: true });
      writeFileSync(join(workspace, file), text);
    }
    mkdirSync(workspace, { recursive: true });
    const own =
      Object.keys(files).length === 0
        ? ''
        : '    exe.add_python_resources(exe.read_package_root(CWD, ["oxidized_importer"]))\n';
    writeFileSync(
      join(workspace, 'pyoxidizer.bzl'),
      `def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(name = "app", config = PythonInterpreterConfig(run_eval = ${JSON.stringify(code)}))
${own}    return exe

register_target("exe", make_exe)
`,
    );
    const result = oxd(['run', '--path', workspace]);
    assert.equal(result.code, 0, result.stderr);
    return result.stdout;
  };

  test('an executable has it, and does not import it by itself', () => {
    const code = `
import os, sys
print(any(name.startswith('oxidized_importer') for name in sys.modules))
import oxidized_importer
print(os.path.relpath(oxidized_importer.__file__, os.path.realpath('/proc/self/exe')))
resource = oxidized_importer.OxidizedResource()
resource.name, resource.is_module, resource.in_memory_source = 'made', True, b'value = 6 * 7'
finder = oxidized_importer.OxidizedFinder()
finder.add_resource(resource)
other = oxidized_importer.OxidizedFinder()
other.index_bytes(finder.serialize_indexed_resources())
sys.meta_path.append(other)
import made
print(made.value, other.path_hook_base_str == os.path.realpath('/proc/self/exe'))
import _bisect, importlib.util
library = getattr(_bisect, '__file__', None)
if library is None:
    print('built in')
else:
    resource.name, resource.is_module, resource.is_extension_module = '_bisect', False, True
    with open(library, 'rb') as file:
        resource.in_memory_extension_module_shared_library = file.read()
    other.add_resource(resource)
    again = importlib.util.module_from_spec(other.find_spec('_bisect'))
    other.exec_module(again)
    print(again is not _bisect, again.bisect_right([1, 3], 2))
found = oxidized_importer.find_resources_in_path(other.path_hook_base_str)
print('oxidized_importer.finder' in [getattr(resource, 'module', None) for resource in found])
`;
    assert.match(
      built('has', code),
      /^False\noxidized_importer\/__init__\.py\n42 True\n(True 1|built in)\nTrue\n$/,
    );
  });

  test("the application's own hides it", () => {
    const own = { 'oxidized_importer/__init__.py': "mark = 'own'\n" };
    assert.equal(built('hides', 'import oxidized_importer\nprint(oxidized_importer.mark)', own), 'own\n');
  });
});
