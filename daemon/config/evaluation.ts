import { isAbsolute, join, normalize, resolve } from 'node:path';

import type { Diagnostic } from '../../protocol/diagnostic.ts';
import type { HostCalls } from './channel.ts';
import type { CodeSigner } from './code-signer.ts';
import { ConfigError, type Callable, type Opaque, type Plain } from './config-object.ts';
import type { ResourceSet, ResourceSetId } from './host.ts';
import { readColumns, type ResourceRow } from './resource-columns.ts';
import type { Installation, ResolvedTarget } from './resolved-target.ts';
import { Targets } from './target.ts';

/** What one evaluation was asked for. Plain data: it crosses to the worker. */
export type EvaluationRequest = {
  /** Absolute path of the config. */
  readonly config: string;
  /** What stands in the config, when it is no file. */
  readonly text?: string;
  /** Targets to resolve; empty means the default one; 'none' only finds out which there are. */
  readonly targets: readonly string[] | 'none';
  /** Such as "x86_64-unknown-linux-gnu": BUILD_TARGET_TRIPLE. */
  readonly triple: string;
  readonly release: boolean;
  /** `VARS`: null for a `--var-env` whose variable is unset. */
  readonly variables: Readonly<Record<string, string | null>>;
  /**
   * Absolute path of a list that `oxd trim` is about to write: `filter_resources_from_files` passes over it, and over all
   * that it has written before.
   */
  readonly ignoredList?: string;
  /** Default targets are those registered with `default_build_script=True`. */
  readonly buildScript?: boolean;
};

/** What the interpreter of the language offers to host functions; made by worker.ts. */
export type Language = {
  readonly call: (callable: Callable, positional: readonly Plain[]) => Opaque;
  readonly plain: (value: Opaque) => Plain;
  /** As `str(value)`. */
  readonly text: (value: Plain) => string;
};

export type Outlet = {
  /** Blocks until the daemon has answered. */
  readonly ask: <M extends keyof HostCalls>(
    method: M,
    request: Parameters<HostCalls[M]>[0],
  ) => Awaited<ReturnType<HostCalls[M]>>;
  readonly print: (text: string) => void;
  /** A line worth the user's attention. */
  readonly notice: (text: string) => void;
  /** Something odd that does not stop the evaluation; shown at the call that is running. */
  readonly warn: (message: string, hint?: string) => void;
  /** Something that works and has a better way. */
  readonly hint: (diagnostic: Diagnostic) => void;
  /** Where the config is right now: the innermost call in a config's file. */
  readonly place: () => Place | undefined;
};

/** A place in a config, as what makes diagnostics there. */
export type Place = (message: string, hint?: string) => Diagnostic;

/** The state of one run of a config, on the worker's side: first parameter of everything the dialect declares. */
export class Evaluation {
  readonly request: EvaluationRequest;
  /** `CWD`: the config's folder, absolute. */
  readonly directory: string;
  readonly outlet: Outlet;
  readonly language: Language;
  readonly targets = new Targets();
  readonly installations: Installation[] = [];
  /** Activated, in that order. */
  readonly signers: CodeSigner[] = [];
  /** What the config itself asked to be built, by `build(target)`. */
  readonly builds: ResolvedTarget[] = [];
  /** Absolute. */
  buildPath: string;
  /** Spellings of an earlier PyOxidizer, by where they were met first. */
  readonly #outdated = new Map<string, { readonly instead: string; readonly place: Place | undefined }>();
  readonly #rows = new Map<ResourceSetId, readonly ResourceRow[]>();

  constructor(request: EvaluationRequest, outlet: Outlet, language: Language) {
    this.request = request;
    this.directory = resolve(request.config, '..');
    this.buildPath = resolve(this.directory, 'build');
    this.outlet = outlet;
    this.language = language;
  }

  /** Paths in configs are relative to the config's folder. */
  absolute(path: string): string {
    return isAbsolute(path) ? normalize(path) : resolve(this.directory, path);
  }

  /** A spelling of an earlier PyOxidizer was used: it works. */
  outdated(spelling: string, instead: string): void {
    if (!this.#outdated.has(spelling)) this.#outdated.set(spelling, { instead, place: this.outlet.place() });
  }

  /** Tells of all of them in one hint, at the first: most configs that have one have several. */
  tellOutdated(): void {
    const [first] = this.#outdated.values();
    const lines = [...this.#outdated].map(([spelling, { instead, place }]) => {
      const line = place?.('').range?.start.line;
      return `${line === undefined ? '' : `line ${line}: `}${spelling} is ${instead} now`;
    });
    const diagnostic = first?.place?.(
      'this config speaks as PyOxidizer 0.7 did, which goes on to work',
      lines.length === 1 ? lines[0] : `since 0.8\n${lines.map((line) => `  ${line}`).join('\n')}`,
    );
    if (diagnostic !== undefined) this.outlet.hint({ ...diagnostic, severity: 'hint' });
  }

  /** Where a target is written: absolute. */
  outputFolder(target: string): string {
    const { triple, release } = this.request;
    return join(this.buildPath, triple, release ? 'release' : 'debug', target);
  }

  rows(set: ResourceSet): readonly ResourceRow[] {
    let rows = this.#rows.get(set.set);
    if (rows === undefined) {
      rows = readColumns(set.columns);
      this.#rows.set(set.set, rows);
    }
    return rows;
  }

  /** How many resources a known set has. */
  count(set: ResourceSetId): number {
    return this.#rows.get(set)?.length ?? 0;
  }

  notSupportedYet(what: string): never {
    throw new ConfigError(`${what} is not supported yet`);
  }
}
