import type { ExtensionModuleFilter } from '../python/builtin-modules.ts';
import { passesExtensionFilter } from './extension-filter.ts';
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
  extensionModuleFilter: ExtensionModuleFilter;
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

const compiles = (row: ResourceRow): boolean => !(row.isStdlib && noBytecode.test(row.name));

/** Resources with equal categories have equal attributes. */
export const attributeCategory = (row: ResourceRow): string =>
  row.isStdlib && row.kind === 'extension-module'
    ? row.name
    : `${row.kind} ${row.isStdlib} ${row.isTest} ${compiles(row)}`;

/**
 * What a policy says of a resource. A resource of the standard library is a source or extension first of all: whether
 * its sources are shipped never decides whether its modules can be imported.
 */
export function attributesOf(policy: Readonly<PolicySettings>, row: ResourceRow): AddAttributes {
  const isCompiled = compiles(row);
  return {
    include: isIncluded(policy, row),
    location: policy.location,
    fallback: policy.fallback,
    source: row.isStdlib ? policy.includeDistributionSources : policy.includeNonDistributionSources,
    levelZero: policy.levelZero && isCompiled,
    levelOne: policy.levelOne && isCompiled,
    levelTwo: policy.levelTwo && isCompiled,
  };
}

function isIncluded(policy: Readonly<PolicySettings>, row: ResourceRow): boolean {
  if (row.kind === 'file') return policy.includeFileResources;
  if (row.isTest && !policy.includeTest) return false;
  if (row.isStdlib && row.kind === 'package-resource') return policy.includeDistributionResources;
  if (row.isStdlib && row.kind === 'extension-module')
    return passesExtensionFilter(policy.extensionModuleFilter, row.name);
  return row.isStdlib || policy.includeClassifiedResources;
}

/** What the engine needs of the attributes; equal settings are one object, so that grouping is cheap. */
export class SettingsTable {
  readonly #known = new Map<string, ResourceSettings>();

  /**
   * The standard library always goes into the executable: the interpreter needs it to start, before it knows any other
   * place to look.
   */
  of(attributes: AddAttributes, row: Pick<ResourceRow, 'kind' | 'isStdlib'>): ResourceSettings {
    const { source, levelZero, levelOne, levelTwo } = attributes;
    const isSource = row.kind === 'module-source';
    const location = row.isStdlib ? 'in-memory' : attributes.location;
    const fallback = row.isStdlib ? undefined : attributes.fallback;
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
