// From what a config said to the list of what is packed. On the daemon's side, where the resources are.
import type { Content, Resource } from '../python/resource.ts';
import { passesExtensionFilter } from './extension-filter.ts';
import type { ResourceSetId } from './host.ts';
import type { Addition, PythonExecutableValue, ResourceSettings } from './resolved-target.ts';

/** One resource of an executable, and how it is packed. */
export type CollectedResource = { readonly resource: Resource; readonly settings: ResourceSettings };

export type ResourceLookup = {
  /** The resources of a set that the host handed out, in the order of its columns. */
  readonly set: (set: ResourceSetId) => readonly Resource[];
  /** All resources of the distribution's standard library. */
  readonly standardLibrary: readonly Resource[];
  /** Keeps the source code of a module that the config itself made. */
  readonly keep: (text: string) => Content;
};

/**
 * Applies the additions in order: a later resource at the same virtual path replaces an earlier one, a filter removes
 * from what is there at that point.
 */
export function collectResources(
  { additions }: Pick<PythonExecutableValue, 'additions'>,
  lookup: ResourceLookup,
): readonly CollectedResource[] {
  const collected = new Map<string, CollectedResource>();
  const put = (resource: Resource, settings: ResourceSettings): void => {
    collected.set(resource.path, { resource, settings });
  };
  for (const addition of additions) {
    switch (addition.kind) {
      case 'standard-library':
        for (const resource of lookup.standardLibrary)
          if (isInStandardSelection(addition, resource)) put(resource, addition.settings);
        break;
      case 'set':
        for (const resource of selected(lookup.set(addition.set), addition.indexes))
          put(resource, addition.settings);
        break;
      case 'inline-module':
        put(inlineModule(addition, lookup), addition.settings);
        break;
      case 'filter': {
        const names = withParents(addition.names);
        for (const [path, { resource }] of collected) if (!isNamed(resource, names)) collected.delete(path);
        break;
      }
    }
  }
  return [...collected.values()];
}

/** The chosen resources of a set; all of them without indexes. */
export function selected(
  resources: readonly Resource[],
  indexes: readonly number[] | undefined,
): readonly Resource[] {
  return indexes === undefined ? resources : indexes.map((index) => resourceAt(resources, index));
}

export function resourceAt(resources: readonly Resource[], index: number): Resource {
  const resource = resources[index];
  if (resource === undefined) throw new RangeError(`No resource ${index} in a set of ${resources.length}`);
  return resource;
}

function isInStandardSelection(
  addition: Addition & { kind: 'standard-library' },
  resource: Resource,
): boolean {
  if (resource.isTest && !addition.includeTest) return false;
  if (resource.what.kind === 'package-resource' && !addition.includeResources) return false;
  return passesExtensionFilter(addition.extensionModuleFilter, resource);
}

function inlineModule(addition: Addition & { kind: 'inline-module' }, lookup: ResourceLookup): Resource {
  const { name, isPackage } = addition;
  return {
    path: name.replaceAll('.', '/') + (isPackage ? '/__init__.py' : '.py'),
    content: lookup.keep(addition.source),
    executable: false,
    what: { kind: 'module-source', name, isPackage },
    isStdlib: false,
    isTest: false,
  };
}

/** A module cannot be imported without the packages around it. */
function withParents(names: readonly string[]): ReadonlySet<string> {
  const all = new Set<string>();
  for (const name of names) {
    for (let at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1)) all.add(name.slice(0, at));
    all.add(name);
  }
  return all;
}

function isNamed({ what }: Resource, names: ReadonlySet<string>): boolean {
  switch (what.kind) {
    case 'module-source':
    case 'module-bytecode':
    case 'extension-module':
      return names.has(what.name);
    case 'package-resource':
      return names.has(what.package);
    // Metadata and plain files have no module name; they are small, and missing ones break lookups at run time.
    case 'distribution-resource':
    case 'file':
      return true;
  }
}
