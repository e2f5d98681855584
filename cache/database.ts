// One SQLite connection that survives what happens to its file: damage, foreign content, removal under our feet.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { codeOf, explain } from './cache-error.ts';
import { lstatOf } from './fingerprint.ts';

/** "OXD1": a database with another id is not ours and is moved aside. */
const applicationId = 0x4f584431;
/** How long a write waits for another process. Ours are milliseconds; a stopped process must not stop everyone. */
const busyTimeoutMs = 5000;
/** What the write-ahead log may keep on disk after a checkpoint. */
const logBytesMax = 64 * 1024 * 1024;

export type DatabaseLog = { warn(fields: object, message: string): void };

/** A prepared statement; prepared again by itself when the database had to be replaced. */
export type Query<Row> = {
  get(...values: readonly unknown[]): Row | undefined;
  all(...values: readonly unknown[]): Row[];
  /** Returns how many rows changed. */
  run(...values: readonly unknown[]): number;
};

export class Database {
  readonly #folder: string;
  readonly #file: string;
  readonly #migrations: readonly string[];
  readonly #log: DatabaseLog;
  #connection: Sqlite.Database;
  /** Of the open file: another number under the same name means that ours was removed or replaced. */
  #inode: number;
  /** Rises with each new connection; statements of older ones are dead. */
  #generation = 0;
  #at: 'rest' | 'read' | 'write' = 'rest';
  readonly #begin = this.prepare<never>('BEGIN');
  readonly #beginImmediate = this.prepare<never>('BEGIN IMMEDIATE');
  readonly #commit = this.prepare<never>('COMMIT');

  /**
   * Opens or creates `folder`/`name`. `migrations` are run in order, each once; they must leave the file usable for
   * older programs with the same file name. Throws a CacheError when the file cannot be written.
   */
  constructor(folder: string, name: string, migrations: readonly string[], log: DatabaseLog) {
    this.#folder = folder;
    this.#file = join(folder, name);
    this.#migrations = migrations;
    this.#log = log;
    try {
      this.#connection = this.#openOrReplace();
      this.#inode = statSync(this.#file).ino;
    } catch (error) {
      throw explain(error, folder);
    }
  }

  /** With `shape: 'value'` a row is its first column alone. */
  prepare<Row>(sql: string, shape: 'row' | 'value' = 'row'): Query<Row> {
    let statement: Sqlite.Statement<unknown[], Row> | undefined;
    let generation = -1;
    const current = (): Sqlite.Statement<unknown[], Row> => {
      if (statement === undefined || generation !== this.#generation) {
        statement = this.#connection.prepare<unknown[], Row>(sql);
        if (shape === 'value') statement.pluck();
        generation = this.#generation;
      }
      return statement;
    };
    return {
      get: (...values) => this.#guard(() => current().get(...values)),
      all: (...values) => this.#guard(() => current().all(...values)),
      run: (...values) => this.#guard(() => current().run(...values).changes),
    };
  }

  /** One snapshot for many reads, which also saves each of them the locking. */
  read<T>(work: () => T): T {
    return this.#at === 'rest' ? this.#guard(() => this.#transaction('read', this.#begin, work)) : work();
  }

