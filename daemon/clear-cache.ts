import type { CacheReport } from '../protocol/requests.ts';
import { type BuildTools, forget } from './build.ts';
import type { Context } from './context.ts';

/** Empties the cache and says what it held. */
export async function clearCache({ cache }: Context, _: object, tools: BuildTools): Promise<CacheReport> {
  const report = { folder: cache.folder, kinds: cache.stats() };
  await cache.clear();
  forget(tools);
  return report;
}
