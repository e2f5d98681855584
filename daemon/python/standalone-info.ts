// PYTHON.json: what a full archive of python-build-standalone says of itself.
import { existsSync, readFileSync } from 'node:fs';
import { inputFailure } from '../../protocol/failure.ts';

export type LinkInfo = {
  readonly name: string;
  readonly path_static?: string;
  readonly path_dynamic?: string;
  readonly framework?: boolean;
  readonly system?: boolean;
};

/** One way to have an extension module: some have several, such as readline with libedit. */
export type ExtensionInfo = {
  readonly in_core?: boolean;
  readonly required?: boolean;
  readonly variant?: string;
  readonly links?: readonly LinkInfo[];
  readonly shared_lib?: string;
  /** Relative to the folder that holds PYTHON.json, as all paths are. */
  readonly objs?: readonly string[];
  /** "NULL" for modules that the interpreter itself sets up. */
  readonly init_fn?: string;
  readonly licenses?: readonly string[];
  readonly license_public_domain?: boolean | null;
  /** Of texts, relative to the folder of PYTHON.json. */
  readonly license_paths?: readonly string[] | null;
};

/** Fields of PYTHON.json, versions 5 to 8, that are used; others may be added or go. */
export type StandaloneInfo = {
  readonly version?: string;
  readonly target_triple?: string;
  /** Relative to the archive's folder `python`, and the script libraries in it. */
  readonly tcl_library_path?: string;
  readonly tcl_library_paths?: readonly string[];
  readonly python_tag?: string;
  readonly python_platform_tag?: string;
  /** SPDX identifiers, of the interpreter itself. */
  readonly licenses?: readonly string[];
  readonly license_path?: string;
  readonly build_info?: {
    readonly core?: {
      readonly static_lib?: string;
      readonly shared_lib?: string;
      readonly links?: readonly LinkInfo[];
      readonly objs?: readonly string[];
    };
    /** Such as "elf"; others are a compiler's own, for link-time optimization. */
    readonly object_file_format?: string;
    /** Of `core.objs`, the one that lists the builtin modules. */
    readonly inittab_object?: string;
    readonly inittab_cflags?: readonly string[];
    readonly extensions?: Readonly<Record<string, readonly ExtensionInfo[]>>;
  };
};

/** undefined when there is no such file: archives of the other kind have none. */
export function readStandaloneInfo(path: string): StandaloneInfo | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StandaloneInfo;
  } catch (cause) {
    throw inputFailure('Cannot use the Python archive: its PYTHON.json is damaged', { cause });
  }
}
