import { ConfigError, type ConfigObject } from './config-object.ts';
import { declareFunction, type FunctionDeclaration } from './declaration.ts';
import { bool, choice, int, listOf, optional, str, withDefault } from './parameter.ts';

const off = withDefault(bool, false);

/** The legacy names, which are of the raw domain alone; that is what the later attribute means by default. */
const rawAllocators = { jemalloc: 'jemalloc', rust: 'rust', system: 'default' } as const;

const levels = (name: string, value: number): number => {
  if (value < 0 || value > 2) throw new ConfigError(`invalid ${name} ${value}`, 'use 0, 1 or 2');
  return value;
};

const parameters = {
  bytes_warning: withDefault(int, 0),
  ignore_environment: withDefault(bool, true),
  inspect: off,
  interactive: off,
  isolated: off,
  legacy_windows_fs_encoding: off,
  legacy_windows_stdio: off,
  optimize_level: withDefault(int, 0),
  parser_debug: off,
  stdio_encoding: optional(str),
  unbuffered_stdio: off,
  filesystem_importer: off,
  quiet: off,
  run_eval: optional(str),
  run_file: optional(str),
  run_module: optional(str),
  run_noop: off,
  run_repl: off,
  site_import: off,
  sys_frozen: off,
  sys_meipass: off,
  sys_paths: optional(listOf(str)),
  raw_allocator: optional(choice(['jemalloc', 'rust', 'system'])),
  terminfo_resolution: {
    ...optional(choice(['dynamic', 'static', 'none'])),
    default: { shown: '"dynamic"', value: 'dynamic' },
  },
  terminfo_dirs: optional(str),
  use_hash_seed: off,
  user_site_directory: off,
  verbose: withDefault(int, 0),
  write_bytecode: off,
  write_modules_directory_env: optional(str),
};

/** Arguments whose attribute has another name. */
const laterNames = {
  ignore_environment: '`use_environment`, the other way round',
  optimize_level: '`optimization_level`',
  raw_allocator: '`allocator_backend`',
  run_eval: '`run_command`',
  run_file: '`run_filename`',
  run_repl: 'what runs when no other `run_*` is set',
  sys_paths: '`module_search_paths`',
  terminfo_dirs: 'part of `terminfo_resolution`, "static:DIRS"',
  unbuffered_stdio: '`buffered_stdio`, the other way round',
  use_hash_seed: '`hash_seed`, a number',
} as const;

/**
 * `PythonInterpreterConfig(...)` of PyOxidizer 0.6 and 0.7, translated to the attributes of later versions. Their
 * defaults differ: what is left out here means the legacy default.
 */
export const legacyConstructor = (
  make: (values: (readonly [string, unknown])[], mode: 'noop' | 'repl' | undefined) => ConfigObject,
): FunctionDeclaration =>
  declareFunction({
    name: 'PythonInterpreterConfig',
    doc: 'The legacy way to configure the interpreter, by keyword arguments. At most one of the `run_*` arguments may be given; without any the program is an interactive interpreter.',
    generation: 'legacy',
    parameters,
    returns: 'PythonInterpreterConfig',
    call(evaluation, values) {
      const renamed = Object.entries(laterNames).filter(([key]) => {
        const name = key as keyof typeof laterNames;
        return values[name] !== parameters[name].default?.value;
      });
      evaluation.outdated(
        'PythonInterpreterConfig()',
        [
          'the attributes of `dist.make_python_interpreter_config()`',
          ...renamed.map(([name, later], at) => `${at === 0 ? 'where ' : ''}\`${name}\` is ${later}`),
        ].join(', '),
      );
      const runs = [
        values.run_eval !== undefined,
        values.run_file !== undefined,
        values.run_module !== undefined,
        values.run_noop,
        values.run_repl,
      ];
      if (runs.filter(Boolean).length > 1)
        throw new ConfigError('multiple run_* arguments specified; use at most 1');
      const [encoding, errors] = values.stdio_encoding?.split(':') ?? [];
      const terminfo =
        values.terminfo_resolution === 'static'
          ? `static:${values.terminfo_dirs ?? ''}`
          : values.terminfo_resolution;
      return make(
        [
          ['allocator_backend', rawAllocators[values.raw_allocator ?? 'system']],
          ['bytes_warning', ['none', 'warn', 'raise'][levels('bytes_warning', values.bytes_warning)]],
          ['use_environment', !values.ignore_environment],
          ['inspect', values.inspect],
          ['interactive', values.interactive],
          ['isolated', values.isolated],
          ['optimization_level', levels('optimize_level', values.optimize_level)],
          ['parser_debug', values.parser_debug],
          ['stdio_encoding', encoding],
          ['stdio_errors', errors],
          ['buffered_stdio', !values.unbuffered_stdio],
          // Its False was also that of who said nothing.
          ...(values.filesystem_importer ? [['filesystem_importer', true] as const] : []),
          ['quiet', values.quiet],
          ['run_command', values.run_eval],
          ['run_filename', values.run_file],
          ['run_module', values.run_module],
          ['site_import', values.site_import],
          ['sys_frozen', values.sys_frozen],
          ['sys_meipass', values.sys_meipass],
          ['module_search_paths', values.sys_paths],
          ['terminfo_resolution', terminfo],
          ['user_site_directory', values.user_site_directory],
          ['verbose', values.verbose],
          ['write_bytecode', values.write_bytecode],
          ['write_modules_directory_env', values.write_modules_directory_env],
        ],
        values.run_noop ? 'noop' : values.run_repl ? 'repl' : undefined,
      );
    },
  });
