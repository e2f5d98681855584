// Which files that are not modules belong to the modules that are kept.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Context } from '../context.ts';
import { elfNeeds } from '../python/elf-needs.ts';
import type { Resource } from '../python/resource.ts';

export type Kept = {
  readonly modules: ReadonlySet<string>;
  /** Paths of packed files whose bytes were used. */
  readonly used: ReadonlySet<string>;
  readonly data: 'all' | 'read';
};

/**
 * Patterns of paths: data of packages that are kept (of the standard library only what was read), metadata and licences of
 * distributions of which something is kept, and libraries that are needed. Versions in paths are wildcards, so that an
 * update keeps its files.
 */
export function keptFiles(
  context: Context,
  resources: readonly Resource[],
  { modules, used, data }: Kept,
): ReadonlySet<string> {
  const kept = resources.filter(({ what, path }) =>
    'name' in what && /^module|^extension/.test(what.kind) ? modules.has(what.name) : used.has(path),
  );
  const libraries = neededLibraries(resources, kept);
  const distributions = keptDistributions(context, resources, new Set(kept.map(({ path }) => path)));
  const patterns = new Set<string>();
  for (const { what, path, isStdlib } of resources) {
    const isUsed = used.has(path);
    if (what.kind === 'distribution-resource') {
      if (isUsed || distributions.has(topOf(path))) patterns.add(`${withoutVersion(topOf(path))}/**`);
    } else if (what.kind === 'package-resource' || what.kind === 'file') {
      const isKept = what.kind === 'package-resource' ? modules.has(what.package) : !/\.so[.\d]*$/.test(path);
      if (libraries.has(path)) patterns.add(escaped(path));
      else if (isStdlib || data === 'read' || !path.includes('/')) {
        if (isUsed) patterns.add(isStdlib ? withoutPythonVersion(escaped(path)) : escaped(path));
      } else if (isKept) patterns.add(`${escaped(topOf(path))}/**`);
    }
  }
  // There must be one, or files would go by their package alone.
  if (patterns.size === 0) patterns.add('*.dist-info/licenses/**');
  return patterns;
}

/** Paths of packed libraries that the kept native modules ask for, directly or through others. */
function neededLibraries(resources: readonly Resource[], kept: readonly Resource[]): ReadonlySet<string> {
  const byName = new Map(
    resources.filter(({ path }) => /\.so[.\d]*$/.test(path)).map((one) => [basename(one.path), one]),
  );
  const found = new Set<string>();
  const queue = kept.filter(({ path }) => /\.so[.\d]*$/.test(path));
  for (const { content } of queue) {
    if (content.at !== 'file') continue;
    for (const name of elfNeeds(content.path).needed) {
      const library = byName.get(name);
      if (library === undefined || found.has(library.path)) continue;
      found.add(library.path);
      queue.push(library);
    }
  }
  return found;
}

/** Metadata folders of distributions one of whose files is kept, as their RECORD says; also those that have none. */
function keptDistributions(
  context: Context,
  resources: readonly Resource[],
  paths: ReadonlySet<string>,
): ReadonlySet<string> {
  const folders = new Set<string>();
  const withRecord = new Set<string>();
  for (const { what, path, content } of resources) {
    if (what.kind !== 'distribution-resource') continue;
    folders.add(topOf(path));
    if (what.name !== 'RECORD') continue;
    withRecord.add(topOf(path));
    const bytes =
      content.at === 'file' ? readFileSync(content.path) : context.cache.blobs.get(content.sha256);
    const isKept = (bytes?.toString('utf8') ?? '').split('\n').some((line) => paths.has(recorded(line)));
    if (!isKept) folders.delete(topOf(path));
  }
  return folders;
}

/** The path in a line of RECORD, a CSV file (PEP 376). */
const recorded = (line: string): string =>
  line.startsWith('"')
    ? line.slice(1, line.indexOf('",')).replaceAll('""', '"')
    : line.slice(0, Math.max(0, line.indexOf(',')));

const topOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf('/')));
const withoutVersion = (folder: string): string =>
  escaped(folder).replace(/-[^/-]+(?:-py[\d.]+)?\.(dist|egg)-info$/, '-*.$1-info');
const withoutPythonVersion = (path: string): string => path.replace(/^lib\/python3\.\d+\//, 'lib/python3.*/');
const escaped = (path: string): string => path.replaceAll(/[*?[]/g, '?');
