// The attributes of PythonInterpreterConfig: name, type, default and meaning, once. None leaves the choice to CPython's
// profile. `effect` is how much of it a packed program honours.
import { bool, choice, int, listOf, optional, str, type Parameter } from './parameter.ts';

export type Setting = {
  readonly name: string;
  readonly check: Parameter<unknown>;
  readonly default: unknown;
  readonly doc: string;
  /**
   * 'full': it does what it says. 'elsewhere': it matters on other platforms only; never worth a warning.
   */
  readonly effect: 'full' | 'elsewhere';
};

const setting = (
  name: string,
  check: Parameter<unknown>,
  value: unknown,
  effect: Setting['effect'],
  doc: string,
): Setting => ({ name, check, default: value, effect, doc });

const maybe = {
  bool: optional(bool),
  str: optional(str),
  int: optional(int),
  list: optional(listOf(str)),
};

const allocators = choice(['default', 'jemalloc', 'mimalloc', 'snmalloc', 'rust']);
const cpythonAllocators = choice([
  'not-set',
  'default',
  'debug',
  'malloc',
  'malloc-debug',
  'py-malloc',
  'py-malloc-debug',
]);

export const interpreterSettings: readonly Setting[] = [
  setting(
    'config_profile',
    choice(['isolated', 'python']),
    'isolated',
    'full',
    '`isolated`: no environment variables, no user site directory. `python`: as the `python` program.',
  ),
  setting(
    'allocator_backend',
    allocators,
    'default',
    'full',
    "What serves the memory of the domains below, and of the runtime itself: `default` is the C library's malloc, `rust` the same through Rust. `jemalloc`, `mimalloc` and `snmalloc` are compiled into the executable, the last by a C++ compiler. PyOxidizer's default is `jemalloc`; here it is smaller and starts sooner without.",
  ),
  setting('allocator_raw', bool, true, 'full', 'The backend serves the raw domain (`PyMem_RawMalloc`).'),
  setting('allocator_mem', bool, false, 'full', 'The backend serves the mem domain (`PyMem_Malloc`).'),
  setting('allocator_obj', bool, false, 'full', 'The backend serves the obj domain (`PyObject_Malloc`).'),
  setting(
    'allocator_pymalloc_arena',
    bool,
    false,
    'full',
    "The backend serves pymalloc's arenas; not together with `allocator_mem` or `allocator_obj`, which replace pymalloc.",
  ),
  setting('allocator_debug', bool, false, 'full', "Turn CPython's memory debug hooks on."),
  setting(
    'oxidized_importer',
    bool,
    true,
    'full',
    "Import packed modules straight from memory. False: importlib's own finder reads them as files of the executable, which takes longer, and `multiprocessing_start_method` has no effect.",
  ),
  setting(
    'filesystem_importer',
    bool,
    false,
    'full',
    'Import from folders and zip files on `sys.path` too. Set to False, the program imports only what is packed, whatever stands on the path; left alone, or where `module_search_paths` or resources beside the executable name folders, it is on.',
  ),
  setting('argvb', bool, false, 'full', 'Set `sys.argvb` to the arguments as bytes.'),
  setting(
    'multiprocessing_auto_dispatch',
    bool,
    true,
    'full',
    'Whether `--multiprocessing-fork` as the first argument makes the process a child of `multiprocessing`, for programs that have it start themselves. Children started as `sys.executable` are recognized in any case.',
  ),
  setting(
    'multiprocessing_start_method',
    choice(['none', 'fork', 'forkserver', 'spawn', 'auto']),
    'auto',
    'full',
    "Default start method of `multiprocessing`; the program may still set another. `auto` and `none` leave CPython's.",
  ),
  setting('sys_frozen', bool, true, 'full', 'Set `sys.frozen = True`.'),
  setting('sys_meipass', bool, false, 'full', "Set `sys._MEIPASS` to the executable's directory."),
  setting(
    'terminfo_resolution',
    optional(str),
    'dynamic',
    'full',
    'Where terminal descriptions are looked for: `dynamic` in the usual folders, `static:PATHS` in those (`$ORIGIN` is the directory of the executable), `none` where the packed ncurses looks by itself. `TERMINFO_DIRS` of the user comes first.',
  ),
  setting(
    'write_modules_directory_env',
    maybe.str,
    undefined,
    'full',
    'Name of an environment variable. When it is set to a directory, the program writes the names of all modules that it loaded to a file `modules-*` there when it ends.',
  ),
  setting(
    'allocator',
    optional(cpythonAllocators),
    undefined,
    'full',
    "CPython's allocator, as `PYTHONMALLOC`.",
  ),
  setting('configure_locale', maybe.bool, true, 'full', "Set the locale to the user's."),
  setting(
    'coerce_c_locale',
    optional(choice(['LC_CTYPE', 'C'])),
    undefined,
    'full',
    'PEP 538: UTF-8 in the C locale.',
  ),
  setting('coerce_c_locale_warn', maybe.bool, undefined, 'full', 'Warn about PEP 538.'),
  setting('development_mode', maybe.bool, undefined, 'full', 'As `python -X dev`.'),
  setting('isolated', maybe.bool, undefined, 'full', 'As `python -I`.'),
  setting(
    'legacy_windows_fs_encoding',
    maybe.bool,
    undefined,
    'elsewhere',
    'Accepted for Windows; no effect here.',
  ),
  setting('parse_argv', maybe.bool, undefined, 'full', 'Parse arguments as `python` does.'),
  setting('use_environment', maybe.bool, undefined, 'full', 'Whether PYTHON* variables count.'),
  setting('utf8_mode', maybe.bool, undefined, 'full', 'As `python -X utf8`.'),
  ...[
    'base_exec_prefix',
    'base_executable',
    'base_prefix',
    'exec_prefix',
    'executable',
    'home',
    'prefix',
    'program_name',
    'pycache_prefix',
    'python_path_env',
  ].map((name) =>
    setting(
      name,
      maybe.str,
      undefined,
      'full',
      `\`PyConfig.${name}\`; \`$ORIGIN\` is the directory of the executable.`,
    ),
  ),
  setting('buffered_stdio', maybe.bool, undefined, 'full', 'False: as `python -u`.'),
  setting('configure_c_stdio', maybe.bool, undefined, 'full', 'Configure stdio of the C library.'),
  setting('dump_refs', maybe.bool, undefined, 'full', 'Dump living objects at the end (debug builds).'),
  setting('fault_handler', maybe.bool, undefined, 'full', 'As `python -X faulthandler`.'),
  setting('import_time', maybe.bool, undefined, 'full', 'As `python -X importtime`.'),
  setting('inspect', maybe.bool, undefined, 'full', 'As `python -i`.'),
  setting('install_signal_handlers', maybe.bool, undefined, 'full', "Install Python's signal handlers."),
  setting('interactive', maybe.bool, undefined, 'full', 'As `python -i` without a script.'),
  setting(
    'legacy_windows_stdio',
    maybe.bool,
    undefined,
    'elsewhere',
    'Accepted for Windows; no effect here.',
  ),
  setting('malloc_stats', maybe.bool, undefined, 'full', 'Print allocator statistics at the end.'),
  setting('parser_debug', maybe.bool, undefined, 'full', 'As `python -d`.'),
  setting(
    'pathconfig_warnings',
    maybe.bool,
    undefined,
    'full',
    'Warn when paths cannot be computed. None have to be: all are known.',
  ),
  setting('quiet', maybe.bool, undefined, 'full', 'As `python -q`.'),
  setting('show_ref_count', maybe.bool, undefined, 'full', 'As `python -X showrefcount`; of debug builds.'),
  setting('site_import', maybe.bool, undefined, 'full', 'False: as `python -S`.'),
  setting('skip_first_source_line', maybe.bool, undefined, 'full', 'As `python -x`.'),
  setting('tracemalloc', maybe.bool, undefined, 'full', 'As `python -X tracemalloc`.'),
  setting('user_site_directory', maybe.bool, undefined, 'full', 'False: as `python -s`.'),
  setting('write_bytecode', maybe.bool, undefined, 'full', 'False: as `python -B`.'),
  setting('verbose', maybe.bool, undefined, 'full', 'As `python -v`.'),
  setting('bytes_warning', optional(choice(['none', 'warn', 'raise'])), undefined, 'full', 'As `python -b`.'),
  setting(
    'check_hash_pycs_mode',
    optional(choice(['always', 'never', 'default'])),
    undefined,
    'full',
    'As `python --check-hash-based-pycs`.',
  ),
  setting('filesystem_encoding', maybe.str, undefined, 'full', '`PyConfig.filesystem_encoding`.'),
  setting('filesystem_errors', maybe.str, undefined, 'full', '`PyConfig.filesystem_errors`.'),
  setting('stdio_encoding', maybe.str, undefined, 'full', 'Encoding of the standard streams.'),
  setting('stdio_errors', maybe.str, undefined, 'full', 'Error handler of the standard streams.'),
  setting('hash_seed', maybe.int, undefined, 'full', 'As `PYTHONHASHSEED`.'),
  setting(
    'module_search_paths',
    maybe.list,
    undefined,
    'full',
    'Entries of `sys.path`; `$ORIGIN` is the directory of the executable.',
  ),
  setting(
    'optimization_level',
    maybe.int,
    undefined,
    'full',
    'Optimization level of bytecode: 0, 1 (`python -O`) or 2 (`python -OO`).',
  ),
  setting('run_command', maybe.str, undefined, 'full', 'Python code to run, as `python -c`.'),
  setting('run_module', maybe.str, undefined, 'full', 'Module to run, as `python -m`.'),
  setting('run_filename', maybe.str, undefined, 'full', 'Script to run.'),
  setting('warn_options', maybe.list, undefined, 'full', 'As `python -W`.'),
  setting('x_options', maybe.list, undefined, 'full', 'As `python -X`.'),
];
