import type { BuildRequest } from '../protocol/requests.ts';
import { performBuild } from './build.ts';
import { flagValue, type Task } from './command.ts';
import { configRequest } from './config-request.ts';
import { Screen } from './screen.ts';

/** Builds what is to be run, saying nothing when it is up to date, and becomes it. */
export async function run(task: Task): Promise<number> {
  const target = flagValue(task, '--target');
  const request: BuildRequest = {
    ...configRequest(task),
    targets: target === undefined ? [] : [target],
    mode: 'run',
  };
  const outcome = await performBuild(task, request, new Screen(task));
  if (outcome.run === undefined) throw new Error('a build for `run` did not say what to run');
  const { become } = await import('./become.ts');
  return become(outcome.run.path, task.invocation.programArguments);
}
