/** Why the cache cannot be used; everything else it meets (damage, other processes, crashes) it repairs by itself. */
export type CacheErrorReason =
  | 'disk-full'
  | 'read-only'
  /** Several machines may write there, which SQLite's write-ahead log does not survive. */
  | 'network-filesystem'
  /** The folder's path names something else. */
  | 'not-a-folder'
  /** Another process held the write lock for longer than busyTimeoutMs. */
  | 'busy'
  /** The disk says so. */
  | 'disk-error';

export class CacheError extends Error {
  readonly reason: CacheErrorReason;
  /** The way out, as an imperative without a final stop. */
  readonly hint: string;

  constructor(reason: CacheErrorReason, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CacheError';
    this.reason = reason;
    this.hint = hint;
  }
}

const hints: Record<CacheErrorReason, string> = {
  'disk-full': 'free some space there or set OXD_CACHE_DIR to a folder on another disk',
  'read-only': 'make it writable for you or set OXD_CACHE_DIR to a folder that is',
  'network-filesystem': 'set OXD_CACHE_DIR to a folder on a local disk',
  'not-a-folder': 'move it away or set OXD_CACHE_DIR to a folder',
  busy: 'wait for the other oxd to finish, or end it',
  'disk-error': 'look at the system log, or set OXD_CACHE_DIR to a folder on another disk',
};

const sentences: Record<CacheErrorReason, (folder: string) => string> = {
  'disk-full': (folder) => `Cannot write to the cache: the disk of "${folder}" is full`,
  'read-only': (folder) => `Cannot write to the cache: "${folder}" is read-only`,
  'network-filesystem': (folder) => `Cannot keep the cache in "${folder}": it is on a network file system`,
  'not-a-folder': (folder) => `Cannot keep the cache in "${folder}": it is not a folder`,
  'disk-error': (folder) => `Cannot use the cache "${folder}": its disk reports errors`,
  busy: (folder) => `Cannot write to the cache "${folder}": another process keeps it locked`,
};

export const cacheError = (reason: CacheErrorReason, folder: string, cause?: unknown): CacheError =>
  new CacheError(reason, sentences[reason](folder), hints[reason], cause);

/** The code of an error of SQLite ("SQLITE_FULL") or of the system ("ENOSPC"); '' when it has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Turns what SQLite and the system throw into a CacheError where a user can do something about it. */
export function explain(error: unknown, folder: string): unknown {
  const code = codeOf(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
    // SQLite cannot grow its shared-memory file or its log: the disk said no in words it does not know.
    case 'SQLITE_IOERR_SHMSIZE':
    case 'SQLITE_IOERR_WRITE':
    case 'SQLITE_IOERR_TRUNCATE':
      return cacheError('disk-full', folder, error);
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return cacheError('read-only', folder, error);
    case 'ENOTDIR':
      return cacheError('not-a-folder', folder, error);
    case 'EIO':
      return cacheError('disk-error', folder, error);
    default:
      if (/^SQLITE_(READONLY|CANTOPEN)/.test(code)) return cacheError('read-only', folder, error);
      if (code.startsWith('SQLITE_BUSY')) return cacheError('busy', folder, error);
      return code.startsWith('SQLITE_IOERR') ? cacheError('disk-error', folder, error) : error;
  }
}
