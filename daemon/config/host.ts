// The questions a config may ask the daemon while it runs: plain data in, plain data out. The daemon answers them with
// daemon/python; big data stays there, and the config holds ids.
import type { Prompt, PromptAnswer } from '../../protocol/prompts.ts';
import type { ResourceColumns } from './resource-columns.ts';

/** Names a distribution that the host resolved; equal ids mean interchangeable. */
export type DistributionId = string;
/** Names a list of resources that the host keeps until the evaluation's result was used. */
export type ResourceSetId = string;

/** What a config, and the mapping of its interpreter settings, must know of a CPython. */
export type DistributionSummary = {
  readonly distribution: DistributionId;
  /** Such as "3.11.7". */
  readonly version: string;
  /** Such as "cpython-311". */
  readonly cacheTag: string;
  readonly triple: string;
};

/** A list of resources: its id for adding whole, columns for configs that look inside. */
export type ResourceSet = { readonly set: ResourceSetId; readonly columns: ResourceColumns };

export type DistributionFlavor = 'standalone' | 'standalone_static' | 'standalone_dynamic';

export type ConfigHost = {
  /** Asked when a config first needs something of the distribution, not when it names one. */
  resolveDistribution(request: {
    readonly flavor: DistributionFlavor;
    readonly triple: string;
    /** "3.11" or "3.11.7"; undefined takes the best there is. */
    readonly version?: string;
    readonly archive?: { readonly sha256: string; readonly path?: string; readonly url?: string };
  }): Promise<DistributionSummary>;

  /** The whole standard library: test modules and package resources too, marked by their flags. */
  distributionResources(request: { readonly distribution: DistributionId }): Promise<ResourceSet>;

  /**
   * `directory` is the config's folder: relative paths in `args` (requirements files, projects) start there. What is
   * taken from projects of the user's is a set of its own.
   */
  pipInstall(request: {
    readonly distribution: DistributionId;
    readonly args: readonly string[];
    readonly extraEnvironment: Readonly<Record<string, string>>;
    readonly directory: string;
    readonly scan: ScanMode;
  }): Promise<readonly ResourceSet[]>;

  /** Wheels for `triple`, read without being installed: works for platforms other than this one. */
  pipDownload(request: {
    readonly distribution: DistributionId;
    readonly args: readonly string[];
    readonly triple: string;
    readonly directory: string;
    readonly scan: ScanMode;
  }): Promise<ResourceSet>;

  /** Absolute path; keeps the resources whose top-level package or module is in `packages`. */
  readPackageRoot(request: {
    readonly distribution: DistributionId;
    readonly path: string;
    readonly packages: readonly string[];
    readonly scan: ScanMode;
  }): Promise<ResourceSet>;

  readVirtualenv(request: {
    readonly distribution: DistributionId;
    readonly path: string;
    readonly scan: ScanMode;
  }): Promise<ResourceSet>;

  setupPyInstall(request: {
    readonly distribution: DistributionId;
    /** Absolute. */
    readonly path: string;
    readonly extraEnvironment: Readonly<Record<string, string>>;
    readonly extraGlobalArguments: readonly string[];
    readonly scan: ScanMode;
  }): Promise<readonly ResourceSet[]>;

  /** Whether a person can be asked now. */
  canAsk(request: Record<string, never>): Promise<boolean>;
  /** Waits for the person's answer: a bool for `confirm`, else a text. */
  ask(prompt: Prompt): Promise<PromptAnswer>;

  /** Text of a module source, for configs that look at it. */
  readResource(request: { readonly set: ResourceSetId; readonly index: number }): Promise<string>;
};

/** What scanning yields: typed resources, untyped `file` resources, or each file both ways. */
export type ScanMode = { readonly classify: boolean; readonly files: boolean };
