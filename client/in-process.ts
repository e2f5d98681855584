// The one door to the daemon's code: `--no-daemon` loads the engine into this process.
import { enableCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';

import type { OpenEngine } from '../daemon/in-process.ts';
import { failureOfResponse } from '../protocol/failure-data.ts';
import { codeCacheFolder } from './cache-folder.ts';
import type { Link } from './link.ts';
import { daemonEntry, type Places } from './places.ts';

/** The same requests and answers as over the socket. */
export async function openInProcess(places: Places): Promise<Link> {
  enableCompileCache(codeCacheFolder(places.cacheFolder));
  const { openEngine } = (await import(pathToFileURL(daemonEntry('in-process')).href)) as {
    openEngine: OpenEngine;
  };
  const engine = await openEngine({ cacheFolder: places.cacheFolder });
  return {
    call(type, params, listener, asker) {
      const leaving = new AbortController();
      const answer = engine.answer(type.method, params, {
        signal: leaving.signal,
        report: (event) => listener?.([event]),
        terminal: asker && { isThere: () => true, ask: asker },
      });
      return {
        // Errors come as data: this bundle's classes are not those of the code loaded beside it.
        result: answer.then((reply) => {
          if ('error' in reply)
            throw failureOfResponse(reply.error.code, reply.error.message, reply.error.data);
          return reply.result as never;
        }),
        cancel: () => leaving.abort(),
      };
    },
    close: () => engine.close(),
  };
}
