import { crc32 } from 'node:zlib';
import type { Blobs } from './blobs.ts';
import type { ResultKind, ResultType, Sha256 } from './cache.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Database, Query } from './database.ts';
import { sha256Of } from './file-hash.ts';
import type { Trees } from './trees.ts';
import { isTouchDue, type Later } from './uses.ts';

export const resultsSchema = `
  CREATE TABLE results (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    -- Blobs and trees the value refers to: their names, separated by spaces. A tree's name has "tree:" before it.
    refers TEXT NOT NULL,
    -- CRC-32 of value and refers: SQLite does not notice a flipped bit.
    crc INTEGER NOT NULL,
    usedAt INTEGER NOT NULL
  );`;

type Row = {
  readonly value: string;
  readonly refers: string;
  readonly crc: number;
  readonly usedAt: number;
};

export type Refers = { readonly blobs?: readonly Sha256[]; readonly trees?: readonly string[] };
/** A result as statistics and collection see it. */
export type ResultEntry = {
  readonly key: string;
  readonly kind: ResultKind;
  readonly bytes: number;
  readonly refers: string;
  readonly usedAt: number;
};

const treePrefix = 'tree:';

/** Key to value of every kind of step. */
export class Results {
  readonly #db: Database;
  readonly #blobs: Blobs;
  readonly #trees: Trees;
  readonly #later: Later;
  readonly #now: () => number;
  readonly #select: Query<Row>;
  readonly #upsert: Query<never>;
  readonly #touch: Query<never>;
  readonly #delete: Query<never>;
  readonly #deleteAll: Query<never>;
  readonly #entries: Query<ResultEntry>;

  constructor(db: Database, stores: { blobs: Blobs; trees: Trees }, later: Later, now: () => number) {
    this.#db = db;
    this.#blobs = stores.blobs;
    this.#trees = stores.trees;
    this.#later = later;
    this.#now = now;
    this.#select = db.prepare('SELECT value, refers, crc, usedAt FROM results WHERE key = ?');
    this.#upsert = db.prepare('INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)');
    this.#touch = db.prepare('UPDATE results SET usedAt = ? WHERE key = ?');
    this.#delete = db.prepare('DELETE FROM results WHERE key = ?');
    this.#deleteAll = db.prepare('DELETE FROM results');
    this.#entries = db.prepare(
      'SELECT key, kind, length(value) + length(refers) AS bytes, refers, usedAt FROM results',
    );
  }

  get<Key, Value>(type: ResultType<Key, Value>, key: Key): Value | undefined {
    const name = nameOf(type, key);
    const row = this.#select.get(name);
    if (row === undefined) return undefined;
    if (this.#isWhole(row)) return this.#open(name, row) as Value;
    this.#forget([[name, row]]);
    return undefined;
  }

  getMany<Key, Value>(type: ResultType<Key, Value>, keys: readonly Key[]): (Value | undefined)[] {
    const names = keys.map((key) => nameOf(type, key));
    const damaged: [name: string, row: Row][] = [];
    const values = this.#db.read(() =>
      names.map((name) => {
        const row = this.#select.get(name);
        if (row === undefined) return undefined;
        if (this.#isWhole(row)) return this.#open(name, row) as Value;
        damaged.push([name, row]);
        return undefined;
      }),
    );
    if (damaged.length > 0) this.#forget(damaged);
    return values;
  }

  put<Key, Value>(type: ResultType<Key, Value>, key: Key, value: Value, refers: Refers = {}): void {
    const write = this.#writing(type, key, value, refers);
    this.#db.write(write);
  }

  putMany<Key, Value>(
    type: ResultType<Key, Value>,
    rows: readonly (readonly [Key, Value, readonly Sha256[]])[],
  ): void {
    const writes = rows.map(([key, value, blobs]) => this.#writing(type, key, value, { blobs }));
    this.#db.write(() => {
      for (const write of writes) write();
    });
  }

  /** Every result, in no order. */
  entries(): ResultEntry[] {
    return this.#entries.all();
  }

  delete(key: string): void {
    this.#delete.run(key);
  }

  clearRows(): void {
    this.#deleteAll.run();
  }

  #writing<Key, Value>(type: ResultType<Key, Value>, key: Key, value: Value, refers: Refers): () => void {
    const name = nameOf(type, key);
    const text = JSON.stringify(value);
    const names = [...(refers.blobs ?? []), ...(refers.trees ?? []).map((tree) => treePrefix + tree)].join(
      ' ',
    );
    const crc = crc32(text + names);
    return () => this.#upsert.run(name, type.kind, text, names, crc, this.#now());
  }

  #isWhole(row: Row): boolean {
    if (!isGenuine(row)) return false;
    return row.refers === '' || partsOf(row.refers).every((part) => this.#storeOf(part).isWhole(part.id));
  }

  #open(name: string, row: Row): unknown {
    const now = this.#now();
    if (isTouchDue(row.usedAt, now)) this.#later.add(`result ${name}`, () => this.#touch.run(now, name));
    return JSON.parse(row.value);
  }

  #forget(damaged: readonly (readonly [name: string, row: Row])[]): void {
    this.#db.write(() => {
      for (const [name, row] of damaged) {
        this.#delete.run(name);
        if (!isGenuine(row)) continue;
        for (const part of partsOf(row.refers)) {
          const store = this.#storeOf(part);
          if (!store.isWhole(part.id)) store.remove(part.id);
        }
      }
    });
  }

  #storeOf(part: Part): Store {
    return part.isTree ? this.#trees : this.#blobs;
  }
}

const isGenuine = ({ value, refers, crc }: Row): boolean => crc32(value + refers) === crc;

type Part = { readonly isTree: boolean; readonly id: Sha256 };
type Store = { isWhole(id: Sha256): boolean; remove(id: Sha256): void };

/** What the `refers` column names. */
export const partsOf = (refers: string): Part[] =>
  refers === ''
    ? []
    : refers.split(' ').map((name) => {
        const isTree = name.startsWith(treePrefix);
        return { isTree, id: (isTree ? name.slice(treePrefix.length) : name) as Sha256 };
      });

function nameOf<Key, Value>({ kind, version }: ResultType<Key, Value>, key: Key): string {
  return sha256Of(`{"key":${canonicalJson(key)},"kind":"${kind}","version":${version}}`);
}
