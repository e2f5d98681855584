// Every attribute of PythonInterpreterConfig, set as a config sets it, and what a packed program sees of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { PythonInterpreterConfig } from '../../../daemon/config/interpreter-config.ts';
import { interpreterSettings } from '../../../daemon/config/interpreter-settings.ts';
import type { DistributionSummary } from '../../../daemon/config/host.ts';
import type { InterpreterConfig } from '../../../daemon/executable/interpreter-config.ts';
import { buildStub, testPython, writeExecutable } from './packing.ts';

const python = testPython();
const stub = buildStub(python);
const folder = mkdtempSync(join(tmpdir(), 'oxd-settings-'));
const program = join(folder, 'program');
const plain = join(folder, 'plain');
after(() => rmSync(folder, { recursive: true, force: true }));

type Values = Readonly<Record<string, unknown>>;
type Row = {
  readonly value: unknown;
  /** Further settings that both programs have. */
  readonly with?: Values;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
} & (
  | { readonly prints: string; readonly expression: string }
  /** Whatever it runs: what is written to standard output or error. */
  | { readonly says: RegExp; readonly expression?: string }
  /** What it comes to in the image, where the effect is another test's, or another platform's. */
  | { readonly becomes: Partial<InterpreterConfig>; readonly reason: string }
);

/** CPython's own view of its configuration. */
const asRead = (part: 'config' | 'pre_config', name: string): string =>
  `__import__("_testinternalcapi").get_configs()[${JSON.stringify(part)}][${JSON.stringify(name)}]`;
const path = (name: string, expression: string): Row => ({
  value: `$ORIGIN/${name}`,
  expression,
  prints: `${folder}/${name}`,
});
const allocatorTests = 'allocators.test.ts and test/allocators observe it';
const otherPlatform = 'for Windows';

