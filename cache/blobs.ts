// Content-addressed bytes: small ones in a table, large ones as read-only files that rows speak for.
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha256 } from './cache.ts';
import { codeOf, explain } from './cache-error.ts';
import type { Database, Query } from './database.ts';
import { hashContent, sha256Of } from './file-hash.ts';
import { type Fingerprint, sameFingerprint, statOf } from './fingerprint.ts';
import { isPlainName, namesIn, type Scratch } from './scratch.ts';
import { isTouchDue, type Later } from './uses.ts';

/** Up to here SQLite is at least as fast as a file of its own and wastes no block. */
const inlineBytesMax = 64 * 1024;

export const blobsSchema = `
  CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    usedAt INTEGER NOT NULL,
    -- NULL: in a file. Last, so that questions about the others do not read it.
    bytes BLOB
  );
  -- Lists what is there without going through the bytes.
  CREATE INDEX blobs_listed ON blobs (sha256, size, usedAt);`;

type Row = { readonly bytes: Buffer | null; readonly usedAt: number };
type Head = { readonly size: number; readonly isInline: 0 | 1; readonly usedAt: number };
export type BlobEntry = { readonly sha256: Sha256; readonly size: number; readonly usedAt: number };
type Place = { readonly db: Database; readonly folder: string; readonly scratch: Scratch };

export class Blobs {
  readonly #db: Database;
  readonly #folder: string;
  readonly #scratch: Scratch;
  readonly #later: Later;
  readonly #now: () => number;
  /** Blobs whose content this process has checked; for files the stat that must not change. */
  readonly #verified = new Map<Sha256, Fingerprint | 'inline'>();
  readonly #select: Query<Row>;
  readonly #head: Query<Head>;
  readonly #upsert: Query<never>;
  readonly #touch: Query<never>;
  readonly #delete: Query<never>;
  readonly #deleteAll: Query<never>;
  readonly #entries: Query<BlobEntry>;
  readonly #bytes: Query<number>;

