import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void;

/**
 * Gives back what a build has left on the heap: V8 does so only when it needs room, which a daemon at rest never does. Takes
 * some 20 ms, and a third of the memory with it.
 */
export function freeMemory(): void {
  // The function is there for contexts made after the flag is set.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  collect({ type: 'major', flavor: 'last-resort' });
}
