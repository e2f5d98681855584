import type { CacheStats, ResultKind } from './cache.ts';
import type { Blobs } from './blobs.ts';
import type { FileHashes } from './file-hashes.ts';
import { partsOf, type ResultEntry, type Results } from './results.ts';
import type { Traces } from './traces.ts';
import type { Trees } from './trees.ts';

export type Stores = {
  readonly results: Results;
  readonly blobs: Blobs;
  readonly trees: Trees;
  readonly fileHashes: FileHashes;
  readonly traces: Traces;
};

/** Kinds in the order people want to see them; those with nothing in them count too. A record: none can be forgotten. */
const order: Record<ResultKind, number> = {
  distribution: 0,
  pip: 1,
  cargo: 2,
  scan: 3,
  bytecode: 4,
  layer: 5,
  package: 6,
};
const kinds = (Object.keys(order) as ResultKind[]).toSorted((a, b) => order[a] - order[b]);
/** A row of file_hashes with its path, roughly. */
const fileHashBytes = 250;

/**
 * Count and bytes of each kind of result, with the blobs and trees its results refer to: once for each kind, however
 * many results share them. "unreferenced" is what no result refers to (yet, or any more).
 */
export function statistics({ results, blobs, trees, fileHashes, traces }: Stores): CacheStats {
  const sizes = sizesOf(blobs, trees);
  const entries = results.entries();
  const unreferenced = new Map(sizes);
  const rows = kinds.map((kind) => {
    const own = entries.filter((entry) => entry.kind === kind);
    const referred = namesReferred(own);
    let bytes = own.reduce((sum, entry) => sum + entry.bytes, 0);
    for (const name of referred) {
      bytes += sizes.get(name) ?? 0;
      unreferenced.delete(name);
    }
    return { kind, count: own.length, bytes };
  });
  let bytes = 0;
  for (const size of unreferenced.values()) bytes += size;
  const hashed = fileHashes.count();
  return [
    ...rows,
    { kind: 'trace', ...traces.stats() },
    { kind: 'file-hash', count: hashed, bytes: hashed * fileHashBytes },
    { kind: 'unreferenced', count: unreferenced.size, bytes },
  ];
}

/** Bytes of every blob and tree by name. */
export function sizesOf(blobs: Blobs, trees: Trees): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { sha256, size } of blobs.entries()) sizes.set(sha256, size);
  for (const { id, bytes } of trees.entries()) sizes.set(id, bytes);
  return sizes;
}

/** Names of all blobs and trees that these results refer to. */
export function namesReferred(entries: readonly ResultEntry[]): Set<string> {
  const names = new Set<string>();
  for (const { refers } of entries) for (const { id } of partsOf(refers)) names.add(id);
  return names;
}
