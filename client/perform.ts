// One request from start to end: a link, its events, Ctrl-C, and one more try when the daemon dies under it.
import { join } from 'node:path';

import { logFileName } from '../protocol/daemon-state.ts';
import { environmentFailure, exitCodes, Failure } from '../protocol/failure.ts';
import type { Prompt, PromptAnswer } from '../protocol/prompts.ts';
import type { RequestType } from '../protocol/requests.ts';
import type { Task } from './command.ts';
import { type Call, type Listener, LostConnection, NoAnswer, Refused } from './link.ts';
import { openLink } from './open-link.ts';

export type Performance = {
  readonly listener?: Listener;
  readonly say: (line: string) => void;
  /** Absent where nobody can be asked. Gives up when the signal is aborted. */
  readonly ask?: ((prompt: Prompt, signal: AbortSignal) => Promise<PromptAnswer>) | undefined;
  /** Before the process ends for a second Ctrl-C: to leave the terminal as it was. */
  readonly leave?: () => void;
  /** A child of somebody's build: asks a daemon that runs, and starts none. */
  readonly isGuest?: boolean;
};

/** The answer to a request. Throws a Failure. */
export async function perform<Params extends object, Result>(
  task: Task,
  type: RequestType<Params, Result>,
  params: Omit<Params, 'stream'>,
  screen: Performance,
): Promise<Result> {
  const { listener, say, ask, isGuest = false } = screen;
  let isHasty = true;
  for (let crashes = 0; ;) {
    const link = await openLink(task, { say, isHasty, isGuest });
    const interrupts = new Interrupts(screen);
    // Whatever ends the request ends its questions. Made with the first of them: Node loads much code for one.
    let asking: AbortController | undefined;
    const call = link.call(
      type,
      params,
      (events) => {
        interrupts.listen(call);
        listener?.(events);
      },
      ask && ((prompt) => ask(prompt, (asking ??= new AbortController()).signal)),
    );
    const slow = setTimeout(() => interrupts.listen(call), hotPathMs);
    try {
      return await call.result;
    } catch (error) {
      if (isHasty && (error instanceof Refused || error instanceof NoAnswer)) {
        if (error instanceof Refused) say(`replacing the daemon: ${error.message}`);
        isHasty = false;
      } else if (error instanceof LostConnection) {
        // What was to be cancelled has ended with the daemon.
        if (interrupts.isCancelling) throw new Failure('cancelled', 'Cancelled', { cause: error });
        crashes++;
        if (crashes === crashesMax) throw lostForGood(task, error);
        say('the daemon ended unexpectedly; trying again with a new one');
      } else throw error;
    } finally {
      clearTimeout(slow);
      asking?.abort();
      interrupts.close();
      await link.close();
    }
  }
}

/** A daemon that dies under a build may have had bad luck; if the next one does too, it is the build. */
const crashesMax = 2;
/** Most answers are there by then, and listening for signals costs more than waiting for them. */
const hotPathMs = 30;
/** Most builds are cancelled before a person would read about it. */
const patienceMs = 300;

/** First Ctrl-C: cancel, and wait until everything that was started is gone. Second: leave at once. */
class Interrupts {
  readonly #screen: Performance;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #onInterrupt: (() => void) | undefined;

  constructor(screen: Performance) {
    this.#screen = screen;
  }

  listen(call: Call<unknown>): void {
    if (this.#onInterrupt !== undefined) return;
    this.#onInterrupt = () => this.#interrupt(call);
    process.on('SIGINT', this.#onInterrupt);
  }

  get isCancelling(): boolean {
    return this.#count > 0;
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#onInterrupt !== undefined) process.off('SIGINT', this.#onInterrupt);
  }

  #interrupt(call: Call<unknown>): void {
    this.#count++;
    if (this.#count > 1) {
      this.#screen.leave?.();
      process.exit(exitCodes.cancelled);
    }
    const { say } = this.#screen;
    this.#timer = setTimeout(say, patienceMs, 'cancelling; press Ctrl-C again to leave at once');
    call.cancel();
  }
}

function lostForGood({ places }: Task, cause: Error): Failure {
  return environmentFailure('The daemon ended unexpectedly, twice: killed, or out of memory', {
    hint: 'look at `oxd daemon logs`, or work without it: --no-daemon',
    logFile: join(places.runtimeFolder, logFileName),
    cause,
  });
}
