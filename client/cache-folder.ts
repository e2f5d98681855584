import { isAbsolute, join, resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** OXD_CACHE_DIR, or `oxd` in the user's folder for caches. */
export function cacheFolderOf(environment: Environment, cwd: string): string {
  const moved = environment['OXD_CACHE_DIR'];
  if (moved !== undefined && moved !== '') return resolve(cwd, moved);
  const shared = environment['XDG_CACHE_HOME'];
  // The XDG specification wants relative paths ignored.
  if (shared !== undefined && isAbsolute(shared)) return join(shared, 'oxd');
  return join(environment['HOME'] ?? '/', '.cache', 'oxd');
}

/** Where Node keeps what it compiled of our code (it makes a folder for each of its versions). */
export const codeCacheFolder = (cacheFolder: string): string => join(cacheFolder, 'code');
