// `oxd build --watch`: a round now, and one after each change of what the last round looked at.
import type { Diagnostic } from '../protocol/diagnostic.ts';
import type { BuildOutcome, BuildRequest } from '../protocol/requests.ts';
import { type BuildTools, changedSince, lookedAt } from './build.ts';
import type { Caller } from './engine.ts';
import { toFailure } from './errors.ts';
import { settleMsDefault } from './watch-settle.ts';
import { type WatchSet, watchPaths } from './watch.ts';

type RunRound = (caller: Caller) => Promise<BuildOutcome>;

/** Builds at once and after every change until the signal is aborted. A round that fails is told and not the end. */
export async function watchBuilds(
  tools: BuildTools,
  request: BuildRequest,
  caller: Caller,
  build: RunRound,
): Promise<void> {
  const { signal, report } = caller;
  let waiting = Promise.withResolvers<readonly string[]>();
  const stopped = new Promise<'stopped'>((resolve) => {
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  let seen: WatchSet = { files: [request.config], directories: [] };
  await using watch = await watchPaths(seen, {
    signal,
    onChange: (paths) => waiting.resolve(paths),
    onPolling: (reason) =>
      report({
        event: 'notice',
        text:
          reason.kind === 'limit'
            ? `looking for changes each second: the system's limit of file watches is reached (${reason.code})`
            : `looking for changes each second: ${reason.name} tells nothing of changes by other machines`,
      }),
  });
  for (let changed: readonly string[] = []; ;) {
    // Taken before the round: what changes during it makes the next one.
    waiting = Promise.withResolvers();
    await runRound(tools, changed, caller, build);
    if (signal.aborted) break;
    seen = lookedAt(tools, request) ?? seen;
    await watch.update(seen);
    // What changed while the watches were set up, nobody tells.
    const missed = changedSince(tools, request);
    const next = await Promise.race([missed.length > 0 ? later(missed) : waiting.promise, stopped]);
    if (next === 'stopped') break;
    changed = next;
  }
  signal.throwIfAborted();
}

/** A file that never stays the same makes a round each time that a save may take, and leaves time for other requests. */
const later = <Value>(value: Value): Promise<Value> =>
  new Promise((resolve) => setTimeout(resolve, settleMsDefault, value));

async function runRound(
  tools: BuildTools,
  changed: readonly string[],
  { signal, report }: Caller,
  build: RunRound,
): Promise<void> {
  const started = performance.now();
  const finish = (outcome: 'built' | 'unchanged' | 'failed'): void =>
    report({ event: 'round', outcome, changed, ms: Math.round(performance.now() - started) });
  try {
    const { outcome } = await build({ signal, report });
    finish(outcome);
  } catch (error) {
    if (signal.aborted) return;
    const { message, diagnostics, hint } = toFailure(error, signal, tools.log);
    const whole: Diagnostic = {
      severity: 'error',
      source: 'oxd',
      message,
      ...(hint === undefined ? {} : { hint }),
    };
    for (const diagnostic of diagnostics.length > 0 ? diagnostics : [whole])
      report({ event: 'diagnostic', diagnostic });
    finish('failed');
  }
}
