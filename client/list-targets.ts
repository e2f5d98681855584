import { Targets } from '../protocol/requests.ts';
import type { Task } from './command.ts';
import { configRequest } from './config-request.ts';
import { writeOut } from './output.ts';
import { perform } from './perform.ts';
import { Screen } from './screen.ts';

/** Names one per line, the default one marked with `*`. */
export async function listTargets(task: Task): Promise<number> {
  const screen = new Screen(task);
  const request = configRequest(task, task.invocation.words[0]);
  const targets = await perform(task, Targets, request, screen.performance).finally(() => screen.close());
  if (task.isJson) writeOut(`${JSON.stringify({ event: 'result', targets, exitCode: 0 })}\n`);
  else if (targets.length === 0) writeOut('(no targets defined)\n');
  else for (const target of targets) writeOut(`${target.default ? '*' : ''}${target.name}\n`);
  return 0;
}
