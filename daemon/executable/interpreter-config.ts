/** What the packed interpreter does. Serialized as JSON into the image; runtime/src/interpreter/config.rs reads the same names. */
export type InterpreterConfig = {
  /** Such as "3.11". */
  readonly pythonVersion: string;
  /** Such as "cpython-311". */
  readonly cacheTag: string;
  readonly run:
    | { readonly mode: 'eval'; readonly code: string }
    /** As `python -m`: falls back to NAME.__main__ for packages. */
    | { readonly mode: 'module'; readonly name: string }
    | { readonly mode: 'file'; readonly path: string }
    | { readonly mode: 'repl' }
    | { readonly mode: 'noop' };
  /** Further sys.path entries, before the packed ones; "$ORIGIN" is the directory of the executable. */
  /** The file that holds the packed tree in place of the executable, with `$ORIGIN`. */
  readonly packedFile?: string;
  readonly searchPaths?: readonly string[];
  /** "PACKAGE=FOLDER": where else modules of packed packages are, with `$ORIGIN`. */
  readonly packagePortions?: readonly string[];
  readonly optimizationLevel?: 0 | 1 | 2;
  /** False: packed modules are read as files by importlib's own finder. */
  readonly oxidizedImporter?: boolean;
  /** False: nothing is imported from folders and zip files of the machine. */
  readonly filesystemImporter?: boolean;
  /** False: `--multiprocessing-fork` as the first argument is not the mark of a child of multiprocessing. */
  readonly multiprocessingAutoDispatch?: boolean;
  readonly pathconfigWarnings?: boolean;
  readonly sysFrozen?: boolean;
  readonly sysMeipass?: boolean;
  /** True: PYTHON* variables count. Default false, as `python -I`. */
  readonly useEnvironment?: boolean;
  readonly userSite?: boolean;
  readonly siteImport?: boolean;
  readonly writeBytecode?: boolean;
  readonly unbufferedStdio?: boolean;
  readonly bytesWarning?: 0 | 1 | 2;
  readonly quiet?: boolean;
  readonly inspect?: boolean;
  readonly interactive?: boolean;
  readonly verbose?: number;
  readonly parserDebug?: boolean;
  readonly developmentMode?: boolean;
  readonly utf8Mode?: boolean;
  readonly hashSeed?: number;
  /** "utf-8" or "utf-8:strict". */
  readonly stdioEncoding?: string;
  readonly filesystemEncoding?: string;
  readonly filesystemErrors?: string;
  readonly checkHashPycsMode?: 'always' | 'never' | 'default';
  readonly allocator?:
    | 'not-set'
    | 'default'
    | 'debug'
    | 'malloc'
    | 'malloc-debug'
    | 'py-malloc'
    | 'py-malloc-debug';
  /** What serves the domains below instead of the C library; decides how the stub is compiled, but for "rust". */
  readonly allocatorBackend?: 'jemalloc' | 'mimalloc' | 'snmalloc' | 'rust';
  readonly allocatorRaw?: boolean;
  readonly allocatorMem?: boolean;
  readonly allocatorObj?: boolean;
  readonly allocatorPymallocArena?: boolean;
  /** CPython's checks of what is written to memory, whatever serves it. */
  readonly allocatorDebug?: boolean;
  readonly configureLocale?: boolean;
  readonly coerceCLocale?: 'LC_CTYPE' | 'C';
  readonly coerceCLocaleWarn?: boolean;
  /** The program's arguments are those of `python`: `-c`, `-m`, `-X` and so on. */
  readonly parseArgv?: boolean;
  /** sys.argvb: the arguments as bytes. */
  readonly argvb?: boolean;
  readonly configureCStdio?: boolean;
  readonly installSignalHandlers?: boolean;
  readonly faultHandler?: boolean;
  readonly tracemalloc?: boolean;
  readonly importTime?: boolean;
  readonly mallocStats?: boolean;
  /** These two do something in debug builds of CPython only. */
  readonly dumpRefs?: boolean;
  readonly showRefCount?: boolean;
  readonly skipFirstSourceLine?: boolean;
  /** As of `python -W` and `-X`. */
  readonly warnOptions?: readonly string[];
  readonly xOptions?: readonly string[];
  /** Fields of PyConfig; the tree's own where absent. "$ORIGIN" is the directory of the executable. */
  readonly home?: string;
  readonly prefix?: string;
  readonly execPrefix?: string;
  readonly basePrefix?: string;
  readonly baseExecPrefix?: string;
  readonly executable?: string;
  readonly baseExecutable?: string;
  readonly programName?: string;
  readonly pycachePrefix?: string;
  /** What PYTHONPATH would say. */
  readonly pythonPathEnv?: string;
  /** The default that multiprocessing gets when it is imported; CPython's own where absent. */
  readonly multiprocessingStartMethod?: 'fork' | 'forkserver' | 'spawn';
  /** Value for TERMINFO_DIRS, unless the user has set it. */
  readonly terminfoDirs?: string;
  /** Name of a variable; when it is set to a directory, names of modules are written there as they are imported. */
  readonly writeModulesDirectoryEnv?: string;
  /** Where Tcl's scripts are, for $TCL_LIBRARY: a folder of the tree ("lib/tcl8.6"), or one below "$ORIGIN". */
  readonly tclLibrary?: string;
  /** The same, and the packed files that were read as well. Only in programs that `oxd trim` builds to watch them. */
  readonly recordUseDirectoryEnv?: string;
  /** Name of the list that decided which modules are packed, for who misses one. */
  readonly trimmedBy?: string;
  /** Packed shared libpython to load before anything else: its virtual path. Absent when it is linked in. */
  readonly sharedLibrary?: string;
};
