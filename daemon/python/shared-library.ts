// The libpython of a distribution that is not linked in.
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Distribution } from './distribution.ts';
import type { Resource } from './resource.ts';

/** The shared libpython as a resource at lib/<soname>; undefined for a distribution that is linked statically. */
export function sharedPython(context: Context, distribution: Distribution): Resource | undefined {
  const { linking } = distribution;
  if (linking.kind === 'static') return undefined;
  const hash = context.cache.hashFile(linking.library);
  if (hash === undefined)
    throw environmentFailure(`Cannot read "${linking.library}": it was removed`, { hint: 'build again' });
  return {
    path: `lib/${linking.soname}`,
    content: { at: 'file', path: linking.library, sha256: hash.sha256, size: hash.size },
    executable: false,
    what: { kind: 'file' },
    isStdlib: true,
    isTest: false,
  };
}
