/** Three hours: longer than a lunch break and a meeting, shorter than a night. */
export const idleExitDefaultMs = 3 * 60 * 60 * 1000;

/** Beyond this a timer of Node fires at once; it is 24 days. */
const timerMsMax = 2 ** 31 - 1;

/** The time that a variable's text gives; the default when it gives none. */
export function idleMsOf(text: string | undefined): number {
  const ms = Number(text ?? '');
  return ms > 0 ? Math.min(ms, timerMsMax) : idleExitDefaultMs;
}

/** A pause in which nobody asks for the next build: time to tidy up. */
const pauseMs = 5_000;

/**
 * Knows whether the daemon works, and calls back when it has not for a while. The time counts from the end of the last
 * work, so a build longer than it is never cut; nothing ticks in between. A first pause is told of once.
 */
export class IdleClock {
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  readonly #onPause: () => void;
  #running = 0;
  #onRest: (() => void) | undefined;
  #exitsAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;

  constructor(idleMs: number, { onIdle, onPause }: { onIdle: () => void; onPause: () => void }) {
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
    this.#onPause = onPause;
    this.#wait();
  }

  /** Work begins; disposing of the result ends it. */
  begin(): Disposable {
    this.close();
    this.#running++;
    return {
      [Symbol.dispose]: () => {
        if (--this.#running > 0) return;
        this.#wait();
        this.#pause = setTimeout(this.#onPause, pauseMs).unref();
        this.#onRest?.();
      },
    };
  }

  /** Milliseconds until the callback; null while something runs. */
  get leftMs(): number | null {
    return this.#running > 0 ? null : Math.max(0, this.#exitsAt - Date.now());
  }

  /** Resolves when nothing runs, at once or later. */
  rest(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onRest = resolve;
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#pause);
  }

  #wait(): void {
    this.#exitsAt = Date.now() + this.#idleMs;
    this.#timer = setTimeout(this.#onIdle, this.#idleMs);
    // The listening socket keeps the process alive, not this.
    this.#timer.unref();
  }
}
