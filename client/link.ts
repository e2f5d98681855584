import type { BuildEvent } from '../protocol/events.ts';
import type { Prompt, PromptAnswer } from '../protocol/prompts.ts';
import type { RequestType } from '../protocol/requests.ts';

/** A request under way. */
export type Call<Result> = {
  /** Rejects with a Failure that the daemon sent, or with LostConnection. */
  readonly result: Promise<Result>;
  /** Asks for the end; `result` settles once everything it started is gone. */
  cancel(): void;
};

/** Asks the person at the terminal; rejects when nobody answers. */
export type Asker = (prompt: Prompt) => Promise<PromptAnswer>;

export type Listener = (events: readonly BuildEvent[]) => void;

/** Something that answers requests: a daemon behind a socket, or the engine in this process. */
export type Link = {
  /** `listener` gets the events of a request that streams them; `asker` what a config asks on its behalf. */
  call<Params extends object, Result>(
    type: RequestType<Params, Result>,
    params: Omit<Params, 'stream'>,
    listener?: Listener,
    asker?: Asker,
  ): Call<Result>;
  close(): Promise<void>;
};

/** The daemon went away before the answer. */
export class LostConnection extends Error {
  override readonly name: string = 'LostConnection';
}

/** The daemon has not said a word: it was about to end, is stopped, or is very busy. */
export class NoAnswer extends LostConnection {
  override readonly name = 'NoAnswer';
}

/** The daemon is there but not for this client: another version, another cache, or a token that is not its own. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
