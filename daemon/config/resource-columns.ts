import type { Resource } from '../python/resource.ts';

/**
 * A list of resources as a few long strings and byte arrays: twenty thousand of them cross to the worker in a
 * millisecond, where as many objects would take a hundred times that.
 */
export type ResourceColumns = {
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly flags: Uint8Array;
  /** Joined by NUL: module or resource names ("pyflakes.api", "data.json"; the path for plain files). */
  readonly names: string;
  /** Joined by NUL: virtual paths below the root, "pyflakes/api.py". */
  readonly paths: string;
  /** Joined by NUL: the package of package and distribution resources, else empty. */
  readonly packages: string;
};

const resourceKinds = [
  'module-source',
  'module-bytecode',
  'extension-module',
  'package-resource',
  'distribution-resource',
  'file',
] as const satisfies Resource['what']['kind'][];

export type ResourceKind = (typeof resourceKinds)[number];

const isPackageFlag = 1;
const isStdlibFlag = 2;
const isTestFlag = 4;
const isExecutableFlag = 8;

/** Made on the daemon's side from what a scan found; indexes are those of `resources`. */
export function resourceColumns(resources: readonly Resource[]): ResourceColumns {
  const count = resources.length;
  const kinds = new Uint8Array(count);
  const flags = new Uint8Array(count);
  const names: string[] = [];
  const paths: string[] = [];
  const packages: string[] = [];
  for (const [index, resource] of resources.entries()) {
    const { what } = resource;
    kinds[index] = resourceKinds.indexOf(what.kind);
    flags[index] =
      ('isPackage' in what && what.isPackage ? isPackageFlag : 0) |
      (resource.isStdlib ? isStdlibFlag : 0) |
      (resource.isTest ? isTestFlag : 0) |
      (resource.executable ? isExecutableFlag : 0);
    names.push('name' in what ? what.name : resource.path);
    paths.push(resource.path);
    packages.push('package' in what ? what.package : '');
  }
  return {
    count,
    kinds,
    flags,
    names: names.join('\0'),
    paths: paths.join('\0'),
    packages: packages.join('\0'),
  };
}

/** One resource of a set, as a config sees it. */
export type ResourceRow = {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly path: string;
  readonly package: string;
  readonly isPackage: boolean;
  readonly isStdlib: boolean;
  readonly isTest: boolean;
  readonly isExecutable: boolean;
};

/** Splits the strings once, on first use. */
export function readColumns(columns: ResourceColumns): readonly ResourceRow[] {
  if (columns.count === 0) return [];
  const names = columns.names.split('\0');
  const paths = columns.paths.split('\0');
  const packages = columns.packages.split('\0');
  return names.map((name, index): ResourceRow => {
    const flags = columns.flags[index] ?? 0;
    return {
      kind: resourceKinds[columns.kinds[index] ?? 0] ?? 'file',
      name,
      path: paths[index] ?? '',
      package: packages[index] ?? '',
      isPackage: (flags & isPackageFlag) !== 0,
      isStdlib: (flags & isStdlibFlag) !== 0,
      isTest: (flags & isTestFlag) !== 0,
      isExecutable: (flags & isExecutableFlag) !== 0,
    };
  });
}
