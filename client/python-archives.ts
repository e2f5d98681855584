// `oxd python install`, `oxd python extract` and what PyOxidizer called the latter.
import { resolve } from 'node:path';
import { ExtractPython, InstallPython } from '../protocol/python-requests.ts';
import { flagValue, hasFlag, type Task } from './command.ts';
import { writeOut } from './output.ts';
import { ask, pythonRequest } from './python-request.ts';
import { UsageFailure } from './usage-failure.ts';

export async function pythonInstall(task: Task): Promise<number> {
  const installed = await ask(task, InstallPython, pythonRequest(task, task.invocation.words[0]));
  writeOut(
    task.isJson
      ? `${JSON.stringify({ event: 'result', ...installed, exitCode: 0 })}\n`
      : `${installed.reason}: ${installed.executable}\n`,
  );
  return 0;
}

export function pythonExtract(task: Task): Promise<number> {
  const [archive, folder = ''] = task.invocation.words;
  return extract(task, archive, folder);
}

/** `--download-default FOLDER`, `--archive-path ARCHIVE FOLDER`, or, as before 0.8, `ARCHIVE FOLDER`. */
export function distributionExtract(task: Task): Promise<number> {
  const { words } = task.invocation;
  const named = flagValue(task, '--archive-path');
  const isDefault = hasFlag(task, '--download-default');
  const folder = words.at(-1) ?? '';
  const given = [named, words.length === 2 ? words[0] : undefined].filter((word) => word !== undefined);
  if (given.length + Number(isDefault) > 1)
    throw new UsageFailure('name one archive: --download-default, --archive-path or ARCHIVE');
  if (given.length === 0 && !isDefault)
    throw new UsageFailure(
      'do not know what distribution to operate on',
      'say --download-default or --archive-path PATH',
    );
  return extract(task, given[0], folder);
}

async function extract(task: Task, archive: string | undefined, folder: string): Promise<number> {
  const into = resolve(task.cwd, folder);
  const done = await ask(task, ExtractPython, { ...pythonRequest(task, archive), into });
  writeOut(
    task.isJson
      ? `${JSON.stringify({ event: 'result', into, ...done, exitCode: 0 })}\n`
      : `extracting archive to ${folder}\n`,
  );
  return 0;
}
