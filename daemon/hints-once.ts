// Hints say what has a better way. Whoever has read one need not read it again at every build.
import type { ResultType } from '../cache/cache.ts';
import type { BuildEvent } from '../protocol/events.ts';
import type { Context } from './context.ts';

type ToldKey = {
  readonly config: string;
  readonly message: string;
  readonly hint: string; // without the lines it names: they move
};
const told: ResultType<ToldKey, true> = { kind: 'scan', version: 1 };

/** The context of a build of `config`, whose hints are reported once for as long as the cache remembers. */
export function withHintsOnce(context: Context, config: string): Context {
  const report = (event: BuildEvent): void => {
    if (event.event === 'diagnostic' && event.diagnostic.severity === 'hint') {
      const { message, hint = '' } = event.diagnostic;
      const key: ToldKey = { config, message, hint: hint.replaceAll(/\bline \d+/g, 'line') };
      if (context.cache.get(told, key) !== undefined) return;
      context.cache.put(told, key, true);
    }
    context.report(event);
  };
  return { ...context, report };
}
