import { resolve } from 'node:path';

import { GenerateEmbedding } from '../protocol/embedding-requests.ts';
import { environmentForSteps } from '../protocol/environment.ts';
import { flagValue, type Task } from './command.ts';
import { writeError, writeOut } from './output.ts';
import { ask } from './python-request.ts';

/** Writes what a Rust program embeds when Python itself is all of it. */
export async function generateEmbedding(task: Task): Promise<number> {
  const folder = resolve(task.cwd, task.invocation.words[0] ?? '');
  const triple = flagValue(task, '--target-triple');
  const python = flagValue(task, '--python-version');
  const { version, files } = await ask(task, GenerateEmbedding, {
    folder,
    flavor: flagValue(task, '--flavor') ?? 'standalone',
    ...(triple === undefined ? {} : { triple }),
    ...(python === undefined ? {} : { python }),
    environment: environmentForSteps(task.environment),
  });
  if (task.isJson)
    writeOut(
      `${JSON.stringify({ event: 'result', outcome: 'written', path: folder, version, files: files.length, exitCode: 0 })}\n`,
    );
  else writeError(`writing Python ${version} for Rust programs to ${folder}\n`);
  return 0;
}
