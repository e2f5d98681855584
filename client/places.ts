// Where things are: the folders of the cache and of the daemon, and the files of this package.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import { protocolVersion, type Identity } from '../protocol/requests.ts';
import { version } from '../protocol/version.ts';
import { cacheFolderOf, type Environment } from './cache-folder.ts';

export type Places = {
  readonly cacheFolder: string;
  /** The daemon's state file, socket, lock and logs; 0700. */
  readonly runtimeFolder: string;
  readonly packageFolder: string;
};

/**
 * One daemon per user and cache: it lives beside the cache when OXD_CACHE_DIR moves that, else in XDG_RUNTIME_DIR (cleaned
 * by the system at log-out), else inside the default cache. OXD_RUNTIME_DIR says otherwise.
 */
export function findPlaces(environment: Environment, cwd: string): Places {
  const cacheFolder = cacheFolderOf(environment, cwd);
  const named = environment['OXD_RUNTIME_DIR'];
  const session = environment['XDG_RUNTIME_DIR'];
  const isDefaultCache = !environment['OXD_CACHE_DIR'];
  const runtimeFolder =
    named !== undefined && named !== ''
      ? resolve(cwd, named)
      : isDefaultCache && session !== undefined && isAbsolute(session)
        ? join(session, 'oxd')
        : join(cacheFolder, 'run');
  return { cacheFolder, runtimeFolder, packageFolder };
}

/** The folder of package.json: above `dist` for the bundled client, above `client` when its sources run. */
const packageFolder = dirname(dirname(realpathSync(process.argv[1] ?? '.')));

/** An entry of the daemon's code: what `npm run prepare` compiled, which starts faster and takes less memory, else TypeScript. */
export function daemonEntry(
  name: 'main' | 'in-process' | 'executable/analyze' | `starlark/${string}`,
): string {
  const compiled = join(packageFolder, 'dist', 'daemon', `${name}.js`);
  return existsSync(compiled) ? compiled : join(packageFolder, 'daemon', `${name}.ts`);
}

/** Which daemon this client needs. */
export const identityOf = (places: Places): Identity => ({
  protocol: protocolVersion,
  version,
  packageFolder,
  cacheFolder: places.cacheFolder,
});
