import type { Sha256 } from '../../cache/cache.ts';
import { Failure } from '../../protocol/failure.ts';

/** What is remembered in memory is no longer in the cache: somebody removed it. Forgetting it and building again helps. */
export class LostBytes extends Failure {
  constructor(sha256: Sha256) {
    super('environment', `The cache lost the bytes of ${sha256}`, { hint: 'build again' });
    this.name = 'LostBytes';
  }
}
