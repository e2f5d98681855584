// One connection: which questions there are and who answers them. The plumbing lies below, once.
import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';

import { createMessageConnection, RequestType as MessageType, ResponseError } from 'vscode-jsonrpc/node';

import { errorCodes } from '../protocol/failure-data.ts';
import {
  Build,
  CacheStats,
  type DaemonReport,
  Events,
  Hello,
  type HelloParams,
  type HelloResult,
  type Identity,
  type RequestType,
  Status,
  Stop,
  type Streamed,
  Targets,
  Watch,
  WriteConfig,
} from '../protocol/requests.ts';
import { questions } from '../protocol/questions.ts';
import { inputFailure } from '../protocol/failure.ts';
import { AskUser, type PromptAnswer } from '../protocol/prompts.ts';
import type { Terminal } from './context.ts';
import type { Caller, Engine } from './engine.ts';
import { toFailure, toResponseError } from './errors.ts';
import type { RootLog } from './log.ts';
import { EventBatch } from './session-events.ts';
import { SocketReader, SocketWriter } from './session-transport.ts';
import { orAborted } from './terminal.ts';

/** What a session needs of the daemon. */
export type Services = {
  readonly log: RootLog;
  readonly logFile: string;
  readonly token: string;
  readonly self: HelloResult;
  /** Why this daemon cannot serve a client with this identity; undefined when it can. */
  mismatch(theirs: Identity): string | undefined;
  /** Opens it with the first request that needs it. */
  engine(): Promise<Engine>;
  report(): DaemonReport;
  /** Marks the daemon as working until the result is disposed of. */
  begin(): Disposable;
  /** Aborted when the daemon stops. */
  readonly stopping: AbortSignal;
  stop(reason: string): void;
  /** Lets another daemon take over: accepts no more, ends after what runs. */
  makeRoom(reason: string): void;
};

//  expecting-hello --right token, same identity--> greeted       any other message or hello --> closed
type State = 'expecting-hello' | 'greeted';

/** A connection says hello at once; what does not is no client. */
const helloMs = 5_000;
const unsentBytesForText = 8 * 1024 * 1024;

/** Serves a socket until it closes. */
export function startSession(socket: Socket, services: Services): void {
  const { log } = services;
  const connection = createMessageConnection(new SocketReader(socket), new SocketWriter(socket));
  const gone = new AbortController();
  let state: State = 'expecting-hello';

  connection.onRequest(Hello.method, ({ token, pid, identity }: HelloParams) => {
    if (!isSameText(token, services.token)) return refuse(errorCodes.refused, 'wrong token');
    const mismatch = identity && services.mismatch(identity);
    if (mismatch !== undefined) {
      services.makeRoom(mismatch);
      return refuse(errorCodes.replaced, mismatch);
    }
    clearTimeout(patience);
    state = 'greeted';
    log.debug({ pid }, 'client connected');
    return services.self;
  });

  work(Build, (engine, params, caller) => engine.build(params, caller));
  work(Watch, async (engine, params, caller) => {
    await engine.watch(params, caller);
    return null;
  });
  work(Targets, (engine, params, caller) => engine.targets(params, caller));
  work(WriteConfig, (engine, params, caller) => engine.writeConfig(params, caller));
  work(CacheStats, (engine) => Promise.resolve(engine.cacheStats()));
  for (const question of questions as readonly RequestType<unknown, unknown>[])
    work(question, (engine, params, caller) => engine.answer(question, params, caller));
  answer(Status, () => Promise.resolve(services.report()));
  answer(Stop, ({ reason }) => {
    // After the answer is on its way.
    setImmediate(() => services.stop(reason));
    return Promise.resolve({ pid: process.pid });
  });

  // A closed socket cancels nothing by itself: vscode-jsonrpc leaves running handlers alone.
  connection.onClose(() => {
    clearTimeout(patience);
    gone.abort();
    connection.dispose();
  });
  connection.onError(([error]) => log.warn({ err: error }, 'connection failed'));
  const patience = setTimeout(() => socket.destroy(), helloMs);
  connection.listen();

  function answer<P, R>(type: RequestType<P, R>, handle: (params: P, caller: Caller) => Promise<R>): void {
    connection.onRequest<P, unknown, unknown>(
      new MessageType<P, unknown, unknown>(type.method),
      async (params, token) => {
        if (state !== 'greeted') return refuse(errorCodes.refused, 'hello comes first');
        const left = new AbortController();
        token.onCancellationRequested(() => left.abort());
        const signal = AbortSignal.any([left.signal, gone.signal, services.stopping]);
        // Without the number equal requests are equal, and share a build.
        const { stream = 0, asks = false, ...request } = params as Partial<Streamed>;
        const batch = new EventBatch(
          // A closed connection throws, here from a timer, where it would end the daemon.
          (events) => {
            if (!gone.signal.aborted) void connection.sendNotification(Events.method, { stream, events });
          },
          () => socket.writableLength > unsentBytesForText,
        );
        const began = performance.now();
        try {
          const terminal = asks ? terminalOf(stream, signal, batch) : undefined;
          return await handle(request as P, { signal, report: (event) => batch.add(event), terminal });
        } catch (error) {
          const failure = toFailure(error, signal, log, services.logFile);
          log.info({ method: type.method, kind: failure.kind, failure: failure.message }, 'request failed');
          return toResponseError(failure);
        } finally {
          batch.close();
          log.info({ method: type.method, ms: Math.round(performance.now() - began) }, 'request answered');
        }
      },
    );
  }

  /** A request that the engine answers. */
  function work<P, R>(
    type: RequestType<P, R>,
    handle: (engine: Engine, params: P, caller: Caller) => Promise<R>,
  ): void {
    answer(type, async (params, caller) => {
      using _ = services.begin();
      return await handle(await services.engine(), params, caller);
    });
  }

  /** The person before the client, who has read all that was said before. */
  function terminalOf(stream: number, signal: AbortSignal, batch: EventBatch): Terminal {
    return {
      isThere: () => !signal.aborted,
      async ask(prompt) {
        batch.flush();
        const asked = connection.sendRequest<PromptAnswer>(AskUser.method, { stream, prompt });
        // Its client may be gone when nobody waits for it any more.
        asked.catch(() => undefined);
        try {
          return await orAborted(asked, signal);
        } catch (error) {
          if (signal.aborted || !(error instanceof ResponseError)) throw error;
          throw inputFailure(`Cannot go on without an answer to "${prompt.prompt}"`, { cause: error });
        }
      },
    };
  }

  function refuse(code: number, message: string): ResponseError<undefined> {
    log.warn({ code, why: message }, 'client refused');
    // The client hangs up when it reads this; `patience` does it otherwise.
    return new ResponseError(code, message);
  }
}

/** `theirs` may be anything. */
function isSameText(theirs: unknown, ours: string): boolean {
  const [left, right] = [Buffer.from(String(theirs)), Buffer.from(ours)];
  return left.length === right.length && timingSafeEqual(left, right);
}
