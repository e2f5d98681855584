// The shape of the cache, as everything above sees it. Written first; the store behind it is opened by open.ts.

/** Lower-case hex SHA-256 of the bytes. */
export type Sha256 = string & { readonly brand: 'sha256' };

/** What `oxd cache stats` counts, and the namespaces of keys. */
export type ResultKind = 'distribution' | 'pip' | 'cargo' | 'bytecode' | 'layer' | 'scan' | 'package';

/**
 * A kind of cached result. The version is part of every key: raise it, with a line of history beside it, when the
 * meaning of key or value changes.
 */
export type ResultType<Key, Value> = {
  readonly kind: ResultKind;
  readonly version: number;
  /** Never set: carries the types. */
  readonly types?: (key: Key) => Value;
};

export type CacheStats = { readonly kind: string; readonly count: number; readonly bytes: number }[];

export type Cache = {
  /** Absolute and without links; holds cache-v1.db, blobs/, trees/, tmp/. */
  readonly folder: string;

  /** The value stored for an equal key (canonical JSON, field order does not matter), or undefined. Verified on read. */
  get<Key, Value>(type: ResultType<Key, Value>, key: Key): Value | undefined;
  /**
   * Stores a JSON value. `blobs` and `trees` name what the value refers to: when one of them is gone or damaged, `get`
   * answers undefined and forgets the row.
   */
  put<Key, Value>(
    type: ResultType<Key, Value>,
    key: Key,
    value: Value,
    refers?: { readonly blobs?: readonly Sha256[]; readonly trees?: readonly string[] },
  ): void;

  /** Many rows at once, in one statement's transaction: bytecode asks for thousands. Aligned with `keys`. */
  getMany<Key, Value>(type: ResultType<Key, Value>, keys: readonly Key[]): (Value | undefined)[];
  putMany<Key, Value>(
    type: ResultType<Key, Value>,
    rows: readonly (readonly [Key, Value, readonly Sha256[]])[],
  ): void;

  /** Content-addressed bytes: up to 64 KB inside the database, larger ones as read-only files. */
  readonly blobs: {
    put(bytes: Uint8Array): Sha256;
    /** Many in one transaction: at least twice as fast for small ones. */
    putMany(many: readonly Uint8Array[]): Sha256[];
    /** Moves a finished file (on the cache's own file system, e.g. from `scratch()`) in; its bytes are hashed here. */
    putFile(path: string): Promise<Sha256>;
    /** Verified against its name; undefined when missing or damaged (a damaged one is removed). */
    get(sha256: Sha256): Buffer | undefined;
    getMany(sha256s: readonly Sha256[]): (Buffer | undefined)[];
    /**
     * An absolute path to read from or copy in the kernel. Verified in full once per process, afterwards by its stat.
     * A blob that lives in the database is written out first. undefined when missing.
     */
    path(sha256: Sha256): string | undefined;
    has(sha256: Sha256): boolean;
  };

  /** Directories that programs filled (an extracted distribution, a pip target), immutable once published. */
  readonly trees: {
    /** A new empty folder on the cache's file system, private to this process; gone at the next start if not published. */
    stage(): string;
    /** Renames the staged folder in, with a manifest (path, mode, size, sha256) for verification. Returns its id. */
    publish(staged: string): Promise<string>;
    /** Absolute folder, or undefined when it is gone or its stat fingerprint says that somebody changed it. */
    path(tree: string): string | undefined;
    /** Sorted relative paths with their content hashes, from the manifest: nothing is read again. */
    files(tree: string): readonly TreeFile[];
  };

  /** A new path for a temporary file on the cache's file system; removed at the next start. */
  scratch(): string;

  /**
   * SHA-256 and size of a user's file through the stat cache: same (dev, ino, size, mtime, ctime) and not modified within
   * the racy window (3 s before it was recorded) means not read again. undefined when there is no such regular file.
   */
  hashFile(path: string): FileHash | undefined;

  readonly traces: {
    get(key: string): string | undefined;
    put(key: string, trace: string): void;
  };

  stats(): CacheStats;
  /**
   * Brings the cache below a size (10 GB) and removes what nothing refers to. Never what was used in the last two hours.
   * Worth calling when builds are over: below the size it does nothing but once an hour.
   */
  collect(limits?: {
    readonly bytesMax?: number;
  }): Promise<{ readonly results: number; readonly bytes: number }>;
  /** Removes everything. Builds that run meanwhile find blobs and trees gone. */
  clear(): Promise<void>;
  close(): void;
  [Symbol.dispose](): void;
};

export type TreeFile = {
  readonly path: string;
  readonly sha256: Sha256;
  readonly size: number;
  readonly executable: boolean;
};
export type FileHash = { readonly sha256: Sha256; readonly size: number; readonly executable: boolean };
