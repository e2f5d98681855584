import type { BuildRequest } from '../protocol/requests.ts';
import { isPathWord } from './one-step.ts';
import { performBuild } from './build.ts';
import { flagValue, type Task } from './command.ts';
import { subjectRequest } from './config-request.ts';
import { Screen } from './screen.ts';
import { UsageFailure } from './usage-failure.ts';

/** Builds what is to be run, saying nothing when it is up to date, and becomes it. */
export async function run(task: Task): Promise<number> {
  const target = flagValue(task, '--target');
  const word = task.invocation.words.find((one) => !isPathWord(one));
  // Without a path it is an argument of the program that lacks its `--`, more often than a target.
  if (word !== undefined)
    throw new UsageFailure(
      `unexpected "${word}": the program's arguments follow \`--\``,
      'a target is named with --target, a script or folder by its path',
    );
  const subject = subjectRequest(task);
  if (target !== undefined && subject.oneStep !== undefined)
    throw new UsageFailure('--target is for configs, and none is used here', 'choose with --entry');
  const request: BuildRequest = {
    ...subject,
    targets: target === undefined ? [] : [target],
    mode: 'run',
  };
  const outcome = await performBuild(task, request, new Screen(task));
  if (outcome.run === undefined) throw new Error('a build for `run` did not say what to run');
  const { become } = await import('./become.ts');
  return become(outcome.run.path, task.invocation.programArguments);
}
