// Keeps the cache below its limit: what was not used for longest and is cheapest to make again goes first.
import type { ResultKind } from './cache.ts';
import { partsOf, type ResultEntry } from './results.ts';
import { namesReferred, sizesOf, type Stores } from './statistics.ts';

/** Two or three projects with their toolchains; sccache's default, too. */
export const cacheBytesMax = 10 * 1024 ** 3;
/** Collection goes on to this part of the limit, so that it does not start again at the next build. */
const lowerPart = 0.9;
/**
 * Nothing used so recently goes: builds that run refer to it. Twice the time after which a use is written down again.
 */
const recentMs = 2 * 60 * 60 * 1000;
/** Hashes and traces are small, but paths come and go. */
const rememberMs = 30 * 24 * 60 * 60 * 1000;

/** How much longer than a second of work a kind stays: what it costs to make it again, in rough seconds, on a log scale. */
const patience: Record<ResultKind, number> = {
  distribution: 8,
  cargo: 8,
  pip: 5,
  layer: 2,
  scan: 1,
  bytecode: 1,
};

export type Collection = { readonly results: number; readonly bytes: number };

/**
 * Removes results until blobs, trees and rows take less than `bytesMax`, then whatever nothing refers to. To be called
 * in one write. Returns what went.
 */
export function collect(stores: Stores, bytesMax: number, nowMs: number): Collection {
  const { results, blobs, trees, fileHashes, traces } = stores;
  const before = nowMs - recentMs;
  const sizes = sizesOf(blobs, trees);
  const kept = new Set(results.entries());
  const removed = chooseResults([...kept], sizes, { bytesMax, nowMs, before });
  for (const entry of removed) {
    results.delete(entry.key);
    kept.delete(entry);
  }
  let bytes = removed.reduce((sum, entry) => sum + entry.bytes, 0);
  const referred = namesReferred([...kept]);
  const isGarbage = (name: string, usedAt: number): boolean => !referred.has(name) && usedAt < before;
  for (const { sha256, size, usedAt } of blobs.entries()) {
    if (!isGarbage(sha256, usedAt)) continue;
    blobs.remove(sha256);
    bytes += size;
  }
  for (const tree of trees.entries()) {
    if (!isGarbage(tree.id, tree.usedAt)) continue;
    trees.remove(tree.id);
    bytes += tree.bytes;
  }
  blobs.removeOrphans(before);
  trees.removeOrphans(before);
  fileHashes.collect(nowMs - rememberMs);
  traces.collect(nowMs - rememberMs);
  return { results: removed.length, bytes };
}

/** The results to remove, so that what is left, with all it refers to, fits. */
function chooseResults(
  entries: readonly ResultEntry[],
  sizes: ReadonlyMap<string, number>,
  { bytesMax, nowMs, before }: { bytesMax: number; nowMs: number; before: number },
): ResultEntry[] {
  const users = new Map<string, number>();
  let total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const { refers } of entries) {
    for (const { id } of partsOf(refers)) {
      const count = users.get(id) ?? 0;
      if (count === 0) total += sizes.get(id) ?? 0;
      users.set(id, count + 1);
    }
  }
  if (total <= bytesMax) return [];
  const score = (entry: ResultEntry): number => (nowMs - entry.usedAt) / patience[entry.kind];
  const candidates = entries.filter((entry) => entry.usedAt < before).toSorted((a, b) => score(b) - score(a));
  const chosen: ResultEntry[] = [];
  for (const entry of candidates) {
    if (total <= bytesMax * lowerPart) break;
    chosen.push(entry);
    total -= entry.bytes;
    for (const { id } of partsOf(entry.refers)) {
      const count = (users.get(id) ?? 1) - 1;
      users.set(id, count);
      // Its bytes come free with its last user.
      if (count === 0) total -= sizes.get(id) ?? 0;
    }
  }
  return chosen;
}
