import type { InterpreterConfig } from '../executable/interpreter-config.ts';
import { ConfigError, ConfigObject } from './config-object.ts';
import { membersOf, type TypeDeclaration } from './declaration.ts';
import type { DistributionSummary } from './host.ts';
import { interpreterSettings, type Setting } from './interpreter-settings.ts';
import { legacyConstructor } from './legacy-interpreter-config.ts';

/** Where Linux distributions keep terminal descriptions; the empty end is what ncurses was built for. */
const usualTerminfoDirs = '/etc/terminfo:/lib/terminfo:/usr/share/terminfo:/usr/lib/terminfo:';

/** How the packed interpreter behaves. Holds the modern attributes; the legacy constructor translates to them. */
export class PythonInterpreterConfig extends ConfigObject {
  override readonly typeName = 'PythonInterpreterConfig';
  readonly #values: Map<string, unknown>;
  /** The legacy run modes that no attribute can say. */
  readonly mode: 'noop' | 'repl' | undefined;

  constructor(values: Iterable<readonly [string, unknown]> = [], mode?: 'noop' | 'repl') {
    super();
    this.#values = new Map(values);
    this.mode = mode;
  }

  copy(): PythonInterpreterConfig {
    return new PythonInterpreterConfig(this.#values, this.mode);
  }

  get(setting: Setting): unknown {
    return this.#values.has(setting.name) ? this.#values.get(setting.name) : setting.default;
  }

  set(setting: Setting, value: unknown): void {
    this.#values.set(setting.name, value);
  }

  toInterpreterConfig(distribution: DistributionSummary): InterpreterConfig {
    const text = (name: string): string | undefined => this.#value(name) as string | undefined;
    const flag = (name: string): boolean | undefined => this.#value(name) as boolean | undefined;
    const off = (name: string): false | undefined => (flag(name) === false ? false : undefined);
    const isPython = text('config_profile') === 'python';
    const isIsolated = flag('isolated') === true;
    const buffered = flag('buffered_stdio');
    const bytesWarning = ['none', 'warn', 'raise'].indexOf(text('bytes_warning') ?? '');
    const encoding = text('stdio_encoding');
    const errors = text('stdio_errors');
    const level = this.#value('optimization_level') as 0 | 1 | 2 | undefined;
    return withoutUndefined({
      pythonVersion: distribution.version.split('.').slice(0, 2).join('.'),
      cacheTag: distribution.cacheTag,
      run: this.#run(),
      searchPaths: this.#value('module_search_paths') as readonly string[] | undefined,
      optimizationLevel: level,
      sysFrozen: flag('sys_frozen'),
      sysMeipass: flag('sys_meipass'),
      useEnvironment: !isIsolated && (flag('use_environment') ?? isPython),
      userSite: !isIsolated && (flag('user_site_directory') ?? isPython),
      siteImport: flag('site_import') ?? (isPython ? true : undefined),
      writeBytecode: flag('write_bytecode') ?? (isPython ? true : undefined),
      unbufferedStdio: buffered === undefined ? undefined : !buffered,
      bytesWarning: bytesWarning < 0 ? undefined : (bytesWarning as 0 | 1 | 2),
      quiet: flag('quiet'),
      inspect: flag('inspect'),
      interactive: flag('interactive'),
      verbose: flag('verbose') === undefined ? undefined : Number(flag('verbose')),
      parserDebug: flag('parser_debug'),
      developmentMode: flag('development_mode'),
      utf8Mode: flag('utf8_mode'),
      hashSeed: this.#value('hash_seed') as number | undefined,
      stdioEncoding:
        encoding === undefined && errors === undefined
          ? undefined
          : (encoding ?? 'utf-8') + (errors === undefined ? '' : `:${errors}`),
      writeModulesDirectoryEnv: text('write_modules_directory_env'),
      filesystemEncoding: text('filesystem_encoding'),
      filesystemErrors: text('filesystem_errors'),
      checkHashPycsMode: text('check_hash_pycs_mode') as InterpreterConfig['checkHashPycsMode'],
      allocator: text('allocator') as InterpreterConfig['allocator'],
      ...this.#allocators(),
      // True is what the runtime does anyway.
      configureLocale: flag('configure_locale') === false ? false : undefined,
      coerceCLocale: text('coerce_c_locale') as InterpreterConfig['coerceCLocale'],
      coerceCLocaleWarn: flag('coerce_c_locale_warn'),
      parseArgv: flag('parse_argv'),
      argvb: flag('argvb') === true ? true : undefined,
      configureCStdio: flag('configure_c_stdio'),
      installSignalHandlers: flag('install_signal_handlers'),
      faultHandler: flag('fault_handler'),
      tracemalloc: flag('tracemalloc'),
      importTime: flag('import_time'),
      mallocStats: flag('malloc_stats'),
      dumpRefs: flag('dump_refs'),
      showRefCount: flag('show_ref_count'),
      skipFirstSourceLine: flag('skip_first_source_line'),
      pathconfigWarnings: flag('pathconfig_warnings'),
      oxidizedImporter: off('oxidized_importer'),
      // Off only where somebody says so: what PyOxidizer's programs lacked by default does no harm.
      filesystemImporter: this.#values.get('filesystem_importer') === false ? false : undefined,
      multiprocessingAutoDispatch: off('multiprocessing_auto_dispatch'),
      warnOptions: this.#value('warn_options') as readonly string[] | undefined,
      xOptions: this.#value('x_options') as readonly string[] | undefined,
      home: text('home'),
      prefix: text('prefix'),
      execPrefix: text('exec_prefix'),
      basePrefix: text('base_prefix'),
      baseExecPrefix: text('base_exec_prefix'),
      executable: text('executable'),
      baseExecutable: text('base_executable'),
      programName: text('program_name'),
      pycachePrefix: text('pycache_prefix'),
      pythonPathEnv: text('python_path_env'),
      multiprocessingStartMethod: this.#startMethod(),
      terminfoDirs: this.#terminfoDirs(),
    });
  }

  #allocators(): Partial<InterpreterConfig> {
    const asked = (name: string): true | undefined => (this.#value(name) === true ? true : undefined);
    const mem = asked('allocator_mem');
    const obj = asked('allocator_obj');
    const arena = asked('allocator_pymalloc_arena');
    if (arena === true && (mem === true || obj === true))
      throw new ConfigError(
        'allocator_pymalloc_arena cannot be combined with allocator_mem or allocator_obj',
        'those replace pymalloc, which then has no arenas',
      );
    const allocatorDebug = asked('allocator_debug');
    const backend = this.#value('allocator_backend') as
      | Required<InterpreterConfig>['allocatorBackend']
      | 'default';
    if (backend === 'default') return withoutUndefined({ allocatorDebug });
    return withoutUndefined({
      allocatorBackend: backend,
      allocatorRaw: asked('allocator_raw'),
      allocatorMem: mem,
      allocatorObj: obj,
      allocatorPymallocArena: arena,
      allocatorDebug,
    });
  }

  #startMethod(): InterpreterConfig['multiprocessingStartMethod'] {
    const method = this.#value('multiprocessing_start_method');
    return method === 'fork' || method === 'forkserver' || method === 'spawn' ? method : undefined;
  }

