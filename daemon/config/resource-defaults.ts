import type { ResourceRow } from './resource-columns.ts';
import type { Location, ResourceSettings } from './resolved-target.ts';

/** The `add_*` attributes of a resource, as a policy sets them and a config may change them. */
export type AddAttributes = {
  readonly include: boolean;
  readonly location: Location;
  readonly fallback: Location | undefined;
  readonly source: boolean;
  readonly levelZero: boolean;
  readonly levelOne: boolean;
  readonly levelTwo: boolean;
};

export type PolicySettings = {
  allowFiles: boolean;
  allowInMemorySharedLibraryLoading: boolean;
  levelZero: boolean;
  levelOne: boolean;
  levelTwo: boolean;
  extensionModuleFilter: 'minimal' | 'all' | 'no-libraries' | 'no-copyleft';
  fileScannerClassifyFiles: boolean;
  fileScannerEmitFiles: boolean;
  includeClassifiedResources: boolean;
  includeDistributionSources: boolean;
  includeDistributionResources: boolean;
  includeFileResources: boolean;
  includeNonDistributionSources: boolean;
  includeTest: boolean;
  location: Location;
  fallback: Location | undefined;
};

export const defaultPolicySettings: Readonly<PolicySettings> = {
  allowFiles: false,
  allowInMemorySharedLibraryLoading: false,
  levelZero: true,
  levelOne: false,
  levelTwo: false,
  extensionModuleFilter: 'all',
  fileScannerClassifyFiles: true,
  fileScannerEmitFiles: false,
  includeClassifiedResources: true,
  includeDistributionSources: true,
  includeDistributionResources: false,
  includeFileResources: false,
  includeNonDistributionSources: true,
  includeTest: false,
  location: 'in-memory',
  fallback: undefined,
};

/** Standard library modules whose sources are broken on purpose; compiling them would only warn. */
const noBytecode = /^(lib2to3\.tests\.data\.|test\.(bad_coding|badsyntax_))/;

/**
 * What a policy says of a resource. A resource of the standard library is a source or extension first of all: whether
 * its sources are shipped never decides whether its modules can be imported.
 */
export function attributesOf(policy: Readonly<PolicySettings>, row: ResourceRow): AddAttributes {
  const compiles = !(row.isStdlib && noBytecode.test(row.name));
  return {
    include: isIncluded(policy, row),
    location: policy.location,
    fallback: policy.fallback,
    source: row.isStdlib ? policy.includeDistributionSources : policy.includeNonDistributionSources,
    levelZero: policy.levelZero && compiles,
    levelOne: policy.levelOne && compiles,
    levelTwo: policy.levelTwo && compiles,
  };
}

function isIncluded(policy: Readonly<PolicySettings>, row: ResourceRow): boolean {
  if (row.kind === 'file') return policy.includeFileResources;
  if (row.isTest && !policy.includeTest) return false;
  if (row.isStdlib && row.kind === 'package-resource') return policy.includeDistributionResources;
  return row.isStdlib || policy.includeClassifiedResources;
}

/** What the engine needs of the attributes; equal settings are one object, so that grouping is cheap. */
export class SettingsTable {
  readonly #known = new Map<string, ResourceSettings>();

  of(attributes: AddAttributes, isSource: boolean): ResourceSettings {
    const { location, fallback, source, levelZero, levelOne, levelTwo } = attributes;
    const key = JSON.stringify([
      location,
      fallback,
      ...(isSource ? [source, levelZero, levelOne, levelTwo] : []),
    ]);
    let settings = this.#known.get(key);
    if (settings === undefined) {
      const levels = ([0, 1, 2] as const).filter((level) => [levelZero, levelOne, levelTwo][level]);
      settings = {
        location,
        ...(fallback === undefined ? {} : { fallback }),
        source: isSource && source,
        levels: isSource ? levels : [],
      };
      this.#known.set(key, settings);
    }
    return settings;
  }
}
