// Runs configs in worker threads, on the daemon's side.
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';

import type { Diagnostic } from '../../protocol/diagnostic.ts';
import { Failure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import {
  interruptSlot,
  sendReply,
  sharedSlots,
  type EvaluateMessage,
  type HostCalls,
  type WorkerMessage,
} from './channel.ts';
import { configFiles } from './config-files.ts';
import type { EvaluationRequest } from './evaluation.ts';
import type { ConfigHost } from './host.ts';
import type { Installation, ResolvedTarget } from './resolved-target.ts';

export type EvaluationOutcome =
  | {
      readonly outcome: 'resolved';
      /** What was asked for, in that order. */
      readonly targets: readonly ResolvedTarget[];
      readonly installations: readonly Installation[];
      readonly names: readonly { readonly name: string; readonly default: boolean }[];
      /** Configs that were read, loaded ones too. */
      readonly files: readonly string[];
    }
  | {
      readonly outcome: 'invalid';
      readonly diagnostics: readonly Diagnostic[];
      readonly files: readonly string[];
    };

/** A worker that has run a config is warm; longer than this its memory is worth more than its warmth. */
const idleWorkerMs = 300_000;
/** A config that builds lists in a loop should fail before the machine does. */
const workerHeapMaxMb = 512;
/** An interrupted evaluation ends at the next call or turn of a loop; one that does not by then is stuck. */
const interruptGraceMs = 500;

// A published package has JavaScript in place of TypeScript.
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Evaluates configs; keeps one worker warm. One per daemon. */
export class ConfigEvaluator {
  #spare: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  readonly #running = new Set<Worker>();

  /**
   * Runs one config. What is wrong with it comes back as diagnostics; a failure of something that it asked for (pip, a
   * missing Python) is thrown as that failure, with the place in the config among its diagnostics.
   */
  async evaluate(context: Context, host: ConfigHost, request: EvaluationRequest): Promise<EvaluationOutcome> {
    context.signal.throwIfAborted();
    const worker = this.#spare ?? this.#start();
    this.#spare = undefined;
    clearTimeout(this.#idleTimer);
    this.#running.add(worker);
    worker.ref();
    try {
      const outcome = await run(worker, context, { ...configFiles(context), ...host }, request);
      this.#keep(worker);
      return outcome;
    } catch (error) {
      await worker.terminate();
      throw error;
    } finally {
      this.#running.delete(worker);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idleTimer);
    const workers = [...this.#running, ...(this.#spare === undefined ? [] : [this.#spare])];
    this.#spare = undefined;
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #keep(worker: Worker): void {
    if (this.#spare !== undefined) {
      void worker.terminate();
      return;
    }
    worker.unref();
    this.#spare = worker;
    this.#idleTimer = setTimeout(() => {
      void this.#spare?.terminate();
      this.#spare = undefined;
    }, idleWorkerMs).unref();
  }

  #start(): Worker {
    // The version's folder inside of the folder that was given.
    const codeCache = getCompileCacheDir();
    const worker = new Worker(workerFile, {
      // Nothing of the daemon's environment, but for where compiled code is kept: a start takes 60 ms with it, 250 without.
      env: codeCache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(codeCache) },
      resourceLimits: { maxOldGenerationSizeMb: workerHeapMaxMb },
    });
    // One that ends at rest, for want of memory, must neither end the daemon nor be asked again: it would never answer.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      if (this.#spare === worker) this.#spare = undefined;
    });
    worker.unref();
    return worker;
  }
}

/** Ends when the worker said so and no question of its is being answered any more. */
async function run(
  worker: Worker,
  context: Context,
  host: HostCalls,
  request: EvaluationRequest,
): Promise<EvaluationOutcome> {
  const shared = new Int32Array(new SharedArrayBuffer(sharedSlots * Int32Array.BYTES_PER_ELEMENT));
  const { port1: answers, port2: replies } = new MessageChannel();
  const { promise, resolve, reject } = Promise.withResolvers<EvaluationOutcome>();
  /** The worker waits for an answer, so there is never more than one question. */
  let pending: Promise<void> = Promise.resolve();
  let hostError: { readonly error: unknown } | undefined;

  const answer = async (message: WorkerMessage & { kind: 'call' }): Promise<void> => {
    try {
      const call = host[message.method] as (request: unknown) => Promise<unknown>;
      sendReply(shared, answers, { outcome: 'answer', value: await call(message.request) });
    } catch (error) {
      hostError = { error };
      const { message: text, hint } = error as Partial<Failure>;
      sendReply(shared, answers, { outcome: 'error', message: text ?? String(error), hint });
    }
  };
  const onMessage = (message: WorkerMessage): void => {
    if (message.kind === 'call') pending = answer(message);
    else if (message.kind === 'print')
      context.report({ event: 'output', from: 'config', text: message.text });
    else if (message.kind === 'notice') context.report({ event: 'notice', text: message.text });
    else if (message.kind === 'diagnostic')
      context.report({ event: 'diagnostic', diagnostic: message.diagnostic });
    else if (message.kind === 'broken') reject(new Error(`config worker: ${message.stack}`));
    else resolve(message.outcome);
  };
  const onError = (error: NodeJS.ErrnoException): void =>
    reject(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? inputFailure(
            `Cannot evaluate ${request.config}: it needs more than ${workerHeapMaxMb} MB of memory`,
          )
        : error,
    );
  const onExit = (): void => reject(new Error('config worker ended'));
  const onAbort = (): void => {
    Atomics.store(shared, interruptSlot, 1);
    setTimeout(() => reject(context.signal.reason), interruptGraceMs).unref();
  };

  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  context.signal.addEventListener('abort', onAbort);
  try {
    const message: EvaluateMessage = { request, shared, replies };
    worker.postMessage(message, [replies]);
    const outcome = await promise;
    context.signal.throwIfAborted();
    if (hostError !== undefined) throw located(hostError.error, outcome);
    return outcome;
  } finally {
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    context.signal.removeEventListener('abort', onAbort);
    // What a cancelled question started must be gone before the caller goes on.
    await pending;
    answers.close();
  }
}

/** The failure of a step, with the place in the config that asked for it. */
function located(error: unknown, outcome: EvaluationOutcome): unknown {
  if (!(error instanceof Failure) || outcome.outcome !== 'invalid') return error;
  const { kind, message, hint, logFile } = error;
  return new Failure(kind, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(logFile === undefined ? {} : { logFile }),
    diagnostics: [...error.diagnostics, ...outcome.diagnostics],
    cause: error,
  });
}
