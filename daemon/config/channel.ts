// Between a config's worker thread and the daemon: the worker blocks on a question, the daemon answers when it can.
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';

import type { Diagnostic } from '../../protocol/diagnostic.ts';
import type { ConfigFiles } from './config-files.ts';
import type { EvaluationRequest } from './evaluation.ts';
import type { ConfigHost } from './host.ts';
import type { EvaluationOutcome } from './evaluate.ts';

export type HostCalls = ConfigHost & ConfigFiles;

export type HostMethod = keyof HostCalls;

/** To the worker: run one config. Replies to its questions arrive on `replies`. */
export type EvaluateMessage = {
  readonly request: EvaluationRequest;
  /** [interruptSlot] is set to stop the evaluation, [replySlot] counts answers. */
  readonly shared: Int32Array<SharedArrayBuffer>;
  readonly replies: MessagePort;
};

export type WorkerMessage =
  | { readonly kind: 'call'; readonly method: HostMethod; readonly request: unknown }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic }
  | { readonly kind: 'done'; readonly outcome: EvaluationOutcome }
  /** An exception that is not the config's fault. */
  | { readonly kind: 'broken'; readonly stack: string };

export type Reply =
  | { readonly outcome: 'answer'; readonly value: unknown }
  /** The daemon keeps the error itself; the message is for the diagnostic. */
  | { readonly outcome: 'error'; readonly message: string; readonly hint: string | undefined };

export const interruptSlot = 0;
const replySlot = 1;
export const sharedSlots = 2;

/** Blocks this thread until the reply to the question that was just posted is there. */
export function awaitReply(shared: Int32Array<SharedArrayBuffer>, replies: MessagePort): Reply {
  for (;;) {
    const seen = Atomics.load(shared, replySlot);
    const received = receiveMessageOnPort(replies);
    if (received !== undefined) return received.message as Reply;
    Atomics.wait(shared, replySlot, seen);
  }
}

/** On the daemon's side: hands over the reply, then wakes the worker. */
export function sendReply(shared: Int32Array<SharedArrayBuffer>, replies: MessagePort, reply: Reply): void {
  replies.postMessage(reply);
  Atomics.add(shared, replySlot, 1);
  Atomics.notify(shared, replySlot);
}
