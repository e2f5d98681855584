// Keeps the cache below its limit: what was not used for longest and is cheapest to make again goes first.
import type { ResultKind, Sha256 } from './cache.ts';
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

/** How many times longer a kind stays unused than one that is made again in no time. */
const patience: Record<ResultKind, number> = {
  distribution: 8,
  cargo: 8,
  pip: 5,
  layer: 2,
  scan: 1,
  bytecode: 1,
  package: 1,
};

export type Collection = { readonly results: number; readonly bytes: number };

type Plan = Collection & {
  readonly keys: readonly string[];
  readonly blobs: readonly Sha256[];
  readonly trees: readonly string[];
};

/**
 * Removes results until blobs, trees and rows take less than `bytesMax`, then whatever nothing refers to. To be called
 * in one write. Returns what went.
 */
export function collect(stores: Stores, bytesMax: number, nowMs: number): Collection {
  const { results, blobs, trees, fileHashes, traces } = stores;
  const plan = makePlan(stores, bytesMax, nowMs);
  for (const key of plan.keys) results.delete(key);
  for (const sha256 of plan.blobs) blobs.remove(sha256);
  for (const id of plan.trees) trees.remove(id);
  blobs.removeOrphans(nowMs - recentMs);
  trees.removeOrphans(nowMs - recentMs);
  fileHashes.collect(nowMs - rememberMs);
  traces.collect(nowMs - rememberMs);
  return { results: plan.results, bytes: plan.bytes };
}

/**
 * The part of `collect` that needs no room on the disk: without their files the rows count as missing. To be called
 * when a full disk does not even let rows go.
 */
export function collectFiles(stores: Stores, bytesMax: number, nowMs: number): void {
  const plan = makePlan(stores, bytesMax, nowMs);
  for (const sha256 of plan.blobs) stores.blobs.removeFile(sha256);
  for (const id of plan.trees) stores.trees.removeFolder(id);
}

function makePlan({ results, blobs, trees }: Stores, bytesMax: number, nowMs: number): Plan {
  const before = nowMs - recentMs;
  const sizes = sizesOf(blobs, trees);
  const kept = new Set(results.entries());
  const removed = chooseResults([...kept], sizes, { bytesMax, nowMs, before });
  for (const entry of removed) kept.delete(entry);
  const referred = namesReferred([...kept]);
  const isGarbage = (name: string, usedAt: number): boolean => !referred.has(name) && usedAt < before;
  const blobNames = blobs
    .entries()
    .filter(({ sha256, usedAt }) => isGarbage(sha256, usedAt))
    .map(({ sha256 }) => sha256);
  const treeNames = trees
    .entries()
    .filter(({ id, usedAt }) => isGarbage(id, usedAt))
    .map(({ id }) => id);
  let bytes = removed.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const name of [...blobNames, ...treeNames]) bytes += sizes.get(name) ?? 0;
  return {
    results: removed.length,
    bytes,
    keys: removed.map(({ key }) => key),
    blobs: blobNames,
    trees: treeNames,
  };
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
