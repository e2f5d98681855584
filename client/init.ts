import { dirname, join } from 'node:path';

import { WriteConfig } from '../protocol/requests.ts';
import type { Task } from './command.ts';
import { configFileName } from './config-file-name.ts';
import { subjectRequest } from './config-request.ts';
import { checkNoConfig, writeNewConfig } from './new-config.ts';
import { writeError, writeOut } from './output.ts';
import { perform } from './perform.ts';
import { Screen } from './screen.ts';

/** Writes the config that `oxd build` without one goes by, beside the script or into the project's folder. */
export async function init(task: Task): Promise<number> {
  const { invocation } = task;
  const here = invocation.words.length === 0 && !invocation.flags.has('--pip') ? ['.'] : invocation.words;
  const { targets: _, ...request } = subjectRequest({ ...task, invocation: { ...invocation, words: here } });
  const path = join(dirname(request.config), configFileName);
  checkNoConfig(request.oneStep === undefined ? request.config : path);
  const screen = new Screen(task);
  const { text, targets } = await perform(task, WriteConfig, request, screen.performance).finally(() =>
    screen.close(),
  );
  writeNewConfig(path, text);
  if (task.isJson) {
    const result = { event: 'result', outcome: 'written', path, targets, exitCode: 0 };
    writeOut(`${JSON.stringify(result)}\n`);
  } else
    writeError(
      `writing ${path}\n\nBuild it with \`oxd build\`, run it with \`oxd run\`. Edit it to change what is built.\n`,
    );
  return 0;
}