  constructor({ db, folder, scratch }: Place, later: Later, now: () => number) {
    this.#db = db;
    this.#folder = join(folder, 'blobs');
    this.#scratch = scratch;
    this.#later = later;
    this.#now = now;
    this.#select = db.prepare('SELECT bytes, usedAt FROM blobs WHERE sha256 = ?');
    this.#head = db.prepare('SELECT size, usedAt, bytes IS NOT NULL AS isInline FROM blobs WHERE sha256 = ?');
    this.#upsert = db.prepare(
      'INSERT OR REPLACE INTO blobs (sha256, size, usedAt, bytes) VALUES (?, ?, ?, ?)',
    );
    this.#touch = db.prepare('UPDATE blobs SET usedAt = ? WHERE sha256 = ?');
    this.#delete = db.prepare('DELETE FROM blobs WHERE sha256 = ?');
    this.#deleteAll = db.prepare('DELETE FROM blobs');
    this.#entries = db.prepare('SELECT sha256, size, usedAt FROM blobs');
    this.#bytes = db.prepare('SELECT total(size) FROM blobs', 'value');
  }

  put(bytes: Uint8Array): Sha256 {
    const sha256 = sha256Of(bytes);
    if (this.#keep(sha256)) return sha256;
    if (bytes.byteLength <= inlineBytesMax) this.#insertInline(sha256, bytes);
    else this.#insertFile(sha256, this.#write(bytes));
    return sha256;
  }

  putMany(many: readonly Uint8Array[]): Sha256[] {
    return this.#db.write(() => many.map((bytes) => this.put(bytes)));
  }

  async putFile(path: string): Promise<Sha256> {
    const content = hashContent(path);
    if (content === undefined) throw new Error(`Cannot read "${path}" into the cache`);
    const { sha256, stat } = content;
    if (this.#keep(sha256)) rmSync(path);
    else if (stat.size <= inlineBytesMax) {
      this.put(readFileSync(path));
      rmSync(path);
    } else {
      this.#insertFile(sha256, await this.#adopt(path));
    }
    return sha256;
  }

  get(sha256: Sha256): Buffer | undefined {
    const row = this.#select.get(sha256);
    if (row === undefined) return undefined;
    this.#used(sha256, row.usedAt);
    const bytes = row.bytes ?? readOrUndefined(this.#pathOf(sha256));
    if (bytes !== undefined && sha256Of(bytes) === sha256) return bytes;
    this.remove(sha256);
    return undefined;
  }

  getMany(sha256s: readonly Sha256[]): (Buffer | undefined)[] {
    const found = this.#db.read(() => sha256s.map((sha256) => this.#select.get(sha256)));
    return found.map((row, i) => {
      const sha256 = sha256s[i] as Sha256;
      if (row === undefined) return undefined;
      this.#used(sha256, row.usedAt);
      return row.bytes !== null && sha256Of(row.bytes) === sha256 ? row.bytes : this.get(sha256);
    });
  }

  path(sha256: Sha256): string | undefined {
    if (!this.isWhole(sha256)) {
      if (this.#head.get(sha256) !== undefined) this.remove(sha256);
      return undefined;
    }
    const path = this.#pathOf(sha256);
    const known = this.#verified.get(sha256);
    if (known !== 'inline' || hashContent(path)?.sha256 === sha256) return path;
    const bytes = this.get(sha256);
    if (bytes === undefined) return undefined;
    // Its row stays as it is: the file is a copy, removed together with the row.
    const written = this.#write(bytes);
    this.#db.write(() => this.#rename(written, path));
    return path;
  }

  has(sha256: Sha256): boolean {
    const head = this.#head.get(sha256);
    return head !== undefined && (head.isInline === 1 || statOf(this.#pathOf(sha256))?.size === head.size);
  }

  /** Whether the blob is there with the right content: checked in full at first, later by its stat. Changes nothing. */
  isWhole(sha256: Sha256): boolean {
    const head = this.#head.get(sha256);
    if (head === undefined) return false;
    this.#used(sha256, head.usedAt);
    const known = this.#verified.get(sha256);
    if (head.isInline === 1) {
      if (known === 'inline') return true;
      const bytes = this.#select.get(sha256)?.bytes;
      if (bytes === undefined || bytes === null || sha256Of(bytes) !== sha256) return false;
      this.#verified.set(sha256, 'inline');
      return true;
    }
    const path = this.#pathOf(sha256);
    const stat = statOf(path);
    if (stat === undefined) return false;
    if (known !== undefined && known !== 'inline' && sameFingerprint(stat, known)) return true;
    const content = hashContent(path);
    if (content?.sha256 !== sha256) return false;
    this.#remember(sha256, content.stat);
    return true;
  }

  /** Row and file go under the write lock: nobody can publish the same blob in between. */
  remove(sha256: Sha256): void {
    this.#verified.delete(sha256);
    this.#db.write(() => {
      this.#delete.run(sha256);
      this.removeFile(sha256);
    });
  }

  /** Leaves the row, which then counts as missing. */
  removeFile(sha256: Sha256): void {
    if (isPlainName(sha256)) this.#scratch.discard(this.#pathOf(sha256));
  }

  /** Every blob, in no order. */
  entries(): BlobEntry[] {
    return this.#entries.all();
  }

  /** Bytes of all blobs. */
  bytes(): number {
    return this.#bytes.get() ?? 0;
  }

  /** Removes files without a row that a crash left, unless they may be on their way in. */
  removeOrphans(beforeMs: number): void {
    for (const prefix of namesIn(this.#folder)) {
      for (const name of namesIn(join(this.#folder, prefix))) {
        const sha256 = name as Sha256;
        const stat = statOf(this.#pathOf(sha256));
        if (stat !== undefined && stat.ctimeMs < beforeMs && this.#head.get(sha256) === undefined)
          this.remove(sha256);
      }
    }
  }

  clearFiles(): void {
    this.#scratch.discard(this.#folder);
    this.#verified.clear();
  }

  clearRows(): void {
    this.#deleteAll.run();
  }

  /** True when the blob is there and whole; it is safe from collection for a while from now on. */
  #keep(sha256: Sha256): boolean {
    const head = this.#head.get(sha256);
    if (head === undefined || !this.isWhole(sha256)) return false;
    if (!isTouchDue(head.usedAt, this.#now())) return true;
    return this.#db.write(() => this.#touch.run(this.#now(), sha256)) === 1;
  }

  #insertInline(sha256: Sha256, bytes: Uint8Array): void {
    this.#db.write(() => this.#upsert.run(sha256, bytes.byteLength, this.#now(), bytes));
    this.#verified.set(sha256, 'inline');
  }

  #insertFile(sha256: Sha256, written: string): void {
    const path = this.#pathOf(sha256);
    this.#db.write(() => {
      this.#rename(written, path);
      this.#upsert.run(sha256, statSync(path).size, this.#now(), null);
    });
    this.#remember(sha256, statSync(path));
  }

  #write(bytes: Uint8Array): string {
    const path = this.#scratch.file();
    try {
      writeFileSync(path, bytes, { mode: 0o444 });
    } catch (error) {
      rmSync(path, { force: true });
      throw explain(error, this.#folder);
    }
    return path;
  }

  /** Returns a path on our file system that holds the file, which is gone from where it was. */
  async #adopt(path: string): Promise<string> {
    const own = this.#scratch.file();
    try {
      renameSync(path, own);
    } catch (error) {
      if (codeOf(error) !== 'EXDEV') throw explain(error, this.#folder);
      try {
        await copyFile(path, own);
      } catch (cause) {
        rmSync(own, { force: true });
        throw explain(cause, this.#folder);
      }
      rmSync(path);
    }
    chmodSync(own, 0o444);
    return own;
  }

  #rename(from: string, to: string): void {
    try {
      mkdirSync(dirname(to), { recursive: true });
      renameSync(from, to);
    } catch (error) {
      throw explain(error, this.#folder);
    }
  }

  #remember(sha256: Sha256, stat: Fingerprint): void {
    const { dev, ino, size, mtimeMs, ctimeMs } = stat;
    this.#verified.set(sha256, { dev, ino, size, mtimeMs, ctimeMs });
  }

  #used(sha256: Sha256, usedAt: number): void {
    const now = this.#now();
    if (isTouchDue(usedAt, now)) this.#later.add(`blob ${sha256}`, () => this.#touch.run(now, sha256));
  }

  #pathOf(sha256: Sha256): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }
}

function readOrUndefined(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
