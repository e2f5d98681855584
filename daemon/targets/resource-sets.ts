import type { Context } from '../context.ts';
import { Failure } from '../../protocol/failure.ts';
import type { Distribution } from '../python/distribution.ts';
import type { LockedPackage } from '../python/pip.ts';
import type { Resource } from '../python/resource.ts';
import { type StandardLibraryOptions, distributionResources } from '../python/standard-library.ts';
import { type TclLibrary, tclLibrary } from '../python/tcl-library.ts';

export type ResourceSetEntry = {
  /** What the config sees and chooses from. */
  readonly resources: readonly Resource[];
  /** Untyped files that the config does not see and that go wherever the first of the others goes: "numpy.libs/…". */
  readonly companions: readonly Resource[];
  /** For people: "pyflakes==3.2.0", "src". */
  readonly subject: string;
  /** The user's own files, which change between builds. */
  readonly volatile: boolean;
  /** What its wheels were downloaded for. */
  readonly triple?: string;
  /** What pip chose; absent for what it did not install. */
  readonly lock?: readonly LockedPackage[];
};

/** Distributions and resource lists that one evaluation's handles stand for. They live as long as the build. */
export class ResourceSets {
  readonly #sets = new Map<string, ResourceSetEntry>();
  readonly #distributions = new Map<string, Distribution>();
  readonly #libraries: StandardLibraries;

  constructor(libraries: StandardLibraries) {
    this.#libraries = libraries;
  }

  add(entry: ResourceSetEntry): string {
    const id = `set-${this.#sets.size}`;
    this.#sets.set(id, entry);
    return id;
  }

  get(id: string): ResourceSetEntry {
    const entry = this.#sets.get(id);
    if (entry === undefined) throw new Error(`no resource set ${id}`);
    return entry;
  }

  addDistribution(distribution: Distribution): void {
    this.#distributions.set(distribution.id, distribution);
  }

  distribution(id: string): Distribution {
    const distribution = this.#distributions.get(id);
    if (distribution === undefined) throw new Failure('bug', `no distribution ${id}`);
    return distribution;
  }

  standardLibrary(
    context: Context,
    distribution: string,
    options: StandardLibraryOptions,
  ): Promise<readonly Resource[]> {
    return this.#libraries.of(context, this.distribution(distribution), options);
  }

  tclLibrary(context: Context, distribution: string): Promise<TclLibrary | undefined> {
    return this.#libraries.tcl(context, this.distribution(distribution));
  }
}

/** Few are in use at a time; each takes some 500 KB. */
const librariesMax = 3;

/** Lists of standard libraries, kept between builds: their distributions do not change under an id. */
export class StandardLibraries {
  readonly #known = new Map<string, readonly Resource[]>();
  /** Also that there is none: to ask again takes as long as a build may. */
  readonly #tcl = new Map<string, TclLibrary | undefined>();

  forget(): void {
    this.#known.clear();
    this.#tcl.clear();
  }

  async of(
    context: Context,
    distribution: Distribution,
    options: StandardLibraryOptions,
  ): Promise<readonly Resource[]> {
    const key = JSON.stringify([distribution.id, options.tests, options.resources]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const resources = await distributionResources(context, distribution, options);
    this.#known.set(key, resources);
    forgetOldest(this.#known);
    return resources;
  }

  async tcl(context: Context, distribution: Distribution): Promise<TclLibrary | undefined> {
    if (this.#tcl.has(distribution.id)) return this.#tcl.get(distribution.id);
    const library = await tclLibrary(context, distribution);
    this.#tcl.set(distribution.id, library);
    forgetOldest(this.#tcl);
    return library;
  }
}

function forgetOldest(known: Map<string, unknown>): void {
  for (const oldest of known.keys()) {
    if (known.size <= librariesMax) break;
    known.delete(oldest);
  }
}