  #terminfoDirs(): string | undefined {
    const resolution = this.#value('terminfo_resolution') as string | undefined;
    if (resolution === 'dynamic') return usualTerminfoDirs;
    return resolution?.startsWith('static:') === true ? resolution.slice('static:'.length) : undefined;
  }

  #value(name: string): unknown {
    const setting = settingsByName.get(name);
    return setting === undefined ? undefined : this.get(setting);
  }

  /** CPython's own precedence when several are set: command, module, file. */
  #run(): InterpreterConfig['run'] {
    const command = this.#value('run_command') as string | undefined;
    const module = this.#value('run_module') as string | undefined;
    const file = this.#value('run_filename') as string | undefined;
    if (command !== undefined) return { mode: 'eval', code: command };
    if (module !== undefined) return { mode: 'module', name: module };
    if (file !== undefined) return { mode: 'file', path: file };
    return { mode: this.mode ?? 'repl' };
  }
}

const settingsByName: ReadonlyMap<string, Setting> = new Map(
  interpreterSettings.map((setting) => [setting.name, setting]),
);

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

const withoutUndefined = <T extends object>(record: T): Defined<T> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<T>;

const { attribute } = membersOf<PythonInterpreterConfig>();

const shown = (value: unknown): string =>
  value === undefined
    ? 'None'
    : typeof value === 'boolean'
      ? value
        ? 'True'
        : 'False'
      : JSON.stringify(value);

export const interpreterConfigType: TypeDeclaration = {
  name: 'PythonInterpreterConfig',
  doc: 'How the packed interpreter behaves and what it runs. Made by `PythonDistribution.make_python_interpreter_config()` and then changed by its attributes, or by the legacy constructor. Without anything to run it is an interactive interpreter.',
  generation: 'both',
  construct: legacyConstructor((values, mode) => new PythonInterpreterConfig(values, mode)),
  attributes: interpreterSettings.map((setting) =>
    attribute({
      name: setting.name,
      doc: setting.doc,
      generation: 'modern',
      check: setting.check,
      default: shown(setting.default),
      get: (self) => self.get(setting),
      set(self, value) {
        if (setting.name === 'optimization_level' && ![undefined, 0, 1, 2].includes(value as number))
          throw new ConfigError(`invalid optimization_level ${String(value)}`, 'use 0, 1 or 2');
        self.set(setting, value);
      },
    }),
  ),
  methods: [],
};
