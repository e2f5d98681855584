// A context as a build's steps have it, with a cache of its own.
import type { TestContext } from 'node:test';

import type { Context } from '../../../daemon/context.ts';
import type { BuildEvent } from '../../../protocol/events.ts';
import { temporaryCache } from '../../cache/temporary-cache.ts';

/** Everything is gone after the test. */
export function packagingContext(t: TestContext): {
  readonly context: Context;
  readonly events: BuildEvent[];
} {
  const events: BuildEvent[] = [];
  const nothing = (): void => undefined;
  const context: Context = {
    signal: new AbortController().signal,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    report: (event) => events.push(event),
    cache: temporaryCache(t).cache,
    trace: { file: nothing, directory: nothing, variable: nothing },
    environment: { PATH: process.env['PATH'] ?? '' },
  };
  return { context, events };
}
