/** What the packed interpreter does. Serialized as JSON into the image; runtime/src/config.rs reads the same names. */
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
  readonly searchPaths?: readonly string[];
  readonly optimizationLevel?: 0 | 1 | 2;
  /** Whether packed modules come from the finder; the filesystem's importer always stays for what it does not have. */
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
  /** Name of a variable; when it is set to a directory, loaded module names are written there at exit. */
  readonly writeModulesDirectoryEnv?: string;
  /** Packed shared libpython to load before anything else: its virtual path. Absent when it is linked in. */
  readonly sharedLibrary?: string;
};
