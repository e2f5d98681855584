// Who answers what a config asks: the client that waits for the build, if there is a person before it.
import { environmentFailure, inputFailure } from '../protocol/failure.ts';
import type { Prompt, PromptAnswer } from '../protocol/prompts.ts';
import type { Terminal } from './context.ts';

/** Of a build: the terminals of those who wait for it, the first to come first. */
type Waiting = Iterable<{ readonly signal: AbortSignal; readonly terminal?: Terminal | undefined }>;

/**
 * The terminal of a build that several may wait for. One of them is asked; when that one leaves, the next. With nobody
 * waiting the build ends: it was started early, and an answer that nobody gave must not be built.
 */
export function terminalOfWaiting(waiting: Waiting, signal: AbortSignal): Terminal {
  const withTerminal = (): { readonly signal: AbortSignal; readonly terminal: Terminal } | undefined => {
    let isAnybodyThere = false;
    for (const { signal: left, terminal } of waiting) {
      isAnybodyThere = true;
      if (terminal?.isThere() === true) return { signal: left, terminal };
    }
    if (!isAnybodyThere) throw inputFailure('Cannot ask: nobody waits for this build');
    return undefined;
  };
  return {
    isThere: () => withTerminal() !== undefined,
    async ask(prompt): Promise<PromptAnswer> {
      for (;;) {
        const asked = withTerminal();
        if (asked === undefined)
          throw environmentFailure(`Cannot ask "${prompt.prompt}": no terminal is there`);
        try {
          return await orAborted(asked.terminal.ask(prompt), AbortSignal.any([asked.signal, signal]));
        } catch (error) {
          signal.throwIfAborted();
          if (!asked.signal.aborted) throw error;
        }
      }
    },
  };
}

/** The same terminal; `note` hears of each use, also of a look whether somebody is there. */
export function notedTerminal(terminal: Terminal | undefined, note: () => void): Terminal {
  return {
    isThere() {
      note();
      return terminal?.isThere() ?? false;
    },
    ask(prompt) {
      note();
      if (terminal === undefined)
        throw environmentFailure(`Cannot ask "${prompt.prompt}": no terminal is there`);
      return terminal.ask(prompt);
    },
  };
}

/** What a client sent, when it fits the question. */
export function checkedAnswer(prompt: Prompt, answer: unknown): PromptAnswer {
  if (prompt.kind === 'confirm' ? typeof answer === 'boolean' : typeof answer === 'string')
    return answer as PromptAnswer;
  throw new Error(`a client answered ${prompt.kind} with a ${typeof answer}`);
}

/** The result, or the signal's reason as soon as it is aborted. */
export function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
