// Shared libraries of this machine that packed libraries need and that another machine may lack.
import { basename } from 'node:path';
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import { type ElfNeeds, elfNeeds } from './elf-needs.ts';
import { openLibrarySearch } from './library-search.ts';
import type { Content, Resource } from './resource.ts';

/**
 * Every Linux with glibc has these (PEP 599 and its successors, without what small systems leave out), or they belong
 * to the machine's graphics and must be its own. libpython is what we are.
 */
const onEveryMachine =
  /^(?:ld-linux.*|lib(?:c|m|mvec|dl|rt|util|pthread|nsl|resolv|anl)|libgcc_s|libstdc\+\+|lib(?:X11|Xext|Xrender|ICE|SM|GL|EGL|GLX|OpenGL|xcb|Xau|Xdmcp)|libg(?:object|thread|lib)-2\.0|libpython3.*)\.so(?:\.\d+)*$/;

type NeedsKey = { readonly library: Sha256 };
const needs: ResultType<NeedsKey, ElfNeeds> = { kind: 'scan', version: 1 };

/** Whether every Linux with glibc has the library of this name. */
export const isOnEveryMachine = (name: string): boolean => onEveryMachine.test(name);

/** An application that needs more libraries than this has a loop in what we follow. */
const librariesMax = 2_000;

/** A library of this machine as a resource at lib/<soname>, and the paths of the resources that need it. */
export type SystemLibrary = { readonly resource: Resource; readonly neededBy: readonly string[] };

type Library = { readonly path: string; readonly content: Content & { readonly at: 'file' } };

/**
 * What the libraries among `resources` need, directly or through others, and neither they nor every machine have,
 * sorted. A library that this machine lacks too is left out, and logged.
 */
export function systemLibraries(context: Context, resources: readonly Resource[]): SystemLibrary[] {
  const libraries = resources.flatMap(({ path, content }): Library[] =>
    /\.so(\.\d+)*$/.test(path) && content.at === 'file' ? [{ path, content }] : [],
  );
  const packed = new Set(resources.map(({ path }) => basename(path)));
  const found = new Map<string, { readonly resource: Resource; readonly neededBy: string[] }>();
  if (libraries.length === 0) return [];
  const search = openLibrarySearch();
  const queue = [...libraries];
  const known = new Map<string, ElfNeeds>(
    zip(
      libraries.map(({ content }) => content.sha256),
      context.cache.getMany(
        needs,
        libraries.map(({ content }) => ({ library: content.sha256 })),
      ),
    ),
  );
  for (const { path: user, content: library } of queue) {
    const { needed, searchPaths } = known.get(library.sha256) ?? readNeeds(context, library);
    for (const name of needed) {
      found.get(name)?.neededBy.push(user);
      if (packed.has(name) || found.has(name) || isOnEveryMachine(name)) continue;
      const path = search(name, { path: library.path, searchPaths });
      const hash = path === undefined ? undefined : context.cache.hashFile(path);
      if (path === undefined || hash === undefined) {
        context.log.warn({ library: library.path, needed: name }, 'needed library is not installed');
        packed.add(name);
        continue;
      }
      context.trace.file(path);
      const content = { at: 'file', path, sha256: hash.sha256, size: hash.size } as const;
      const resource: Resource = {
        path: `lib/${name}`,
        content,
        executable: false,
        what: { kind: 'file' },
        isStdlib: false,
        isTest: false,
      };
      found.set(name, { resource, neededBy: [user] });
      if (queue.length < librariesMax) queue.push({ path: resource.path, content });
    }
  }
  return [...found.values()].toSorted((a, b) => (a.resource.path < b.resource.path ? -1 : 1));
}

function readNeeds(context: Context, library: Content & { readonly at: 'file' }): ElfNeeds {
  const known = context.cache.get(needs, { library: library.sha256 });
  if (known !== undefined) return known;
  const read = elfNeeds(library.path);
  context.cache.put(needs, { library: library.sha256 }, read);
  return read;
}

function zip<Value>(keys: readonly string[], values: readonly (Value | undefined)[]): [string, Value][] {
  return keys.flatMap((key, index): [string, Value][] => {
    const value = values[index];
    return value === undefined ? [] : [[key, value]];
  });
}
