// One request from start to end: a link, its events, Ctrl-C, and one more try when the daemon dies under it.
import { join } from 'node:path';

import { environmentFailure, exitCodes } from '../protocol/failure.ts';
import type { RequestType } from '../protocol/requests.ts';
import type { Task } from './command.ts';
import { type Call, type Listener, LostConnection } from './link.ts';
import { openLink } from './open-link.ts';

export type Performance = {
  readonly listener?: Listener;
  readonly say: (line: string) => void;
  /** Before the process ends for a second Ctrl-C: to leave the terminal as it was. */
  readonly leave?: () => void;
};

/** The answer to a request. Throws a Failure. */
export async function perform<Params extends object, Result>(
  task: Task,
  type: RequestType<Params, Result>,
  params: Omit<Params, 'stream'>,
  screen: Performance,
): Promise<Result> {
  const { listener, say } = screen;
  for (let attempt = 1; ; attempt++) {
    const link = await openLink(task, say);
    const call = link.call(type, params, listener);
    const stopListening = cancelOnInterrupt(call, screen);
    try {
      return await call.result;
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error;
      if (attempt === 2) throw await lostTwice(task, error);
      say('the daemon ended unexpectedly; trying again with a new one');
    } finally {
      stopListening();
      await link.close();
    }
  }
}

/** Most builds are cancelled before a person would read about it. */
const patienceMs = 300;

/** First Ctrl-C: cancel, and wait until everything that was started is gone. Second: leave at once. */
function cancelOnInterrupt(
  call: Call<unknown>,
  { say, leave }: Pick<Performance, 'say' | 'leave'>,
): () => void {
  let interrupts = 0;
  let timer: NodeJS.Timeout | undefined;
  const onInterrupt = (): void => {
    interrupts++;
    if (interrupts > 1) {
      leave?.();
      process.exit(exitCodes.cancelled);
    }
    timer = setTimeout(say, patienceMs, 'cancelling; press Ctrl-C again to leave at once');
    call.cancel();
  };
  process.on('SIGINT', onInterrupt);
  return () => {
    clearTimeout(timer);
    process.off('SIGINT', onInterrupt);
  };
}

async function lostTwice({ places }: Task, cause: Error): Promise<Error> {
  const { logFileName } = await import('../protocol/daemon-state.ts');
  return environmentFailure('The daemon ended unexpectedly, twice: killed, or out of memory', {
    hint: 'look at `oxd daemon logs`, or work without it: --no-daemon',
    logFile: join(places.runtimeFolder, logFileName),
    cause,
  });
}
