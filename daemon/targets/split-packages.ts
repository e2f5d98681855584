// Packages of which a config puts one part into the executable and another beside it.
import type { PackedResource } from '../executable/resource-layer.ts';
import type { PlacedResource } from './additions.ts';

export type SplitPackages = {
  /** "PACKAGE=FOLDER": packages of the executable that have modules in a folder too, with `$ORIGIN`. */
  readonly portions: readonly string[];
  /** Data that is looked for where its package is. */
  readonly alsoPacked: readonly PackedResource[];
  readonly alsoBeside: readonly PlacedResource[];
};

/**
 * Python looks for the parts of a package in its folder. A packed package gets further folders for modules; its data, and
 * all parts of a package that is beside the executable, are placed where the package is as well.
 */
export function splitPackages(
  packed: readonly PackedResource[],
  beside: readonly PlacedResource[],
): SplitPackages {
  if (beside.length === 0) return { portions: [], alsoPacked: [], alsoBeside: [] };
  const inMemory = new Set(packed.flatMap(packageName));
  const prefixes = new Map(beside.flatMap((item) => packageName(item).map((name) => [name, item.prefix])));
  const portions = new Set<string>();
  const alsoPacked: PackedResource[] = [];
  for (const item of beside) {
    const owner = ownerOf(item);
    if (owner === undefined || prefixes.has(owner) || !inMemory.has(owner)) continue;
    if (item.resource.what.kind === 'package-resource') alsoPacked.push(item);
    else {
      const folder = ['$ORIGIN', item.prefix, owner.replaceAll('.', '/')].filter((part) => part !== '');
      portions.add(`${owner}=${folder.join('/')}`);
    }
  }
  const alsoBeside = packed.flatMap((item): PlacedResource[] => {
    const owner = item.resource.isStdlib ? undefined : ownerOf(item);
    const prefix = owner === undefined ? undefined : prefixes.get(owner);
    return prefix === undefined ? [] : [{ ...item, prefix }];
  });
  return { portions: [...portions].toSorted(), alsoPacked, alsoBeside };
}

function packageName({ resource: { what } }: PackedResource): string[] {
  const isPackage = (what.kind === 'module-source' || what.kind === 'module-bytecode') && what.isPackage;
  return isPackage ? [what.name] : [];
}

/** The package that a module or data file is part of; undefined for what is in none. */
function ownerOf({ resource: { what } }: PackedResource): string | undefined {
  switch (what.kind) {
    case 'module-source':
    case 'module-bytecode':
    case 'extension-module': {
      const dot = what.name.lastIndexOf('.');
      return dot === -1 ? undefined : what.name.slice(0, dot);
    }
    case 'package-resource':
      return what.package;
    case 'distribution-resource':
    case 'file':
      return undefined;
  }
}
