/** Editors save in bursts (temporary file, rename, chmod); this spans one and is below what a person notices. */
export const settleMsDefault = 50;
/** A process that never stops writing must not put a build off for ever. */
const latestMs = 500;

//  idle --add--> settling --quiet for settleMs, or latestMs after the first--> idle, the paths are handed over
//  any --close--> closed
type State =
  | { readonly at: 'idle' }
  | {
      readonly at: 'settling';
      readonly paths: Set<string>;
      readonly firstMs: number;
      readonly timer: NodeJS.Timeout;
    }
  | { readonly at: 'closed' };

export type Settler = { add(path: string): void; close(): void };

/** Joins bursts of paths into one sorted list each. No timer runs while nothing happens. */
export function settle(handOver: (paths: readonly string[]) => void, settleMs: number): Settler {
  let state: State = { at: 'idle' };
  const finish = (): void => {
    if (state.at !== 'settling') return;
    const paths = [...state.paths].toSorted();
    state = { at: 'idle' };
    handOver(paths);
  };
  return {
    add(path) {
      if (state.at === 'closed') return;
      const nowMs = performance.now();
      const paths = state.at === 'settling' ? state.paths : new Set<string>();
      const firstMs = state.at === 'settling' ? state.firstMs : nowMs;
      if (state.at === 'settling') clearTimeout(state.timer);
      const waitMs = Math.max(0, Math.min(settleMs, firstMs + latestMs - nowMs));
      state = { at: 'settling', paths: paths.add(path), firstMs, timer: setTimeout(finish, waitMs) };
    },
    close() {
      if (state.at === 'settling') clearTimeout(state.timer);
      state = { at: 'closed' };
    },
  };
}
