// From a FileManifest value to the files that are to be written. On the daemon's side, where the resources are.
import { posix } from 'node:path';

import type { Resource } from '../python/resource.ts';
import { resourceAt, selected, type CollectedResource } from './collect.ts';
import type { DistributionId, ResourceSetId } from './host.ts';
import type {
  FileManifestValue,
  ManifestContent,
  ManifestEntry,
  PythonExecutableValue,
} from './resolved-target.ts';

export type ManifestFile = {
  /** Relative to the root, with "/". */
  readonly path: string;
  readonly executable: boolean;
  readonly content:
    /** Absolute path of a file of the user's. */
    | { readonly at: 'file'; readonly path: string }
    | { readonly at: 'text'; readonly text: string }
    | { readonly at: 'resource'; readonly resource: Resource }
    /** To be compiled: a module source. */
    | {
        readonly at: 'bytecode';
        readonly resource: Resource;
        readonly level: 0 | 1 | 2;
        readonly distribution: DistributionId;
      }
    /** To be built: the program itself. */
    | { readonly at: 'program'; readonly executable: PythonExecutableValue };
};

export type ManifestLookup = {
  readonly set: (set: ResourceSetId) => readonly Resource[];
  /** Such as "cpython-311". */
  readonly cacheTag: (distribution: DistributionId) => string;
  /** What `collectResources` says of the executable. */
  readonly collected: (executable: PythonExecutableValue) => readonly CollectedResource[];
};

/** All files of a manifest, those beside its executables too; at one path the last entry wins. */
export function manifestFiles(manifest: FileManifestValue, lookup: ManifestLookup): readonly ManifestFile[] {
  const files = new Map<string, ManifestFile>();
  for (const entry of manifest.entries)
    for (const file of entryFiles(entry, lookup)) files.set(file.path, file);
  return [...files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function entryFiles(entry: ManifestEntry, lookup: ManifestLookup): readonly ManifestFile[] {
  switch (entry.kind) {
    case 'file':
      return [
        { path: entry.path, executable: entry.executable, content: fileContent(entry.content, lookup) },
      ];
    case 'resources':
      return selected(lookup.set(entry.set), entry.indexes).map((resource) =>
        resourceFile(entry.prefix, resource),
      );
    case 'bytecode':
      return selected(lookup.set(entry.set), entry.indexes).map((resource) =>
        bytecodeFile(entry.prefix, resource, entry.level, entry.distribution, lookup),
      );
    case 'executable':
      return [
        {
          path: posix.join(entry.prefix, entry.executable.name),
          executable: true,
          content: { at: 'program', executable: entry.executable },
        },
        ...filesBeside(entry.executable, lookup).map((file) => ({
          ...file,
          path: posix.join(entry.prefix, file.path),
        })),
      ];
  }
}

function fileContent(content: ManifestContent, lookup: ManifestLookup): ManifestFile['content'] {
  switch (content.at) {
    case 'file':
    case 'text':
      return content;
    case 'resource':
      return { at: 'resource', resource: resourceAt(lookup.set(content.set), content.index) };
    case 'executable':
      return { at: 'program', executable: content.executable };
  }
}

/** What belongs in folders beside an executable: its resources with a `filesystem-relative` location. */
export function filesBeside(
  executable: PythonExecutableValue,
  lookup: ManifestLookup,
): readonly ManifestFile[] {
  return lookup.collected(executable).flatMap(({ resource, settings }): readonly ManifestFile[] => {
    if (settings.location === 'in-memory') return [];
    const { prefix } = settings.location;
    if (resource.what.kind !== 'module-source') return [resourceFile(prefix, resource)];
    const bytecode = settings.levels.map((level) =>
      bytecodeFile(prefix, resource, level, executable.distribution, lookup),
    );
    return settings.source ? [resourceFile(prefix, resource), ...bytecode] : bytecode;
  });
}

const resourceFile = (prefix: string, resource: Resource): ManifestFile => ({
  path: posix.join(prefix, resource.path),
  executable: resource.executable,
  content: { at: 'resource', resource },
});

/** PEP 3147: `pkg/mod.py` has its bytecode in `pkg/__pycache__/mod.cpython-311.opt-1.pyc`. */
function bytecodeFile(
  prefix: string,
  resource: Resource,
  level: 0 | 1 | 2,
  distribution: DistributionId,
  lookup: ManifestLookup,
): ManifestFile {
  const { dir, name } = posix.parse(resource.path);
  const optimization = level === 0 ? '' : `.opt-${level}`;
  const file = `${name}.${lookup.cacheTag(distribution)}${optimization}.pyc`;
  return {
    path: posix.join(prefix, dir, '__pycache__', file),
    executable: false,
    content: { at: 'bytecode', resource, level, distribution },
  };
}
