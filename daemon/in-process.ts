// The engine without a daemon around it, for `--no-daemon`. Entry of its own: loaded into the client's process.
import { errorCodes, failureData, type FailureData } from '../protocol/failure-data.ts';
import {
  Build,
  type BuildRequest,
  CacheStats,
  type ConfigRequest,
  type RequestType,
  Targets,
  Watch,
  WriteConfig,
} from '../protocol/requests.ts';
import { questions } from '../protocol/questions.ts';
import { inputFailure } from '../protocol/failure.ts';
import type { Log, Terminal } from './context.ts';
import type { Caller, CreateEngine, Engine } from './engine.ts';
import { toFailure } from './errors.ts';
import { orAborted } from './terminal.ts';

type Reply =
  | { readonly result: unknown }
  | {
      readonly error: { readonly code: number; readonly message: string; readonly data: FailureData };
    };
export type InProcessEngine = {
  /** As over the wire; errors are returned as data, since classes of two copies of this code never match. */
  answer(method: string, params: object, caller: Caller): Promise<Reply>;
  close(): Promise<void>;
};
export type OpenEngine = (options: { readonly cacheFolder: string }) => Promise<InProcessEngine>;

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export const openEngine: OpenEngine = async ({ cacheFolder }) => {
  let engine: Engine | undefined;
  // Opened with the first request, so that a cache that cannot be used is an answer too.
  const open = async (): Promise<Engine> => {
    const { createEngine } = (await import('./builds.ts')) as { createEngine: CreateEngine };
    engine ??= await createEngine({ cacheFolder, log: silent });
    return engine;
  };
  return {
    async answer(method, params, caller) {
      try {
        return { result: await dispatch(await open(), method, params, withOwnFailures(caller)) };
      } catch (error) {
        const failure = toFailure(error, caller.signal, silent);
        const message =
          failure.kind === 'bug' && failure.cause instanceof Error
            ? `${failure.message}\n${failure.cause.stack ?? ''}`
            : failure.message;
        return { error: { code: errorCodes[failure.kind], message, data: failureData(failure) } };
      }
    },
    close: async () => engine?.[Symbol.asyncDispose](),
  };
};

/** What the client's code throws is none of this code's classes. */
function withOwnFailures(caller: Caller): Caller {
  const { terminal } = caller;
  if (terminal === undefined) return caller;
  const ask: Terminal['ask'] = async (prompt) => {
    try {
      return await orAborted(terminal.ask(prompt), caller.signal);
    } catch (cause) {
      caller.signal.throwIfAborted();
      throw inputFailure(`Cannot go on without an answer to "${prompt.prompt}"`, { cause });
    }
  };
  return { ...caller, terminal: { ...terminal, ask } };
}

async function dispatch(engine: Engine, method: string, params: object, caller: Caller): Promise<unknown> {
  switch (method) {
    case Build.method:
      return engine.build(params as BuildRequest, caller);
    case Watch.method:
      await engine.watch(params as BuildRequest, caller);
      return null;
    case Targets.method:
      return engine.targets(params as ConfigRequest, caller);
    case WriteConfig.method:
      return engine.writeConfig(params as ConfigRequest, caller);
    case CacheStats.method:
      return engine.cacheStats();
    default: {
      const question = questions.find((known) => known.method === method) as
        | RequestType<unknown, unknown>
        | undefined;
      if (question === undefined) throw new Error(`the engine does not answer ${method}`);
      return engine.answer(question, params, caller);
    }
  }
}