  /**
   * A transaction that holds the write lock from the start: an upgrade from reading would fail at once when another
   * process writes, instead of waiting. `work` may run twice, when the database turns out to be damaged.
   */
  write<T>(work: () => T): T {
    if (this.#at === 'write') return work();
    if (this.#at === 'read')
      throw new Error('a write inside of a read would fail when another process writes');
    if (lstatOf(this.#file)?.ino !== this.#inode) this.#reconnect();
    return this.#guard(() => this.#transaction('write', this.#beginImmediate, work));
  }

  /** Gives free pages back to the disk, if it can: that may need room itself. To be called outside of transactions. */
  shrink(): void {
    try {
      this.#connection.pragma('incremental_vacuum');
      this.#connection.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      this.#log.warn({ error }, 'cache database not shrunk');
    }
  }

  /** Starts with an empty file: works on a full disk, too. Other processes follow at their next write. */
  recreate(): void {
    this.#connection.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.#file + suffix, { force: true });
    this.#reconnect();
  }

  close(): void {
    this.#connection.close();
  }

  #transaction<T>(at: 'read' | 'write', begin: Query<never>, work: () => T): T {
    this.#at = at;
    try {
      begin.run();
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    } finally {
      this.#at = 'rest';
    }
  }

  #guard<T>(work: () => T): T {
    if (this.#at !== 'rest') return work();
    try {
      return work();
    } catch (error) {
      if (!isDamage(error)) throw explain(error, this.#folder);
      this.#replace(error);
    }
    try {
      return work();
    } catch (error) {
      throw explain(error, this.#folder);
    }
  }

  #replace(error: unknown): void {
    // Another process may have replaced the file already: then its new one must stay.
    if (lstatOf(this.#file)?.ino === this.#inode) this.#moveAside(error);
    this.#reconnect();
  }

  #reconnect(): void {
    try {
      this.#connection.close();
    } catch {
      // A damaged database may not even close well; its file is no longer ours.
    }
    try {
      this.#connection = this.#openOrReplace();
      this.#inode = statSync(this.#file).ino;
    } catch (error) {
      throw explain(error, this.#folder);
    }
    this.#generation += 1;
  }

  #openOrReplace(): Sqlite.Database {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    try {
      return this.#open();
    } catch (error) {
      if (!isDamage(error) && statSync(this.#file, { throwIfNoEntry: false })?.isFile() !== false)
        throw error;
      this.#moveAside(error);
      return this.#open();
    }
  }

  #open(): Sqlite.Database {
    const connection = new Sqlite(this.#file, { timeout: busyTimeoutMs });
    try {
      // Both take effect only in a new file.
      connection.pragma('page_size=8192');
      connection.pragma('auto_vacuum=INCREMENTAL');
      connection.pragma('journal_mode=WAL');
      connection.pragma('synchronous=NORMAL');
      connection.pragma('temp_store=MEMORY');
      // The system caches the file as well: more of ours would be memory that a daemon at rest keeps.
      connection.pragma('cache_size=-4096');
      // A file truncated by somebody else would end us with SIGBUS if it were mapped.
      connection.pragma('mmap_size=0');
      connection.pragma(`journal_size_limit=${logBytesMax}`);
      connection.pragma('trusted_schema=OFF');
      connection.pragma('cell_size_check=ON');
      this.#migrate(connection);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  #migrate(connection: Sqlite.Database): void {
    const version = (): number => connection.pragma('user_version', { simple: true }) as number;
    const id = connection.pragma('application_id', { simple: true }) as number;
    if (id === applicationId && version() >= this.#migrations.length) return;
    connection
      .transaction(() => {
        // Asked again under the lock: another process may just have done it.
        if (connection.pragma('application_id', { simple: true }) !== applicationId) {
          const tables = connection.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
          if (tables !== 0) throw new ForeignDatabase();
        }
        for (const migration of this.#migrations.slice(version())) connection.exec(migration);
        connection.pragma(`application_id=${applicationId}`);
        connection.pragma(`user_version=${Math.max(version(), this.#migrations.length)}`);
      })
      .immediate();
  }

  /** Keeps the damaged files, for a look at what happened, until the next time. */
  #moveAside(error: unknown): void {
    const prefix = 'damaged-';
    for (const name of readdirSync(this.#folder)) {
      if (name.startsWith(prefix)) rmSync(join(this.#folder, name), { recursive: true, force: true });
    }
    const aside = join(this.#folder, `${prefix}${Date.now()}-${process.pid}`);
    mkdirSync(aside);
    for (const suffix of ['', '-wal', '-shm']) {
      try {
        renameSync(this.#file + suffix, join(aside, `cache.db${suffix}`));
      } catch (cause) {
        if (codeOf(cause) !== 'ENOENT') throw cause;
      }
    }
    this.#log.warn({ error, aside }, 'cache database damaged, starting a new one');
  }
}

class ForeignDatabase extends Error {}

const isDamage = (error: unknown): boolean =>
  error instanceof ForeignDatabase ||
  /^SQLITE_(CORRUPT|NOTADB|SCHEMA|IOERR_SHORT_READ|FORMAT)/.test(codeOf(error)) ||
  // A table of ours is missing: the file was replaced by an empty or strange one.
  (codeOf(error) === 'SQLITE_ERROR' &&
    error instanceof Error &&
    /no such (table|column)/.test(error.message));
