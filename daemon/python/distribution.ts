/** How a CPython gets into an executable. */
export type Linking =
  | {
      readonly kind: 'static';
      /** Absolute path of libpythonX.Y.a. */
      readonly archive: string;
      /** Further linker arguments its objects need, such as -lm -ldl, in link order. */
      readonly libraries: readonly string[];
    }
  | {
      readonly kind: 'shared';
      /** Absolute path of libpythonX.Y.so.1.0 */ readonly library: string;
      readonly soname: string;
    };

/** A CPython that can run pip and be embedded. */
export type Distribution = {
  /** Equal ids mean interchangeable: derived from the archive's sha256, or from a local one's paths, stats and build. */
  readonly id: string;
  readonly origin: 'archive' | 'local';
  /** Such as "3.11.7". */
  readonly version: string;
  /** Such as "cpython-311": what names .pyc files. */
  readonly cacheTag: string;
  /** importlib.util.MAGIC_NUMBER as lower-case hex. */
  readonly magic: string;
  readonly triple: string;
  /** Absolute paths. */
  readonly executable: string;
  readonly stdlib: string;
  readonly dynload: string | undefined;
  readonly includes: string;
  readonly linking: Linking;
  /** The sysconfig module that stdlib needs, such as "_sysconfigdata__linux_x86_64-linux-gnu". */
  readonly sysconfigModule: string;
  /** Absolute folders of Tcl's and Tk's scripts where an archive names them; otherwise the Python itself is asked. */
  readonly tclFolders?: readonly string[];
  /** One line for the user: which and why. */
  readonly reason: string;
};

export type DistributionRequest = {
  /** "3.11" or "3.11.7"; undefined takes the best there is. */
  readonly version?: string;
  readonly archive?: { readonly sha256: string; readonly path?: string; readonly url?: string };
  /** The config's folder: each is told once which distribution it got. Plays no part in the choice. */
  readonly workspace?: string;
};
