import { crc32 } from 'node:zlib';
import type { Database, Query } from './database.ts';

export const tracesSchema = `
  CREATE TABLE traces (
    key TEXT PRIMARY KEY,
    trace TEXT NOT NULL,
    crc INTEGER NOT NULL,
    usedAt INTEGER NOT NULL
  );`;

/** What the last build of each target looked at, for the next daemon. Opaque text here. */
export class Traces {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #select: Query<{ readonly trace: string; readonly crc: number }>;
  readonly #upsert: Query<never>;
  readonly #deleteUnused: Query<never>;
  readonly #deleteAll: Query<never>;
  readonly #stats: Query<{ readonly count: number; readonly bytes: number }>;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
    this.#select = db.prepare('SELECT trace, crc FROM traces WHERE key = ?');
    this.#upsert = db.prepare('INSERT OR REPLACE INTO traces VALUES (?, ?, ?, ?)');
    this.#deleteUnused = db.prepare('DELETE FROM traces WHERE usedAt < ?');
    this.#deleteAll = db.prepare('DELETE FROM traces');
    this.#stats = db.prepare('SELECT count(*) AS count, total(length(trace)) AS bytes FROM traces');
  }

  get(key: string): string | undefined {
    const row = this.#select.get(key);
    return row !== undefined && crc32(row.trace) === row.crc ? row.trace : undefined;
  }

  put(key: string, trace: string): void {
    this.#db.write(() => this.#upsert.run(key, trace, crc32(trace), this.#now()));
  }

  /** Forgets traces of targets that were not built since `beforeMs`. */
  collect(beforeMs: number): void {
    this.#deleteUnused.run(beforeMs);
  }

  clearRows(): void {
    this.#deleteAll.run();
  }

  stats(): { readonly count: number; readonly bytes: number } {
    return this.#stats.get() ?? { count: 0, bytes: 0 };
  }
}
