// Small writes that nobody waits for: when an entry was last used, and hashes of files that were read.
import type { Database } from './database.ts';

/** An entry used all day costs one write an hour: collection needs no better, and hits stay reads. */
const touchEveryMs = 60 * 60 * 1000;
/** Further writes are dropped until the current work yields. */
const waitingMax = 100_000;

export type Later = {
  /** Does `write` soon, in one transaction with others; an equal `id` replaces what waits. */
  add(id: string, write: () => void): void;
  /** Does all that waits. */
  flush(): void;
};

/**
 * Collects writes until the current work yields. They are lost in a crash and dropped when the disk refuses them: each
 * of them saves time later and none is needed.
 */
export function writeLater(db: Database, onRefused: (error: unknown) => void): Later {
  const waiting = new Map<string, () => void>();
  let isScheduled = false;
  const flush = (): void => {
    if (waiting.size === 0) return;
    try {
      db.write(() => {
        for (const write of waiting.values()) write();
      });
    } catch (error) {
      onRefused(error);
    }
    waiting.clear();
  };
  const run = (): void => {
    isScheduled = false;
    flush();
  };
  return {
    add(id, write) {
      if (waiting.size < waitingMax) waiting.set(id, write);
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(run);
    },
    flush,
  };
}

/** Whether an entry that was last marked as used at `usedAt` should be marked again. */
export const isTouchDue = (usedAt: number, nowMs: number): boolean => nowMs - usedAt >= touchEveryMs;
