// What a config comes to: plain data that the engine builds from. Leaf: types only.
import type { ExtensionChoice } from '../python/builtin-modules.ts';
import type { InterpreterConfig } from '../executable/interpreter-config.ts';
import type { SigningOrder } from '../packaging/signing/signing-order.ts';
import type { SnapcraftCall } from '../packaging/snapcraft.ts';
import type { WheelDescription } from '../packaging/wheel.ts';
import type { InstallerValue } from './installer-value.ts';
import type { DistributionId, ResourceSetId } from './host.ts';

export type ResolvedTarget = {
  readonly name: string;
  /** Where it is written: absolute. */
  readonly folder: string;
  readonly value: TargetValue;
};

export type TargetValue =
  | PythonExecutableValue
  | EmbeddedResourcesValue
  | PythonLibraryValue
  | FileManifestValue
  | WheelValue
  | MacOsBundleValue
  | SnapValue
  | InstallerValue;

/** Where a resource goes: into the executable, or to files in a folder beside it. */
export type Location = 'in-memory' | { readonly prefix: string };

/** How resources are packed; module sources only are subject to `source` and `levels`. */
export type ResourceSettings = {
  readonly location: Location;
  readonly fallback?: Location;
  readonly source: boolean;
  /** Bytecode levels to compile, ascending. */
  readonly levels: readonly (0 | 1 | 2)[];
};

/**
 * What makes up an executable, in the order in which the config said it: a later addition of the same virtual path
 * replaces an earlier one, a filter acts on everything before it.
 */
export type Addition =
  | {
      readonly kind: 'standard-library';
      readonly includeTest: boolean;
      readonly includeResources: boolean;
      readonly settings: ResourceSettings;
    }
  | {
      readonly kind: 'set';
      readonly set: ResourceSetId;
      /** Ascending; absent means all of the set. */
      readonly indexes?: readonly number[];
      readonly settings: ResourceSettings;
    }
  | {
      readonly kind: 'inline-module';
      readonly name: string;
      readonly source: string;
      readonly isPackage: boolean;
      readonly settings: ResourceSettings;
    }
  /** `filter_resources_from_files`: keep only what is listed (daemon/targets/name-list.ts); all of it for an ignored list. */
  | { readonly kind: 'filter'; readonly names: readonly string[] | 'all' };

export type PythonExecutableValue = {
  readonly type: 'PythonExecutable';
  /** File name of the program, without a suffix. */
  readonly name: string;
  readonly distribution: DistributionId;
  readonly interpreter: InterpreterConfig;
  readonly additions: readonly Addition[];
  /** Which extension modules are linked in, of a distribution that has their objects. */
  readonly extensionModules: ExtensionChoice;
  /** Name of the aggregated licence document beside the executable, if one is wanted. */
  readonly licensesFilename: string | undefined;
  readonly licensing: Licensing;
  /** Where the packed tree is: in the executable, in a file beside it, or nowhere. */
  readonly packedResources: 'embedded' | 'none' | { readonly file: string };
  /** Folder beside the executable for Tcl's files, if wanted. */
  readonly tclFilesPath: string | undefined;
};

/** What a config says of licences. */
export type Licensing = {
  /** Expressions as `oxd licenses --deny` and `--allow` take them. */
  readonly denied: readonly string[];
  readonly allowed: readonly string[];
  /** By name of component: what it is under, whatever its metadata say. */
  readonly clarified: Readonly<Record<string, string>>;
  /** `add_cargo_manifest_licensing()`; absolute paths. */
  readonly manifests: readonly {
    readonly manifest: string;
    readonly allFeatures: boolean;
    readonly features: readonly string[];
  }[];
};

/** `to_embedded_resources()`: what a Cargo build script embeds. */
export type EmbeddedResourcesValue = {
  readonly type: 'PythonEmbeddedResources';
  readonly executable: PythonExecutableValue;
};

/** `to_library()`: what a program in another language links. */
export type PythonLibraryValue = {
  readonly type: 'PythonLibrary';
  readonly executable: PythonExecutableValue;
  readonly kind: 'static' | 'shared';
};

export type FileManifestValue = {
  readonly type: 'FileManifest';
  /** In the order of adding; paths are relative, unique between entries, never with "..". */
  readonly entries: readonly ManifestEntry[];
  /** The file that `oxd run` starts; undefined when there is none or no single one. */
  readonly run: string | undefined;
  /** What is to be signed, by its path. */
  readonly signing?: Readonly<Record<string, SigningOrder>> | undefined;
};

export type ManifestEntry =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly content: ManifestContent;
      readonly executable: boolean;
    }
  /** Resources of one set, each at `prefix` + its virtual path. */
  | {
      readonly kind: 'resources';
      readonly prefix: string;
      readonly set: ResourceSetId;
      readonly indexes?: readonly number[];
    }
  /** Bytecode of module sources of one set, at `prefix` + `__pycache__` beside their virtual path. */
  | {
      readonly kind: 'bytecode';
      readonly prefix: string;
      readonly distribution: DistributionId;
      readonly set: ResourceSetId;
      readonly level: 0 | 1 | 2;
      readonly indexes?: readonly number[];
    }
  /** A program and the files that belong beside it, below `prefix` ("" is the root). */
  | { readonly kind: 'executable'; readonly prefix: string; readonly executable: PythonExecutableValue };

export type ManifestContent =
  /** Absolute path of a file that was there when the config ran. */
  | { readonly at: 'file'; readonly path: string }
  | { readonly at: 'text'; readonly text: string }
  | { readonly at: 'resource'; readonly set: ResourceSetId; readonly index: number }
  | { readonly at: 'executable'; readonly executable: PythonExecutableValue }
  | { readonly at: 'wheel'; readonly wheel: WheelValue }
  | { readonly at: 'installer'; readonly installer: InstallerValue }
  | {
      readonly at: 'universal-binary';
      readonly filename: string;
      readonly inputs: readonly ManifestContent[];
    };

export type SnapValue = {
  readonly type: 'SnapcraftBuilder';
  /** All of snap/snapcraft.yaml. */
  readonly yaml: string;
  /** What parts take as their source. */
  readonly files: FileManifestValue;
  readonly calls: readonly SnapcraftCall[];
};

export type MacOsBundleValue = {
  readonly type: 'MacOsApplicationBundleBuilder';
  /** "Tool.app": the folder that all files are in. */
  readonly name: string;
  /** The file in `Contents/MacOS` that is started. */
  readonly executable: string;
  readonly files: FileManifestValue;
  readonly signing: SigningOrder | undefined;
};

export type WheelValue = {
  readonly type: 'PythonWheelBuilder';
  readonly description: WheelDescription;
  /** At their places in the archive. */
  readonly files: FileManifestValue;
};

/** `FileManifest.install(path)` and `write_to_directory`: to be done once everything is built. Absolute path. */
export type Installation = {
  readonly path: string;
  readonly replace: boolean;
  readonly value: TargetValue;
};
