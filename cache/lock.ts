import { rmSync } from 'node:fs';

import Database from 'better-sqlite3';

/** Held until it is disposed of or its process is gone: the kernel releases it, however the process ends. */
export type Lock = { [Symbol.dispose](): void };

/**
 * Takes a lock that one process at a time has, or answers undefined at once when another has it. Node has no flock; an
 * exclusive transaction on an empty SQLite database is one, and refuses in a fifth of a millisecond.
 */
export function takeLock(path: string): Lock | undefined {
  try {
    return lock(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'SQLITE_BUSY') return undefined;
    if (code !== 'SQLITE_NOTADB' && code !== 'SQLITE_CORRUPT') throw error;
    // Somebody wrote into it; nothing of value is ever in there.
    rmSync(path, { force: true });
    return lock(path);
  }
}

function lock(path: string): Lock {
  const db = new Database(path, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw error;
  }
  return { [Symbol.dispose]: () => void db.close() };
}
