// Finds shared libraries as glibc's dynamic linker does (ld.so(8)), but for LD_LIBRARY_PATH: what the user's shell
// happens to hold must not decide what gets packed.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const cacheFile = '/etc/ld.so.cache';
const cacheMagic = 'glibc-ld.so.cache1.1';
const headerLength = 48;
const entryLength = 24;
/** Flags of a cache entry: a glibc library for this kind of machine (dl-cache.h). */
const entryFlags: Readonly<Record<string, number>> = { x64: 0x0303, arm64: 0x0a03 };
const defaultFolders: Readonly<Record<string, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};

/** Answers where a library is found that `user` needs; undefined when it is not installed. */
export type LibrarySearch = (
  name: string,
  user: { readonly path: string; readonly searchPaths: readonly string[] },
) => string | undefined;

/** Reads the linker's cache unless it is the one that was read last. */
export function openLibrarySearch(): LibrarySearch {
  const cached = linkerCache();
  const multiarch = defaultFolders[process.arch] ?? '';
  const folders = [`/lib/${multiarch}`, `/usr/lib/${multiarch}`, '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
  return (name, user) => {
    if (name.includes('/')) return existsSync(name) ? realpathSync(name) : undefined;
    const origin = dirname(user.path);
    const own = user.searchPaths.map((folder) => folder.replaceAll(/\$(ORIGIN|\{ORIGIN\})/g, origin));
    const places = [
      ...own.filter((folder) => folder.startsWith('/')).map((folder) => join(folder, name)),
      cached.get(name),
      ...folders.map((folder) => join(folder, name)),
    ];
    const found = places.find((place) => place !== undefined && existsSync(place));
    return found === undefined ? undefined : realpathSync(found);
  };
}

/** A build looks once; between builds ldconfig hardly ever runs. */
let lastRead: { readonly stat: string; readonly libraries: ReadonlyMap<string, string> } | undefined;

function linkerCache(): ReadonlyMap<string, string> {
  const found = statSync(cacheFile, { throwIfNoEntry: false });
  if (found === undefined) return new Map();
  const stat = `${found.ino}:${found.size}:${found.mtimeMs}`;
  if (lastRead?.stat !== stat) lastRead = { stat, libraries: readLinkerCache() };
  return lastRead.libraries;
}

/** Name to path. Entries for particular processors are left out: another machine may have another one. */
function readLinkerCache(): Map<string, string> {
  const found = new Map<string, string>();
  let bytes: Buffer;
  try {
    bytes = readFileSync(cacheFile);
  } catch {
    return found;
  }
  // An older format may stand before the one that everybody reads; offsets count from the latter's start.
  const start = bytes.indexOf(cacheMagic, 0, 'latin1');
  if (start === -1) return found;
  const cache = bytes.subarray(start);
  const count = cache.readUInt32LE(20);
  if (headerLength + count * entryLength > cache.length) return found;
  const text = (offset: number): string => cache.toString('utf8', offset, cache.indexOf(0, offset));
  for (let index = 0; index < count; index += 1) {
    const at = headerLength + index * entryLength;
    if (cache.readUInt32LE(at) !== entryFlags[process.arch] || cache.readBigUInt64LE(at + 16) !== 0n)
      continue;
    const name = text(cache.readUInt32LE(at + 4));
    if (!found.has(name)) found.set(name, text(cache.readUInt32LE(at + 8)));
  }
  return found;
}
