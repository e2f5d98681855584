// From a word of the command line to the Python that it stands for.
import { resolve } from 'node:path';
import { environmentForSteps } from '../protocol/environment.ts';
import type { PythonRequest } from '../protocol/python-requests.ts';
import type { RequestType } from '../protocol/requests.ts';
import type { Task } from './command.ts';
import { perform } from './perform.ts';
import { Screen } from './screen.ts';

/** A version and a URL are taken as they are, anything else is a path. */
export function pythonRequest({ cwd, environment }: Task, word: string | undefined): PythonRequest {
  const isPath = word !== undefined && !/^\d+(\.\d+)*$/.test(word) && !/^https?:\/\//.test(word);
  const python = isPath ? resolve(cwd, word) : word;
  return {
    ...(python === undefined ? {} : { python }),
    environment: environmentForSteps(environment),
  };
}

/** Asks, showing what happens meanwhile. */
export async function ask<P extends object, R>(
  task: Task,
  question: RequestType<P, R>,
  params: Omit<P, 'stream'>,
): Promise<R> {
  const screen = new Screen(task);
  return perform(task, question, params, screen.performance).finally(() => screen.close());
}
