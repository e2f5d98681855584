import { ConfigError } from './config-object.ts';
import type { ResourceSetId } from './host.ts';
import type { PythonPackagingPolicy } from './packaging-policy.ts';
import { SettingsTable, type AddAttributes } from './resource-defaults.ts';
import type { ResourceObject } from './resource-object.ts';
import type { Addition, Location, ResourceSettings } from './resolved-target.ts';

/** What a legacy `add_*` call says of all that it adds. */
export type AddOverrides = {
  readonly include?: true;
  readonly location?: Location;
  readonly source?: boolean;
  readonly levels?: readonly (0 | 1 | 2)[];
};

type Run = { readonly set: ResourceSetId; readonly groups: Map<ResourceSettings, number[]> };

/** The additions of an executable, in order; resources of one set that are packed alike become one addition. */
export class ExecutableContents {
  readonly #policy: PythonPackagingPolicy;
  readonly #additions: (Addition | Run)[] = [];
  readonly #settings = new SettingsTable();
  /** Most resources share their attributes record: its settings are looked up once. */
  readonly #settingsOf = new Map<AddAttributes, ResourceSettings>();

  constructor(policy: PythonPackagingPolicy) {
    this.#policy = policy;
  }

  add(resource: ResourceObject, overrides: AddOverrides): void {
    const attributes = resource.attributes ?? this.#policy.attributesOf(resource.row);
    if (!attributes.include && overrides.include !== true) return;
    if (resource.row.kind === 'file' && !this.#policy.settings.allowFiles)
      throw new ConfigError(
        `untyped files are not allowed in this executable: ${resource.row.path}`,
        'set allow_files = True on its packaging policy',
      );
    const settings = this.#settingsFor(resource, attributes, overrides);
    const { origin, row } = resource;
    if (origin.at === 'inline') {
      const { name, isPackage } = row;
      this.#additions.push({ kind: 'inline-module', name, source: origin.source, isPackage, settings });
      return;
    }
    let run = this.#additions.at(-1);
    if (run === undefined || 'kind' in run || run.set !== origin.set) {
      run = { set: origin.set, groups: new Map() };
      this.#additions.push(run);
    }
    const group = run.groups.get(settings);
    if (group === undefined) run.groups.set(settings, [origin.index]);
    else group.push(origin.index);
  }

  addStandardLibrary(): void {
    const { settings: policy } = this.#policy;
    const sourceRow = {
      kind: 'module-source',
      name: '',
      path: '',
      package: '',
      isPackage: false,
      isStdlib: true,
      isTest: false,
      isExecutable: false,
    } as const;
    this.#additions.push({
      kind: 'standard-library',
      includeTest: policy.includeTest,
      includeResources: policy.includeDistributionResources,
      settings: this.#settings.of(this.#policy.attributesOf(sourceRow), sourceRow),
    });
  }

  filter(names: readonly string[] | 'all'): void {
    this.#additions.push({ kind: 'filter', names });
  }

  /** `count` tells the size of a set, so that a whole one is named without its indexes. */
  additions(count: (set: ResourceSetId) => number): readonly Addition[] {
    return this.#additions.flatMap((addition): readonly Addition[] =>
      'kind' in addition
        ? [addition]
        : [...addition.groups].map(([settings, indexes]) => ({
            kind: 'set',
            set: addition.set,
            ...selection(indexes, count(addition.set)),
            settings,
          })),
    );
  }

  #settingsFor(
    { row }: ResourceObject,
    attributes: AddAttributes,
    overrides: AddOverrides,
  ): ResourceSettings {
    const { location, source, levels } = overrides;
    if (location === undefined && source === undefined && levels === undefined) {
      // Records of attributes are shared within a category of resources only.
      let known = this.#settingsOf.get(attributes);
      if (known === undefined) this.#settingsOf.set(attributes, (known = this.#settings.of(attributes, row)));
      return known;
    }
    const changed = {
      ...attributes,
      ...(location === undefined ? {} : { location, fallback: undefined }),
      ...(source === undefined ? {} : { source }),
      ...(levels === undefined
        ? {}
        : { levelZero: levels.includes(0), levelOne: levels.includes(1), levelTwo: levels.includes(2) }),
    };
    return this.#settings.of(changed, row);
  }
}

/** Ascending indexes without doubles; none at all when they are the whole set. */
export function selection(
  indexes: readonly number[],
  count: number,
): { readonly indexes?: readonly number[] } {
  const isAscending = indexes.every((index, at) => at === 0 || index > (indexes[at - 1] ?? -1));
  const unique = isAscending ? indexes : [...new Set(indexes)].toSorted((a, b) => a - b);
  return unique.length === count ? {} : { indexes: unique };
}
