// Attributes of Python's side of a config. Those of PythonInterpreterConfig are in ../executable/every-setting.test.ts.
import {
  flag,
  forWindows,
  seen,
  targetOf,
  text,
  type AttributeRow,
  type Effect,
  type TypeRows,
} from './attribute-row.ts';

const attributes = (name: string): Effect => seen(`test/e2e/attributes.test.ts: \`${name}\``);
const placement = (name: string): Effect => seen(`test/e2e/placement.test.ts: \`${name}\``);
const onlyFiles = attributes('files that are only files are packed as they are: nothing is compiled');
const levels = attributes('bytecode_optimize_level_zero, bytecode_optimize_level_one');

const python = `dist = default_python_distribution()
policy = dist.make_python_packaging_policy()
exe = dist.to_python_executable("app", packaging_policy=policy)
`;

const choice = (accepted: string, expected: string, effect: AttributeRow['effect']): AttributeRow => ({
  accepted,
  refused: '"other"',
  says: `expects ${expected}; got "other"`,
  effect,
});
const list = (accepted: string, effect: AttributeRow['effect']): AttributeRow => ({
  accepted,
  refused: '"other"',
  says: 'expects a list; got "other"',
  effect,
});

/** The attributes of every resource. */
const additions = (what: 'module' | 'data'): Readonly<Record<string, AttributeRow>> => {
  const ofModules = {
    none: 'only modules have sources and bytecode; others take the attribute and leave it',
  };
  const module = (name: string): AttributeRow['effect'] => (what === 'module' ? attributes(name) : ofModules);
  return {
    add_include: flag(attributes(`add_include of ${what === 'module' ? 'a module' : 'data'}`), 'False'),
    add_location: text(
      'filesystem-relative:lib',
      attributes(`add_location of ${what === 'module' ? 'a module' : 'data'}`),
    ),
    add_location_fallback: text(
      'filesystem-relative:lib',
      { none: 'the first location takes everything here; the fallback is kept for PyOxidizer' },
      'None',
    ),
    add_source: flag(module('add_source'), 'False'),
    add_bytecode_optimization_level_zero: flag(module('add_bytecode_optimization_level_zero')),
    add_bytecode_optimization_level_one: flag(module('add_bytecode_optimization_level_one')),
    add_bytecode_optimization_level_two: flag(module('add_bytecode_optimization_level_two')),
  };
};
const resource = (expression: string, what: 'module' | 'data'): TypeRows => ({
  config: targetOf(`${python}x = ${expression}\nSET\nreturn exe`),
  rows: additions(what),
});

export const pythonRows: Readonly<Record<string, TypeRows>> = {
  PythonExecutable: {
    config: targetOf(`${python}x = exe\nSET\nreturn exe`),
    rows: {
      licenses_filename: text(
        'LICENCES.txt',
        seen(
          'test/e2e/licences.test.ts: `an install layout has it beside the executable, with what lies there`',
        ),
        'None',
      ),
      licenses_denied: list(
        '["GPL-3.0-only"]',
        seen('test/e2e/licences.test.ts: `a build fails for what the config denies, and writes nothing`'),
      ),
      licenses_allowed: list('["MIT"]', { comes: '"allowed":["MIT"]' }),
      licenses_clarified: {
        accepted: '{"six": "MIT"}',
        refused: '["six"]',
        says: 'expects a dict; got type list',
        effect: { comes: '"clarified":{"six":"MIT"}' },
      },
      packed_resources_load_mode: text(
        'binary-relative-memory-mapped:app.packed',
        placement('packed resources in a file that is mapped'),
      ),
      tcl_files_path: text('lib', seen('test/e2e/tkinter.test.ts: `a window`'), 'None'),
      windows_runtime_dlls_mode: choice('"never"', 'one of "never", "when-present", "always"', forWindows),
      windows_subsystem: choice('"windows"', 'one of "console", "windows"', forWindows),
    },
  },
  PythonPackagingPolicy: {
    config: targetOf(`${python}x = policy\nSET\nreturn exe`),
    rows: {
      allow_files: flag(onlyFiles),
      allow_in_memory_shared_library_loading: flag(
        placement('libraries from memory, as Windows is asked for'),
      ),
      bytecode_optimize_level_zero: flag(levels, 'False'),
      bytecode_optimize_level_one: flag(levels),
      bytecode_optimize_level_two: flag(placement('bytecode alone, of level 2')),
      extension_module_filter: choice(
        '"minimal"',
        'one of "minimal", "all", "no-libraries", "no-copyleft"',
        attributes('extension_module_filter'),
      ),
      file_scanner_classify_files: flag(onlyFiles, 'False'),
      file_scanner_emit_files: flag(onlyFiles),
      include_classified_resources: flag(onlyFiles, 'False'),
      include_distribution_sources: flag(
        placement('no sources of the standard library: the application keeps its own, and runs'),
        'False',
      ),
      include_distribution_resources: flag(attributes('include_distribution_resources')),
      include_file_resources: flag(onlyFiles),
      include_non_distribution_sources: flag(placement('no sources of the application'), 'False'),
      include_test: flag(attributes('include_test')),
      resources_location: text(
        'filesystem-relative:lib',
        placement('all of the application beside the executable'),
      ),
      resources_location_fallback: text(
        'filesystem-relative:lib',
        placement('a fallback is not needed'),
        'None',
      ),
    },
  },
  PythonModuleSource: resource('exe.make_python_module_source("a.b", "x = 1")', 'module'),
  PythonExtensionModule: resource('exe.pip_install(["app"])[3]', 'data'),
  PythonPackageResource: resource('exe.pip_install(["app"])[4]', 'data'),
  PythonPackageDistributionResource: resource('exe.pip_install(["app"])[5]', 'data'),
  File: resource(
    '(policy.set_resource_handling_mode("files"), dist.to_python_executable("f", policy).pip_install(["app"])[0])[1]',
    'data',
  ),
  PythonSourceModule: resource('dist.pip_install(["app"])[0]', 'module'),
  CodeSigningRequest: {
    config: `
def callback(x):
    SET
    pass
signer = code_signer_from_windows_store_auto()
signer.set_signing_callback(callback)
signer.activate()
${targetOf('installer = WiXMSIBuilder("id", "name", "1.0", "maker")\nreturn installer')}`,
    rows: {
      defer: flag(seen('test/e2e/signing.test.ts: `a callback prevents, or leaves it to the next signer`')),
      prevent_signing: flag(
        seen('test/e2e/signing.test.ts: `a callback prevents, or leaves it to the next signer`'),
      ),
    },
  },
};
