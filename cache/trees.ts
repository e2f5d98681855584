// Folders that programs filled: renamed in as a whole, described by a manifest in the database.
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { TreeFile } from './cache.ts';
import { explain } from './cache-error.ts';
import type { Database, Query } from './database.ts';
import { lstatOf } from './fingerprint.ts';
import { areFoldersIntact, describe, isIntact, listFiles, type Manifest, treeName } from './manifest.ts';
import { isPlainName, namesIn, type Scratch } from './scratch.ts';
import { isTouchDue, type Later } from './uses.ts';

/** Manifests kept in memory; a distribution's takes about two megabytes. */
const manifestsMax = 8;

export const treesSchema = `
  CREATE TABLE trees (
    id TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    usedAt INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    manifest TEXT NOT NULL
  );`;

export type TreeEntry = { readonly id: string; readonly bytes: number; readonly usedAt: number };
type Place = { readonly db: Database; readonly folder: string; readonly scratch: Scratch };
type Known = { readonly manifest: Manifest; files: TreeFile[] | undefined; isVerified: boolean };

export class Trees {
  readonly #db: Database;
  readonly #cacheFolder: string;
  readonly #folder: string;
  readonly #scratch: Scratch;
  readonly #later: Later;
  readonly #now: () => number;
  /** Least recently used first. */
  readonly #known = new Map<string, Known>();
  readonly #usedAt: Query<number>;
  readonly #select: Query<{ readonly manifest: string; readonly crc: number }>;
  readonly #upsert: Query<never>;
  readonly #touch: Query<never>;
  readonly #delete: Query<never>;
  readonly #deleteAll: Query<never>;
  readonly #entries: Query<TreeEntry>;
  readonly #bytes: Query<number>;

  constructor({ db, folder, scratch }: Place, later: Later, now: () => number) {
    this.#db = db;
    this.#cacheFolder = folder;
    this.#folder = join(folder, 'trees');
    this.#scratch = scratch;
    this.#later = later;
    this.#now = now;
    this.#usedAt = db.prepare('SELECT usedAt FROM trees WHERE id = ?', 'value');
    this.#select = db.prepare('SELECT manifest, crc FROM trees WHERE id = ?');
    this.#upsert = db.prepare('INSERT OR REPLACE INTO trees VALUES (?, ?, ?, ?, ?)');
    this.#touch = db.prepare('UPDATE trees SET usedAt = ? WHERE id = ?');
    this.#delete = db.prepare('DELETE FROM trees WHERE id = ?');
    this.#deleteAll = db.prepare('DELETE FROM trees');
    this.#entries = db.prepare('SELECT id, bytes, usedAt FROM trees');
    this.#bytes = db.prepare('SELECT total(bytes) FROM trees', 'value');
  }

  stage(): string {
    return this.#scratch.directory();
  }

  async publish(staged: string): Promise<string> {
    const manifest = await describe(staged);
    const id = treeName(manifest);
    const bytes = manifest.files.reduce((sum, { size }) => sum + size, 0);
    const text = JSON.stringify(manifest);
    this.#db.write(() => {
      if (this.isWhole(id)) {
        // Made before, perhaps by another process a moment ago.
        this.#scratch.discard(staged);
        this.#touch.run(this.#now(), id);
        return;
      }
      this.remove(id);
      this.#rename(staged, join(this.#folder, id));
      this.#upsert.run(id, bytes, this.#now(), crc32(text), text);
      this.#remember(id, { manifest, files: undefined, isVerified: true });
    });
    return id;
  }

  path(id: string): string | undefined {
    if (this.isWhole(id)) return join(this.#folder, id);
    if (this.#usedAt.get(id) !== undefined) this.remove(id);
    return undefined;
  }

  files(id: string): readonly TreeFile[] {
    const known = this.#load(id);
    if (known === undefined) return [];
    known.files ??= listFiles(known.manifest);
    return known.files;
  }

  /** Whether the tree is there unchanged: all files are looked at once per process, later only its folders. */
  isWhole(id: string): boolean {
    const usedAt = this.#usedAt.get(id);
    if (usedAt === undefined) return false;
    const now = this.#now();
    if (isTouchDue(usedAt, now)) this.#later.add(`tree ${id}`, () => this.#touch.run(now, id));
    const known = this.#load(id);
    if (known === undefined) return false;
    const folder = join(this.#folder, id);
    if (!(known.isVerified ? areFoldersIntact : isIntact)(folder, known.manifest)) return false;
    known.isVerified = true;
    return true;
  }

  /** Row and folder go under the write lock: nobody can publish the same tree in between. */
  remove(id: string): void {
    this.#known.delete(id);
    this.#db.write(() => {
      this.#delete.run(id);
      this.removeFolder(id);
    });
  }

  /** Leaves the row, which then counts as missing. */
  removeFolder(id: string): void {
    if (isPlainName(id)) this.#scratch.discard(join(this.#folder, id));
  }

  /** Every tree, in no order. */
  entries(): TreeEntry[] {
    return this.#entries.all();
  }

  /** Bytes of all trees. */
  bytes(): number {
    return this.#bytes.get() ?? 0;
  }

  /** Removes folders without a row that a crash left, unless they may be on their way in. */
  removeOrphans(beforeMs: number): void {
    for (const id of namesIn(this.#folder)) {
      const stat = lstatOf(join(this.#folder, id));
      if (stat !== undefined && stat.ctimeMs < beforeMs && this.#usedAt.get(id) === undefined)
        this.remove(id);
    }
  }

  clearFiles(): void {
    this.#scratch.discard(this.#folder);
    this.#known.clear();
  }

  clearRows(): void {
    this.#deleteAll.run();
  }

  #load(id: string): Known | undefined {
    const known = this.#known.get(id);
    if (known !== undefined) return this.#remember(id, known);
    const row = this.#select.get(id);
    if (row === undefined || crc32(row.manifest) !== row.crc) return undefined;
    return this.#remember(id, {
      manifest: JSON.parse(row.manifest) as Manifest,
      files: undefined,
      isVerified: false,
    });
  }

  #remember(id: string, known: Known): Known {
    this.#known.delete(id);
    this.#known.set(id, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= manifestsMax) break;
      this.#known.delete(oldest);
    }
    return known;
  }

  #rename(from: string, to: string): void {
    try {
      mkdirSync(this.#folder, { recursive: true });
      renameSync(from, to);
    } catch (error) {
      throw explain(error, this.#cacheFolder);
    }
  }
}