const rows: Readonly<Record<string, Row>> = {
  config_profile: { value: 'python', expression: 'sys.flags.isolated', prints: '0' },
  allocator_backend: {
    value: 'mimalloc',
    becomes: { allocatorBackend: 'mimalloc', allocatorRaw: true },
    reason: allocatorTests,
  },
  allocator_raw: {
    value: false,
    with: { allocator_backend: 'rust' },
    becomes: { allocatorBackend: 'rust' },
    reason: allocatorTests,
  },
  allocator_mem: {
    value: true,
    with: { allocator_backend: 'rust' },
    becomes: { allocatorMem: true },
    reason: allocatorTests,
  },
  allocator_obj: {
    value: true,
    with: { allocator_backend: 'rust' },
    becomes: { allocatorObj: true },
    reason: allocatorTests,
  },
  allocator_pymalloc_arena: {
    value: true,
    with: { allocator_backend: 'rust' },
    becomes: { allocatorPymallocArena: true },
    reason: allocatorTests,
  },
  allocator_debug: {
    value: true,
    expression:
      '(getattr(__import__("_testcapi"), "pymem_getallocatorsname", None) or __import__("_testinternalcapi").pymem_getallocatorsname)()',
    prints: 'pymalloc_debug',
  },
  oxidized_importer: {
    value: false,
    expression:
      '[type(finder).__module__ for finder in sys.meta_path].count("_oxd"), type(__import__("json").__loader__).__module__, __import__("json").__file__.startswith(sys.prefix)',
    prints: `(0, '_frozen_importlib_external', True)`,
  },
  filesystem_importer: {
    value: false,
    expression:
      '[(sys.path.insert(0, os.environ["ON_DISK"]), __import__("importlib.util").util.find_spec(name) is not None)[1] for name in ("on_disk", "csv")]',
    prints: '[False, True]',
    environment: { ON_DISK: folder },
  },
  argvb: {
    value: true,
    expression: 'getattr(sys, "argvb", None)[1:]',
    prints: String.raw`[b'\xc3\xbc']`,
    args: ['ü'],
  },
  multiprocessing_auto_dispatch: {
    value: false,
    expression: 'sys.argv[1:]',
    prints: "['--multiprocessing-fork', 'pipe_handle=9']",
    args: ['--multiprocessing-fork', 'pipe_handle=9'],
  },
  multiprocessing_start_method: {
    value: 'spawn',
    expression: '__import__("multiprocessing").get_start_method()',
    prints: 'spawn',
  },
  sys_frozen: { value: false, expression: 'hasattr(sys, "frozen")', prints: 'False' },
  sys_meipass: { value: true, expression: 'getattr(sys, "_MEIPASS", None)', prints: folder },
  terminfo_resolution: {
    value: 'static:/a:$ORIGIN/b',
    expression: 'os.environ.get("TERMINFO_DIRS")',
    prints: `/a:${folder}/b`,
  },
  write_modules_directory_env: {
    value: 'WRITE_MODULES',
    expression: 'os.path.isdir(os.environ["WRITE_MODULES"])',
    says: /^True$/m,
    environment: { WRITE_MODULES: join(folder, 'modules') },
  },
  allocator: {
    value: 'malloc',
    expression:
      '(getattr(__import__("_testcapi"), "pymem_getallocatorsname", None) or __import__("_testinternalcapi").pymem_getallocatorsname)()',
    prints: 'malloc',
  },
  configure_locale: { value: false, expression: '__import__("locale").setlocale(0)', prints: 'C' },
  coerce_c_locale: {
    value: 'LC_CTYPE',
    with: { use_environment: true },
    expression: 'os.environ.get("LC_CTYPE")',
    prints: 'C.UTF-8',
    environment: { LANG: 'C', PYTHONCOERCECLOCALE: '0' },
  },
  coerce_c_locale_warn: {
    value: true,
    with: { coerce_c_locale: 'LC_CTYPE' },
    says: /Python detected LC_CTYPE=C/,
    environment: { LANG: 'C' },
  },
  development_mode: { value: true, expression: 'sys.flags.dev_mode', prints: 'True' },
  isolated: {
    value: true,
    with: { config_profile: 'python' },
    expression: 'sys.flags.isolated',
    prints: '1',
  },
  legacy_windows_fs_encoding: { value: true, becomes: {}, reason: otherPlatform },
  parse_argv: { value: true, expression: 'sys.argv[1:]', prints: "['x']", args: ['-q', 'x'] },
  use_environment: {
    value: true,
    expression: 'sys.path[0]',
    prints: '/from/it',
    environment: { PYTHONPATH: '/from/it' },
  },
  utf8_mode: { value: true, expression: 'sys.flags.utf8_mode', prints: '1' },
  base_exec_prefix: path('be', 'sys.base_exec_prefix'),
  base_executable: path('bx', 'sys._base_executable'),
  base_prefix: path('bp', 'sys.base_prefix'),
  exec_prefix: path('ep', 'sys.exec_prefix'),
  executable: path('ex', 'sys.executable'),
  home: path('home', 'sys.prefix'),
  prefix: path('p', 'sys.prefix'),
  program_name: path('pn', asRead('config', 'program_name')),
  pycache_prefix: path('pc', 'sys.pycache_prefix'),
  python_path_env: path('pp', 'sys.path[0]'),
  buffered_stdio: { value: false, expression: 'sys.stdout.write_through', prints: 'True' },
  configure_c_stdio: { value: false, expression: asRead('config', 'configure_c_stdio'), prints: '0' },
  dump_refs: { value: true, expression: asRead('config', 'dump_refs'), prints: '1' },
  fault_handler: { value: true, expression: '__import__("faulthandler").is_enabled()', prints: 'True' },
  import_time: { value: true, says: /import time: +self \[us\]/ },
  inspect: { value: true, expression: 'sys.flags.inspect', prints: '1' },
  install_signal_handlers: {
    value: false,
    expression: '__import__("signal").getsignal(13).name',
    prints: 'SIG_DFL',
  },
  interactive: { value: true, expression: 'sys.flags.interactive', prints: '1' },
  legacy_windows_stdio: { value: true, becomes: {}, reason: otherPlatform },
  malloc_stats: { value: true, says: /arenas allocated total/ },
  parser_debug: { value: true, expression: 'sys.flags.debug', prints: '1' },
  pathconfig_warnings: { value: true, expression: asRead('config', 'pathconfig_warnings'), prints: '1' },
  quiet: { value: true, expression: 'sys.flags.quiet', prints: '1' },
  show_ref_count: { value: true, expression: asRead('config', 'show_ref_count'), prints: '1' },
  site_import: { value: true, expression: '"site" in sys.modules', prints: 'True' },
  skip_first_source_line: {
    value: true,
    expression: asRead('config', 'skip_source_first_line'),
    prints: '1',
  },
  tracemalloc: { value: true, expression: '__import__("tracemalloc").is_tracing()', prints: 'True' },
  user_site_directory: { value: true, expression: 'sys.flags.no_user_site', prints: '0' },
  write_bytecode: { value: true, expression: 'sys.dont_write_bytecode', prints: 'False' },
  verbose: { value: true, says: /^import '?json|# .*json/m, expression: '__import__("json")' },
  bytes_warning: { value: 'raise', expression: 'sys.flags.bytes_warning', prints: '2' },
  check_hash_pycs_mode: {
    value: 'always',
    expression: '__import__("_imp").check_hash_based_pycs',
    prints: 'always',
  },
  filesystem_encoding: {
    value: 'latin-1',
    expression: 'sys.getfilesystemencoding()',
    prints: 'iso8859-1',
  },
  filesystem_errors: {
    value: 'strict',
    with: { filesystem_encoding: 'utf-8' },
    expression: 'sys.getfilesystemencodeerrors()',
    prints: 'strict',
  },
  stdio_encoding: { value: 'latin-1', expression: 'sys.stdout.encoding', prints: 'iso8859-1' },
  stdio_errors: { value: 'replace', expression: 'sys.stdout.errors', prints: 'replace' },
  hash_seed: { value: 7, expression: 'sys.flags.hash_randomization, hash("a")', prints: plainHash('a') },
  module_search_paths: {
    value: ['$ORIGIN/lib', '/x'],
    expression: 'sys.path[:2]',
    prints: `['${folder}/lib', '/x']`,
  },
  optimization_level: { value: 2, expression: 'sys.flags.optimize, __debug__', prints: '(2, False)' },
  run_command: { value: 'print("command")', says: /^command$/m },
  run_module: { value: 'this', says: /Zen of Python/ },
  run_filename: { value: '$ORIGIN/script.py', says: /^script$/m },
  warn_options: {
    value: ['error::ResourceWarning'],
    expression: 'sys.warnoptions',
    prints: "['error::ResourceWarning']",
  },
  x_options: { value: ['a=b'], expression: 'sys._xoptions', prints: "{'a': 'b'}" },
};

/** What the plain interpreter makes of it with the seed 7. */
function plainHash(text: string): string {
  return spawnSync(
    python.executable,
    ['-S', '-c', `import sys; print((sys.flags.hash_randomization, hash("${text}")))`],
    { encoding: 'utf8', env: { PYTHONHASHSEED: '7' } },
  ).stdout.trimEnd();
}

/** As the daemon makes it of what a config says. */
const interpreterConfig = (values: Values): InterpreterConfig =>
  new PythonInterpreterConfig(Object.entries(values)).toInterpreterConfig({
    version: `${python.version}.0`,
    cacheTag: `cpython-${python.version.replace('.', '')}`,
  } as DistributionSummary);

const printing = 'import sys, os; print(eval(os.environ["EXPRESSION"]))';

async function write(output: string, values: Values): Promise<void> {
  const runs = ['run_command', 'run_module', 'run_filename'].some((name) => name in values);
  const { run, ...config } = interpreterConfig(runs ? values : { ...values, run_command: printing });
  await writeExecutable(python, { output, stub, run, config });
}

function start(executable: string, row: Row): { readonly stdout: string; readonly all: string } {
  const { stdout, stderr } = spawnSync(executable, row.args ?? [], {
    cwd: folder,
    encoding: 'utf8',
    input: '',
    env: {
      PATH: '/usr/bin:/bin',
      LANG: 'C.UTF-8',
      EXPRESSION: ('expression' in row ? row.expression : undefined) ?? '1',
      ...row.environment,
    },
  });
  return { stdout: stdout.trimEnd(), all: stdout + stderr };
}

suite('every setting', { concurrency: false }, () => {
  before(async () => {
    mkdirSync(join(folder, 'modules'));
    writeFileSync(join(folder, 'on_disk.py'), '');
    writeFileSync(join(folder, 'script.py'), 'print("script")\n');
    await write(plain, {});
  });

  test('has a row', () =>
    assert.deepEqual(Object.keys(rows).toSorted(), interpreterSettings.map(({ name }) => name).toSorted()));

  for (const [name, row] of Object.entries(rows))
    test(`${name} = ${JSON.stringify(row.value)}`, async () => {
      const values = { ...row.with, [name]: row.value };
      if ('becomes' in row) {
        const config = interpreterConfig(values);
        const changed = Object.fromEntries(
          Object.entries(config).filter(([key]) => key in row.becomes || /^allocator|Windows/.test(key)),
        );
        const base = 'allocator_raw' in values || row.with === undefined ? {} : { allocatorRaw: true };
        const backend = row.with === undefined ? {} : { allocatorBackend: 'rust' };
        assert.deepEqual(changed, { ...backend, ...base, ...row.becomes });
        return;
      }
      await write(program, values);
      const result = start(program, row);
      let usual = plain;
      if (row.with !== undefined) await write((usual = join(folder, 'usual')), row.with);
      const without = start(usual, row);
      if ('prints' in row) {
        assert.equal(result.stdout, row.prints, result.all);
        assert.notEqual(without.stdout, row.prints, 'it is so without the setting');
      } else {
        assert.match(result.all, row.says);
        if (name === 'write_modules_directory_env')
          assert.equal(readdirSync(join(folder, 'modules')).length, 1);
        else assert.doesNotMatch(without.all, row.says);
      }
    });
});
