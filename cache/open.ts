import { lstatSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Blobs, blobsSchema } from './blobs.ts';
import type { Cache } from './cache.ts';
import { CacheError, cacheError, codeOf, explain } from './cache-error.ts';
import { cacheBytesMax, collect, collectFiles, type Collection } from './collect.ts';
import { Database, type DatabaseLog } from './database.ts';
import { FileHashes, fileHashesSchema } from './file-hashes.ts';
import { networkFileSystemOf } from './file-system.ts';
import { Results, resultsSchema } from './results.ts';
import { Scratch } from './scratch.ts';
import { statistics } from './statistics.ts';
import { Traces, tracesSchema } from './traces.ts';
import { Trees, treesSchema } from './trees.ts';
import { writeLater } from './uses.ts';

/** Programs that cannot read each other's tables use another number, side by side in one folder. */
const databaseName = 'cache-v1.db';
const migrations = [[resultsSchema, blobsSchema, treesSchema, fileHashesSchema, tracesSchema].join('\n')];

/** Told to backup programs: https://bford.info/cachedir/ */
const tagName = 'CACHEDIR.TAG';
const tag = 'Signature: 8a477f597d28d172789f06886806bc55\n# What oxd made and can make again.\n';

/** Below the limit there is only what nothing refers to, which can wait; looking for it goes through all rows. */
const garbageEveryMs = 60 * 60 * 1000;

export type CacheOptions = {
  readonly log?: DatabaseLog;
  /** The clock, in milliseconds: tests set it. */
  readonly now?: () => number;
};

/**
 * Opens the cache in `folder`, an absolute path, and creates what is missing. Several processes may have it open. Throws
 * a CacheError when it cannot be used at all; a damaged database is moved aside, told to `log`, and replaced.
 */
export function openCache(folder: string, options: CacheOptions = {}): Cache {
  const log = options.log ?? { warn: () => undefined };
  const now = options.now ?? Date.now;
  const root = prepareFolder(folder);
  const db = new Database(root, databaseName, migrations, log);
  const scratch = new Scratch(root);
  scratch.removeAbandoned();
  const later = writeLater(db, (error) => log.warn({ error }, 'cache bookkeeping refused'));
  const blobs = new Blobs({ db, folder: root, scratch }, later, now);
  const trees = new Trees({ db, folder: root, scratch }, later, now);
  const results = new Results(db, { blobs, trees }, later, now);
  const fileHashes = new FileHashes(db, later, now);
  const traces = new Traces(db, now);
  const stores = { results, blobs, trees, fileHashes, traces };
  let collectedAt = -Infinity;
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    later.flush();
    db.close();
    scratch.close();
  };
  return {
    folder: root,
    get: (type, key) => results.get(type, key),
    put: (type, key, value, refers) => results.put(type, key, value, refers),
    getMany: (type, keys) => results.getMany(type, keys),
    putMany: (type, rows) => results.putMany(type, rows),
    blobs,
    trees,
    scratch: () => scratch.file(),
    hashFile: (path) => fileHashes.hash(path),
    traces,
    stats: () => {
      later.flush();
      return db.read(() => statistics(stores));
    },
    async collect({ bytesMax = cacheBytesMax } = {}) {
      const isFull = blobs.bytes() + trees.bytes() > bytesMax;
      if (!isFull && now() - collectedAt < garbageEveryMs) return { results: 0, bytes: 0 };
      collectedAt = now();
      later.flush();
      const run = (): Collection => db.write(() => collect(stores, bytesMax, now()));
      const collection = await whenFull(run, async () => {
        collectFiles(stores, bytesMax, now());
        await scratch.settled();
        return run();
      });
      if (collection.bytes > 0) db.shrink();
      await scratch.settled();
      return collection;
    },
    async clear() {
      later.flush();
      // Files first: rows without files count as missing, and on a full disk only this makes room for more.
      trees.clearFiles();
      blobs.clearFiles();
      await scratch.settled();
      const clearRows = (): void => {
        for (const store of Object.values(stores)) store.clearRows();
      };
      await whenFull(
        () => db.write(clearRows),
        () => db.recreate(),
      );
      db.shrink();
    },
    close,
    [Symbol.dispose]: close,
  };
}

async function whenFull<T>(work: () => T, otherwise: () => T | Promise<T>): Promise<T> {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CacheError && error.reason === 'disk-full')) throw error;
    return otherwise();
  }
}

/** Returns the folder's real path: one cache has one name, whatever links lead to it. */
function prepareFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? cacheError('not-a-folder', folder, error) : explain(error, folder);
  }
  const root = realpathSync(folder);
  const network = networkFileSystemOf(root);
  if (network !== undefined) throw cacheError('network-filesystem', root);
  if (lstatSync(join(root, tagName), { throwIfNoEntry: false }) === undefined) {
    try {
      writeFileSync(join(root, tagName), tag);
    } catch (error) {
      throw explain(error, root);
    }
  }
  return root;
}
