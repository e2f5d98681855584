// A link over the daemon's socket. JSON-RPC by hand: loading a library for it takes as long as Node's own start.
import { connect, type Socket } from 'node:net';

import { errorCodes, failureOfResponse } from '../protocol/failure-data.ts';
import { encodeMessage, MessageDecoder } from '../protocol/framing.ts';
import { AskUser, type Prompt } from '../protocol/prompts.ts';
import { Cancel, Events, type RequestType } from '../protocol/requests.ts';
import {
  type Asker,
  type Call,
  type Link,
  type Listener,
  LostConnection,
  NoAnswer,
  Refused,
} from './link.ts';

type Waiting = {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly listener: Listener | undefined;
  readonly asker: Asker | undefined;
};
type Incoming = {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly stream: number;
    readonly events?: Parameters<Listener>[0];
    readonly prompt?: Prompt;
  };
  readonly result?: unknown;
  readonly error?: ErrorResponse;
};
type ErrorResponse = { readonly code: number; readonly message: string; readonly data?: unknown };

/** Resolves once connected; rejects with the system's error (ENOENT, ECONNREFUSED: nobody listens there). */
export function connectTo(socketPath: string): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(new Connection(socket));
    });
  });
}

export class Connection implements Link {
  readonly #socket: Socket;
  readonly #decoder = new MessageDecoder();
  /** By request id, which also is the number of its stream of events. */
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #isSilent = true;
  #lost: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#lose(this.#lossOf(error.message)));
    socket.on('close', () => this.#lose(this.#lossOf('the daemon closed the connection')));
  }

  /** Gives up unless the daemon has said anything at all within this time. */
  expectAnswerWithin(ms: number): void {
    setTimeout(() => {
      if (!this.#isSilent) return;
      this.#lose(new NoAnswer('the daemon does not answer'));
      this.#socket.destroy();
    }, ms).unref();
  }

  call<Params extends object, Result>(
    type: RequestType<Params, Result>,
    params: Omit<Params, 'stream'>,
    listener?: Listener,
    asker?: Asker,
  ): Call<Result> {
    const id = this.#nextId++;
    const result = new Promise<Result>((resolve, reject) => {
      if (this.#lost !== undefined) return reject(this.#lost);
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, listener, asker });
      const asks = asker === undefined ? {} : { asks: true };
      this.#send({ id, method: type.method, params: { ...params, ...asks, stream: id } });
    });
    return { result, cancel: () => this.#send({ method: Cancel.method, params: { id } }) };
  }

  close(): Promise<void> {
    // The kernel closes it with the process, which is about to end. Doing it here would cost a millisecond of each build.
    this.#socket.unref();
    return Promise.resolve();
  }

  #send(message: object): void {
    if (this.#lost === undefined) this.#socket.write(encodeMessage({ jsonrpc: '2.0', ...message }));
  }

  #lossOf(message: string): LostConnection {
    return this.#isSilent ? new NoAnswer(message) : new LostConnection(message);
  }

  #receive(chunk: Buffer): void {
    this.#isSilent = false;
    try {
      for (const message of this.#decoder.push(chunk)) this.#dispatch(message as Incoming);
    } catch (error) {
      this.#lose(new LostConnection('the daemon sent something else than JSON-RPC', { cause: error }));
      this.#socket.destroy();
    }
  }

  #dispatch({ id, method, params, result, error }: Incoming): void {
    if (method === Events.method) {
      if (params?.events !== undefined) this.#waiting.get(params.stream)?.listener?.(params.events);
      return;
    }
    if (method === AskUser.method) return void this.#ask(id, params?.stream, params?.prompt);
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(result);
    else this.#reject(waiting, error);
  }

  /** The daemon's own request: its numbers have nothing to do with ours. */
  async #ask(id: number | undefined, stream = 0, prompt?: Prompt): Promise<void> {
    const asker = this.#waiting.get(stream)?.asker;
    try {
      if (asker === undefined || prompt === undefined) throw new Error('nobody can be asked here');
      this.#send({ id, result: await asker(prompt) });
    } catch (error) {
      this.#send({ id, error: { code: errorCodes.input, message: (error as Error).message } });
    }
  }

  #reject(waiting: Waiting, { code, message, data }: ErrorResponse): void {
    if (code !== errorCodes.refused && code !== errorCodes.replaced)
      return waiting.reject(failureOfResponse(code, message, data));
    // Who is refused at hello is refused altogether, for the reason given there.
    const refusal = new Refused(message);
    waiting.reject(refusal);
    this.#lose(refusal);
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
