// What the additions of an executable come to: which resources are packed, in which layers, and which lie beside it.
import type { Sha256 } from '../../cache/cache.ts';
import { passesExtensionFilter } from '../config/extension-filter.ts';
import type { Addition, Location, PythonExecutableValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import type { PackedResource } from '../executable/resource-layer.ts';
import type { Resource } from '../python/resource.ts';
import { sharedPython } from '../python/shared-library.ts';
import { type SystemLibrary, systemLibraries } from '../python/system-libraries.ts';
import type { Distribution } from '../python/distribution.ts';
import type { ResourceSetEntry, ResourceSets } from './resource-sets.ts';
import { tellHidden } from './hidden-files.ts';
import { NameList } from './name-list.ts';
import { inputFailure } from '../../protocol/failure.ts';
import { splitPackages } from './split-packages.ts';
import { placeTclFiles } from './tcl-files.ts';

/** One layer to be: in the order of the image, where a later one hides what an earlier one has. */
export type LayerPlan = {
  readonly subject: string;
  /** The user's own files change with every save: their layer is not worth keeping. */
  readonly volatile: boolean;
  readonly packed: readonly PackedResource[];
  /** Made of what the other layers need, whatever the config says. */
  readonly follows?: true;
};

/** A resource that is a real file beside the executable, below `prefix`. */
export type PlacedResource = PackedResource & { readonly prefix: string };

export type Placement = {
  readonly layers: readonly LayerPlan[];
  readonly beside: readonly PlacedResource[];
  /** See `SplitPackages.portions`. */
  readonly packagePortions: readonly string[];
  /** Where libpython stands in the tree, when it is not linked in. */
  readonly sharedLibrary: string | undefined;
  /** Where Tcl's scripts are, for programs that have tkinter. */
  readonly tclLibrary: string | undefined;
  /** What a list that tells about all that is packed says of a module of ours; true without one. */
  readonly keeps: (resource: Resource) => boolean;
  /** The sets that something was taken from. */
  readonly sets: readonly string[];
  /** Libraries of this machine in the layers. */
  readonly libraries: readonly SystemLibrary[];
};

type Portion = {
  readonly subject: string;
  readonly volatile: boolean;
  /** The set that all of it comes from. */
  readonly set?: string;
  items: readonly Placed[];
};
type Placed = { readonly packed: PackedResource; readonly location: Location };

/** The image format's limit is 60; what comes after this many is packed together. */
const layersMax = 40; // further ones hold system libraries, Tcl and our own modules

/** Resolves the additions of an executable in their order; what is linked in is not packed once more. */
export async function placeAdditions(
  context: Context,
  sets: ResourceSets,
  value: PythonExecutableValue,
  linked: readonly { readonly name: string }[],
): Promise<Placement> {
  let portions: Portion[] = [];
  let list: NameList | undefined;
  const accompanied = new Set<string>();
  const linkedNames = new Set(linked.map(({ name }) => name));
  for (const addition of value.additions) {
    if (addition.kind === 'filter') {
      if (addition.names === 'all') continue;
      list = new NameList(addition.names);
      portions = portions.map((portion) => ({
        ...portion,
        items: portion.items.filter(({ packed }) => list?.keeps(packed.resource)),
      }));
    } else {
      const portion = await portionOf(context, sets, value, addition);
      portion.items = portion.items.filter(({ packed: { resource } }) => !isLinked(resource, linkedNames));
      if (addition.kind === 'set' && !accompanied.has(addition.set)) {
        accompanied.add(addition.set);
        portion.items = [...portion.items, ...companionsOf(sets, addition)];
      }
      // Sources and other resources of one set have different settings: they are one layer all the same.
      const before = portions.at(-1);
      if (addition.kind === 'set' && before?.set === addition.set)
        before.items = [...before.items, ...portion.items];
      else portions.push(portion);
    }
  }
  const layers: LayerPlan[] = [];
  for (const { subject, volatile, items } of portions) {
    const packed = items.flatMap((item) => (item.location === 'in-memory' ? [item.packed] : []));
    if (packed.length === 0) continue;
    const last = layers.at(-1);
    if (last !== undefined && ((last.volatile && volatile) || layers.length >= layersMax)) {
      layers[layers.length - 1] = {
        subject: last.subject,
        volatile: last.volatile || volatile,
        packed: lastOfEachPath([...last.packed, ...packed]),
      };
    } else {
      layers.push({ subject, volatile, packed: lastOfEachPath(packed) });
    }
  }
  const beside = portions.flatMap(({ items }) =>
    items.flatMap(({ packed, location }) =>
      location === 'in-memory' ? [] : [{ ...packed, prefix: location.prefix }],
    ),
  );
  tellHidden(
    context,
    portions.flatMap(({ set, subject, items }) =>
      set === undefined
        ? []
        : [
            {
              subject,
              resources: sets.get(set).resources,
              added: items.map(({ packed }) => packed.resource),
            },
          ],
    ),
  );
  const split = splitPackages(
    layers.flatMap(({ packed }) => packed),
    beside,
  );
  if (split.alsoPacked.length > 0)
    layers.push({
      subject: 'data of packages',
      volatile: true,
      packed: lastOfEachPath(split.alsoPacked),
    });
  const resources = [...layers.flatMap(({ packed }) => packed), ...beside];
  const tcl = await placeTclFiles(context, sets, value, resources);
  const shared = sharedPython(context, sets.distribution(value.distribution));
  const libraries = systemLibrariesOf(context, layers, shared);
  return {
    layers: [
      ...(tcl.layer === undefined ? [] : [tcl.layer]),
      ...withSystemLibraries(layers, libraries, shared),
    ],
    beside: [...beside, ...split.alsoBeside, ...tcl.beside],
    packagePortions: split.portions,
    sharedLibrary: shared?.path,
    tclLibrary: tcl.library,
    keeps: (resource) => list?.isWhole !== true || list.keeps(resource),
    sets: [
      ...new Set(
        portions.flatMap(({ set, items }) => (set === undefined || items.length === 0 ? [] : [set])),
      ),
    ],
    libraries,
  };
}

async function portionOf(
  context: Context,
  sets: ResourceSets,
  value: PythonExecutableValue,
  addition: Exclude<Addition, { kind: 'filter' }>,
): Promise<Portion> {
  const { settings } = addition;
  const place = (resource: Resource): Placed => ({
    packed: { resource, source: settings.source, levels: settings.levels },
    location: settings.location,
  });
  switch (addition.kind) {
    case 'standard-library': {
      const library = await sets.standardLibrary(context, value.distribution, {
        tests: addition.includeTest,
        resources: addition.includeResources,
      });
      const { filter } = value.extensionModules;
      const wanted = library.filter(
        ({ what }) => what.kind !== 'extension-module' || passesExtensionFilter(filter, what.name),
      );
      return { subject: 'the standard library', volatile: false, items: wanted.map(place) };
    }
    case 'set': {
      const set = sets.get(addition.set);
      const chosen = addition.indexes?.map((index) => set.resources[index]!) ?? set.resources;
      checkPlatform(sets.distribution(value.distribution), set, chosen);
      return { subject: set.subject, volatile: set.volatile, set: addition.set, items: chosen.map(place) };
    }
    case 'inline-module':
      return { subject: addition.name, volatile: true, items: [place(inlineModule(context, addition))] };
  }
}

const isLinked = ({ isStdlib, what }: Resource, names: ReadonlySet<string>): boolean =>
  isStdlib && what.kind === 'extension-module' && names.has(what.name);

/** Native modules for another platform would be found and refused when the program imports them. */
function checkPlatform({ triple }: Distribution, set: ResourceSetEntry, chosen: readonly Resource[]): void {
  if (set.triple === undefined || set.triple === triple.replace(/_v\d-/, '-')) return;
  const native = chosen.find(({ what }) => what.kind === 'extension-module');
  if (native === undefined) return;
  throw inputFailure(
    `Cannot pack "${native.path}" of ${set.subject}: it is for ${set.triple}, the executable for ${triple}`,
    { hint: 'call pip_download() of the executable itself, or leave it out: `resource.add_include = False`' },
  );
}

/** Libraries and data outside of packages belong to a set as a whole: they come along with the first part of it. */
function companionsOf(sets: ResourceSets, { set, settings }: Extract<Addition, { kind: 'set' }>): Placed[] {
  return sets.get(set).companions.map((resource) => ({
    packed: { resource, source: true, levels: [] },
    location: settings.location,
  }));
}

function systemLibrariesOf(
  context: Context,
  layers: readonly LayerPlan[],
  shared: Resource | undefined,
): SystemLibrary[] {
  const resources = layers.flatMap(({ packed }) => packed.map(({ resource }) => resource));
  if (shared !== undefined) resources.push(shared);
  return systemLibraries(context, resources);
}

/** Libraries of this machine that packed ones need and other machines may lack, and libpython itself, in a layer of their own. */
function withSystemLibraries(
  layers: readonly LayerPlan[],
  libraries: readonly SystemLibrary[],
  shared: Resource | undefined,
): readonly LayerPlan[] {
  const resources = [...libraries.map(({ resource }) => resource), ...(shared === undefined ? [] : [shared])];
  if (resources.length === 0) return layers;
  const packed = resources.map((resource) => ({ resource, source: true, levels: [] }));
  // First, so that a library which the application brings under the same path hides it.
  return [{ subject: 'system libraries', volatile: false, packed, follows: true }, ...layers];
}

/** A module whose text stands in the config. */
function inlineModule(context: Context, addition: Extract<Addition, { kind: 'inline-module' }>): Resource {
  const { name, isPackage } = addition;
  const bytes = Buffer.from(addition.source);
  const sha256: Sha256 = context.cache.blobs.put(bytes);
  return {
    path: `${name.replaceAll('.', '/')}${isPackage ? '/__init__' : ''}.py`,
    content: { at: 'blob', sha256, size: bytes.length },
    executable: false,
    what: { kind: 'module-source', name, isPackage },
    isStdlib: false,
    isTest: false,
  };
}

/** Two entries of one path cannot stand in one layer: the one that was added last counts. */
function lastOfEachPath(packed: readonly PackedResource[]): readonly PackedResource[] {
  const byPath = new Map(packed.map((item) => [item.resource.path, item]));
  return byPath.size === packed.length ? packed : [...byPath.values()];
}
