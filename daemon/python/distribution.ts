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

/** An extension module that can be linked in: its objects are in the archive. */
export type StaticExtension = {
  readonly name: string;
  readonly variant: string;
  /** "NULL" for modules that the interpreter itself sets up. */
  readonly initFunction: string;
  /** Absolute paths; none for what is in the core's objects. */
  readonly objects: readonly string[];
  /** Linker arguments, in link order. */
  readonly libraries: readonly string[];
  /** The interpreter does not start without it. */
  readonly isRequired: boolean;
  /** SPDX expressions, of which one may be chosen; none when nobody says. */
  readonly licenses: readonly string[];
};

/** What libpython is made of, where the archive has it: another one can be made, with other modules in it. */
export type ObjectFiles = {
  /** Absolute paths, without the object that lists the builtin modules. */
  readonly core: readonly string[];
  readonly coreLibraries: readonly string[];
  /** For compiling such a list. */
  readonly cflags: readonly string[];
  /** All variants, the default one of a module first. */
  readonly extensions: readonly StaticExtension[];
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
  readonly objectFiles?: ObjectFiles;
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
  /** How libpython is to get into the program; where there is no such Python another one does. Static when left out. */
  readonly linking?: Linking['kind'];
  /** The config's folder: each is told once which distribution it got. Plays no part in the choice. */
  readonly workspace?: string;
};
