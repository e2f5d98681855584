import { crc32 } from 'node:zlib';
import type { FileHash, Sha256 } from './cache.ts';
import type { Database, Query } from './database.ts';
import { hashContent } from './file-hash.ts';
import { type Fingerprint, isExecutable, isRacy, sameFingerprint, statOf } from './fingerprint.ts';
import { isTouchDue, type Later } from './uses.ts';

export const fileHashesSchema = `
  CREATE TABLE file_hashes (
    path TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    dev REAL NOT NULL,
    ino REAL NOT NULL,
    size REAL NOT NULL,
    mtimeMs REAL NOT NULL,
    ctimeMs REAL NOT NULL,
    crc INTEGER NOT NULL,
    recordedAt INTEGER NOT NULL,
    usedAt INTEGER NOT NULL
  ) WITHOUT ROWID;`;

type Row = Fingerprint & {
  readonly sha256: Sha256;
  /** SQLite does not notice a flipped bit: a wrong hash would be believed for ever. */
  readonly crc: number;
  readonly recordedAt: number;
  readonly usedAt: number;
};

/** Some three megabytes. */
const recentMax = 10_000;

/** Content hashes of users' files, believed as long as the file's stat is the recorded one. */
export class FileHashes {
  readonly #later: Later;
  readonly #now: () => number;
  /** What was asked for lately: each build asks several times for each of its files. Oldest first. */
  readonly #recent = new Map<string, Row>();
  readonly #unwritten = new Map<string, Row>();
  readonly #select: Query<Row>;
  readonly #upsert: Query<never>;
  readonly #touch: Query<never>;
  readonly #deleteUnused: Query<never>;
  readonly #deleteAll: Query<never>;
  readonly #count: Query<number>;

  constructor(db: Database, later: Later, now: () => number) {
    this.#later = later;
    this.#now = now;
    this.#select = db.prepare('SELECT * FROM file_hashes WHERE path = ?');
    this.#upsert = db.prepare('INSERT OR REPLACE INTO file_hashes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#touch = db.prepare('UPDATE file_hashes SET usedAt = ? WHERE path = ?');
    this.#deleteUnused = db.prepare('DELETE FROM file_hashes WHERE usedAt < ?');
    this.#deleteAll = db.prepare('DELETE FROM file_hashes');
    this.#count = db.prepare('SELECT count(*) FROM file_hashes', 'value');
  }

  hash(path: string): FileHash | undefined {
    const stat = statOf(path);
    if (stat === undefined || !stat.isFile()) return undefined;
    const now = this.#now();
    const row = this.#find(path, stat);
    if (row === undefined) return this.#read(path, now);
    if (isTouchDue(row.usedAt, now)) {
      this.#remember(path, { ...row, usedAt: now });
      this.#later.add(`file ${path}`, () => this.#touch.run(now, path));
    }
    return { sha256: row.sha256, size: stat.size, executable: isExecutable(stat) };
  }

  /** Forgets files that nobody asked for since `beforeMs`. */
  collect(beforeMs: number): void {
    this.#deleteUnused.run(beforeMs);
  }

  clearRows(): void {
    this.#recent.clear();
    this.#unwritten.clear();
    this.#deleteAll.run();
  }

  count(): number {
    return this.#count.get() ?? 0;
  }

  #read(path: string, now: number): FileHash | undefined {
    const content = hashContent(path);
    if (content === undefined) return undefined;
    const { sha256, stat } = content;
    const { dev, ino, size, mtimeMs, ctimeMs } = stat;
    const crc = crc32(sha256 + path);
    const row = { sha256, dev, ino, size, mtimeMs, ctimeMs, crc, recordedAt: now, usedAt: now };
    this.#remember(path, row);
    this.#unwritten.set(path, row);
    this.#later.add('file hashes', () => this.#writeAll());
    return { sha256, size, executable: isExecutable(stat) };
  }

  /** A row that belongs to the file as it is now. */
  #find(path: string, stat: Fingerprint): Row | undefined {
    const recent = this.#recent.get(path);
    if (recent !== undefined && isBelievable(recent, stat)) return recent;
    const row = this.#select.get(path);
    if (row === undefined || !isBelievable(row, stat) || crc32(row.sha256 + path) !== row.crc)
      return undefined;
    this.#remember(path, row);
    return row;
  }

  #remember(path: string, row: Row): void {
    this.#recent.set(path, row);
    if (this.#recent.size <= recentMax) return;
    for (const oldest of this.#recent.keys()) {
      this.#recent.delete(oldest);
      break;
    }
  }

  #writeAll(): void {
    const rows = [...this.#unwritten];
    this.#unwritten.clear();
    for (const [path, row] of rows) {
      const { sha256, dev, ino, size, mtimeMs, ctimeMs, crc, recordedAt, usedAt } = row;
      this.#upsert.run(path, sha256, dev, ino, size, mtimeMs, ctimeMs, crc, recordedAt, usedAt);
    }
  }
}

const isBelievable = (row: Row, stat: Fingerprint): boolean =>
  sameFingerprint(row, stat) && !isRacy(row, row.recordedAt);
