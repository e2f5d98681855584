// Questions about Pythons and what is in them.
import { request, type Streamed } from './requests.ts';

/** A question about a Python, not about a config. */
export type PythonRequest = {
  /**
   * "3.11", "3.11.7", or the absolute path of a Python, of its folder, or of an archive. Absent: the one that a config
   * gets that names none.
   */
  readonly python?: string;
  /** The client's allow-listed variables (environment.ts). */
  readonly environment: Readonly<Record<string, string>>;
};
export type InstalledPython = {
  readonly path: string;
  /** Absent where it does not even say that. */
  readonly version?: string;
  /** How its library gets into an executable; absent when it cannot be packed. */
  readonly linking?: 'static' | 'shared';
  /** Why it cannot be packed. */
  readonly refused?: string;
};
export type KnownPython = {
  readonly version: string;
  readonly triple: string;
  readonly linking: 'static' | 'shared';
  readonly url: string;
  readonly sha256: string;
  readonly isCached: boolean;
};
export type PythonsReport = {
  readonly installed: readonly InstalledPython[];
  readonly known: readonly KnownPython[];
};
/** Every Python that could be packed here, and why the others cannot. Nothing is fetched. */
export const Pythons = request<PythonRequest & Streamed, PythonsReport>('oxd/pythons');

export type PythonSummary = {
  readonly version: string;
  readonly executable: string;
  /** One line for people: which one and how it is linked. */
  readonly reason: string;
};
/** Fetches and unpacks what is not there yet. */
export const InstallPython = request<PythonRequest & Streamed, PythonSummary>('oxd/installPython');
/** `into`: absolute, empty or absent. `python` must stand for an archive. */
export const ExtractPython = request<
  PythonRequest & Streamed & { readonly into: string },
  { readonly archive: string }
>('oxd/extractPython');

export type ExtensionReport = {
  readonly name: string;
  readonly variant: string;
  readonly isRequired: boolean;
  /** Linked into libpython, and so always there. */
  readonly isBuiltin: boolean;
  /** An SPDX expression, "public domain", or absent when nobody says. */
  readonly license?: string;
  readonly links: readonly {
    readonly name: string;
    readonly kind: 'system' | 'static' | 'dynamic' | 'framework';
  }[];
};
export type PythonReport = PythonSummary & {
  readonly triple: string;
  /** Such as "cp311"; of wheels that it takes. */
  readonly tag: string;
  /** Such as "linux-x86_64". */
  readonly platformTag: string;
  readonly extensions: readonly ExtensionReport[];
  readonly modules: readonly string[];
  readonly resources: readonly { readonly package: string; readonly name: string }[];
};
export const PythonInfo = request<PythonRequest & Streamed, PythonReport>('oxd/pythonInfo');

/** As `scan` finds them: what each kind is known by. */
export type FoundResource = { readonly isStdlib: boolean; readonly isTest: boolean } & (
  | { readonly kind: 'module-source'; readonly name: string; readonly isPackage: boolean }
  | {
      readonly kind: 'module-bytecode';
      readonly name: string;
      readonly isPackage: boolean;
      readonly level: 0 | 1 | 2;
    }
  | { readonly kind: 'package-resource'; readonly package: string; readonly name: string }
  | {
      readonly kind: 'distribution-resource';
      readonly package: string;
      readonly version: string;
      readonly name: string;
    }
  | {
      readonly kind: 'extension-module';
      readonly name: string;
      readonly isBuiltin: boolean;
      readonly hasLibrary: boolean;
      readonly links: readonly string[];
    }
  | { readonly kind: 'egg-file'; readonly path: string }
  | { readonly kind: 'path-extension'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly isExecutable: boolean }
);
export type FindRequest = PythonRequest & {
  /** Absolute path of a folder or a wheel; absent: the standard library. */
  readonly path?: string;
  readonly classify: boolean;
  readonly files: boolean;
};
export type Findings = {
  readonly scanned: 'directory' | 'wheel' | 'distribution' | 'unknown';
  readonly resources: readonly FoundResource[];
};
export const FindResources = request<FindRequest & Streamed, Findings>('oxd/findResources');
