// What a published tree consists of, written down once so that nothing has to be read again.
import { chmodSync, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Sha256, TreeFile } from './cache.ts';
import { canonicalJson } from './canonical-json.ts';
import { hashContent, sha256Of } from './file-hash.ts';
import { isExecutable, lstatOf } from './fingerprint.ts';

/** After this many files the event loop gets a turn: some milliseconds of small files. */
const filesPerTurn = 100;

type ManifestFile = TreeFile & { readonly mtimeMs: number; readonly ino: number };
export type Manifest = {
  readonly files: readonly ManifestFile[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Every folder, the tree's own as "". */
  readonly directories: readonly { readonly path: string; readonly mtimeMs: number }[];
};

/** Python may write into a tree while it runs from it, and nobody takes these for content. */
const isIgnored = (name: string): boolean => name === '__pycache__';

/** Reads a folder that is about to be published and makes its files read-only. Sockets and devices are left out. */
export async function describe(folder: string): Promise<Manifest> {
  const files: ManifestFile[] = [];
  const links: { path: string; target: string }[] = [];
  const directories: { path: string; mtimeMs: number }[] = [];
  const walk = async (directory: string): Promise<void> => {
    const names = readdirSync(join(folder, directory)).toSorted();
    for (const name of names) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const absolute = join(folder, path);
      const stat = lstatSync(absolute);
      if (stat.isDirectory()) await walk(path);
      else if (stat.isSymbolicLink()) links.push({ path, target: readlinkSync(absolute) });
      else if (stat.isFile()) {
        files.push(describeFile(absolute, path, stat));
        if (files.length % filesPerTurn === 0) await yieldToOthers();
      }
    }
    directories.push({ path: directory, mtimeMs: lstatSync(join(folder, directory)).mtimeMs });
  };
  await walk('');
  return { files, links, directories };
}

function describeFile(absolute: string, path: string, stat: Stats): ManifestFile {
  chmodSync(absolute, stat.mode & 0o555);
  const content = hashContent(absolute);
  if (content === undefined) throw new Error(`Cannot read "${absolute}" into the cache`);
  const { size, mtimeMs, ino } = content.stat;
  return { path, sha256: content.sha256, size, executable: isExecutable(stat), mtimeMs, ino };
}

/** Equal content, wherever and whenever it was made, gives the same name. */
export function treeName({ files, links }: Manifest): Sha256 {
  const contents = files.map(({ path, sha256, executable }) => [path, sha256, executable]);
  return sha256Of(canonicalJson({ files: contents, links }));
}

/** Whether each file and folder still has the recorded stat; a file with another time and equal content is fine. */
export function isIntact(folder: string, manifest: Manifest): boolean {
  return manifest.files.every((file) => isFileIntact(folder, file)) && areFoldersIntact(folder, manifest);
}

function isFileIntact(folder: string, file: ManifestFile): boolean {
  const path = join(folder, file.path);
  const stat = lstatOf(path);
  if (stat === undefined || !stat.isFile() || stat.size !== file.size) return false;
  if (stat.mtimeMs === file.mtimeMs && stat.ino === file.ino) return true;
  return hashContent(path)?.sha256 === file.sha256;
}

/** The cheap part: finds what was added, removed or replaced, not what was written over in place. */
export function areFoldersIntact(folder: string, manifest: Manifest): boolean {
  for (const { path, mtimeMs } of manifest.directories) {
    const stat = lstatOf(join(folder, path));
    if (stat === undefined || !stat.isDirectory()) return false;
    if (stat.mtimeMs !== mtimeMs && !isListingIntact(folder, path, manifest)) return false;
  }
  return true;
}

function isListingIntact(folder: string, directory: string, manifest: Manifest): boolean {
  const prefix = directory === '' ? '' : `${directory}/`;
  const expected = [...manifest.files, ...manifest.links, ...manifest.directories]
    .filter(({ path }) => path !== '' && path.startsWith(prefix) && !path.includes('/', prefix.length))
    .map(({ path }) => path.slice(prefix.length))
    .filter((name) => !isIgnored(name));
  const names = readdirSync(join(folder, directory)).filter((name) => !isIgnored(name));
  return names.toSorted().join('/') === expected.toSorted().join('/');
}

/** Sorted; a link to a file inside of the tree counts as a file with that content. */
export function listFiles(manifest: Manifest): TreeFile[] {
  const byPath = new Map<string, TreeFile>();
  for (const { path, sha256, size, executable } of manifest.files) {
    byPath.set(path, { path, sha256, size, executable });
  }
  const targets = new Map(manifest.links.map(({ path, target }) => [path, target]));
  for (const { path } of manifest.links) {
    const file = byPath.get(resolveLink(path, targets));
    if (file !== undefined) byPath.set(path, { ...file, path });
  }
  return [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Follows links of the last component only: a path through a linked folder leads to no file of the list. */
function resolveLink(path: string, targets: ReadonlyMap<string, string>): string {
  let at = path;
  // As deep as Linux follows links.
  for (let depth = 0; depth < 40; depth++) {
    const target = targets.get(at);
    if (target === undefined) return at;
    if (isAbsolute(target)) return '';
    at = normalize(join(at, '..', target));
  }
  return '';
}
