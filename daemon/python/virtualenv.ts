// Reads virtual environments: what is installed there, also what is installed to be edited elsewhere.
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { ClassifyOptions } from './classify.ts';
import { isPathHook, readPathFiles } from './path-files.ts';
import type { Resource } from './resource.ts';
import { scanTree } from './scan.ts';

/** `read_virtualenv`: all of the site-packages of an environment, with what is installed there to be edited elsewhere. */
export async function readVirtualenv(
  context: Context,
  path: string,
  options: ClassifyOptions = {},
): Promise<Resource[]> {
  const library = join(path, 'lib');
  const site = list(library)
    .filter((name) => /^(python|pypy)3\.\d+$/.test(name))
    .map((name) => join(library, name, 'site-packages'))
    .find(isFolder);
  context.trace.directory(library);
  if (site === undefined)
    throw inputFailure(
      `Cannot read the virtual environment "${path}": it has no lib/python3.*/site-packages`,
      {
        hint: 'name the folder that holds pyvenv.cfg',
      },
    );
  return scanSite(context, site, options);
}

/** A site-packages folder, and what its .pth files lead to. */
async function scanSite(context: Context, site: string, options: ClassifyOptions): Promise<Resource[]> {
  const { roots, mapped } = readPathFiles(context, site);
  const found = new Map<string, Resource>();
  const take = (resources: readonly Resource[]): void => {
    // As on sys.path: what comes first is found.
    for (const resource of resources)
      if (!found.has(resource.path) && !isPathHook(resource.path)) found.set(resource.path, resource);
  };
  take(await scanTree(context, site, options));
  for (const { path, packages } of roots)
    take(
      modulesOf(await scanTree(context, path, packages === undefined ? options : { ...options, packages })),
    );
  for (const { name, path } of mapped) {
    const own = basename(path);
    const resources = modulesOf(await scanTree(context, dirname(path), { ...options, packages: [own] }));
    take(resources.map((resource) => renamed(resource, own, name)));
  }
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The project's metadata is in the site-packages folder; files outside of packages are no part of what is installed. */
const modulesOf = (resources: readonly Resource[]): Resource[] =>
  resources.filter(({ what }) => what.kind !== 'distribution-resource' && what.kind !== 'file');

/** A package that stands in a folder of another name: "lib" is installed as "app.core". */
function renamed(resource: Resource, from: string, to: string): Resource {
  if (from === to) return resource;
  const { path, what } = resource;
  const dotted = (name: string): string => to + name.slice(from.length);
  const moved = { ...resource, path: to.replaceAll('.', '/') + path.slice(from.length) };
  if (what.kind === 'package-resource') return { ...moved, what: { ...what, package: dotted(what.package) } };
  return 'name' in what ? { ...moved, what: { ...what, name: dotted(what.name) } } : moved;
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
