// `oxd trim`: run a program to see what it uses, keep that, run it again to compare.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { exitCodes, inputFailure } from '../protocol/failure.ts';
import {
  type BuiltProgram,
  ListOfUses,
  type ListOfUsesResult,
  type SizesResult,
  TrimmedProgram,
  TrimmedSizes,
  type TrimRequest,
  WatchedProgram,
  watchVariable,
} from '../protocol/trim-requests.ts';
import { Build } from '../protocol/requests.ts';
import { flagValue, flagValues, hasFlag, type Task } from './command.ts';
import { configRequest } from './config-request.ts';
import { writeError, writeOut } from './output.ts';
import { ask } from './python-request.ts';
import { splitWords } from './shell-words.ts';
import { type Difference, differencesOf } from './trim-compare.ts';
import { runOf, type Ran, type Run, runText } from './trim-run.ts';
import { sizesText } from './trim-sizes.ts';
import { UsageFailure } from './usage-failure.ts';

export async function trim(task: Task): Promise<number> {
  const data = flagValue(task, '--data') ?? 'all';
  if (data !== 'all' && data !== 'read') throw new UsageFailure('--data is "all" or "read"');
  const runs = runsOf(task);
  const request = trimRequest(task);
  const watched = await ask(task, WatchedProgram, request);

  const records = mkdtempSync(join(tmpdir(), 'oxd-trim-'));
  let before: readonly Ran[];
  let list: ListOfUsesResult;
  try {
    before = await runAll(task, runs, watched, { [watchVariable]: records });
    list = await ask(task, ListOfUses, {
      ...request,
      records,
      data,
      runs: runs.map(runText),
      write: hasFlag(task, '--write'),
    });
  } finally {
    rmSync(records, { recursive: true, force: true });
  }
  say(task, `writing ${list.seen + list.following} names of modules to ${request.list}`);

  const trimmed = await buildTrimmed(task, request, list);
  const sizes = await ask(task, TrimmedSizes, { before: watched.path, after: trimmed.path });
  const differences = await compare(task, { runs, before, watched, trimmed });
  return report(task, { request, list, trimmed, sizes, differences });
}

function trimRequest(task: Task): TrimRequest {
  const config = configRequest(task);
  const target = flagValue(task, '--target');
  return {
    ...config,
    ...(target === undefined ? {} : { target }),
    list: resolve(dirname(config.config), flagValue(task, '--list') ?? 'pyoxidizer-trim.txt'),
  };
}

/** What `--`, `--scenario` and `--test` ask for, in that order; one run without arguments when none does. */
function runsOf(task: Task): readonly Run[] {
  const { programArguments } = task.invocation;
  const scenarios = flagValues(task, '--scenario').map(([words = '']) => splitWords(words));
  const tests = flagValues(task, '--test').map(([command = '']): Run => ({ kind: 'test', command }));
  const isPlain = scenarios.length === 0 && tests.length === 0;
  return [
    ...(programArguments.length > 0 || isPlain
      ? [{ kind: 'program', args: programArguments, input: 'own' } as const]
      : []),
    ...scenarios.map((args): Run => ({ kind: 'program', args, input: 'none' })),
    ...tests,
  ];
}

async function runAll(
  task: Task,
  runs: readonly Run[],
  program: BuiltProgram,
  variables: Readonly<Record<string, string>>,
): Promise<readonly Ran[]> {
  const results: Ran[] = [];
  for (const run of runs) {
    say(task, `running ${runText(run)}`);
    const ran = await runOf(task, run, program.path, { variables, isShown: true });
    if (run.kind === 'test' && ran.end !== 0)
      throw inputFailure(`Cannot trim by a test that fails: it ended with ${ran.end}`, {
        hint: `it ran with OXD_PROGRAM=${program.path}, untrimmed: ${run.command}`,
      });
    results.push(ran);
  }
  return results;
}

/** Where the config uses the list it is built as ever; else aside, so that nobody takes it for what the config says. */
async function buildTrimmed(
  task: Task,
  { list: _list, target, ...config }: TrimRequest,
  { isUsed }: ListOfUsesResult,
): Promise<BuiltProgram> {
  if (isUsed === 'no') return ask(task, TrimmedProgram, trimRequest(task));
  const built = await ask(task, Build, {
    ...config,
    targets: target === undefined ? [] : [target],
    mode: 'run',
  });
  const [artifact] = built.artifacts;
  if (artifact === undefined) throw new Error('a build without an artifact');
  return { target: artifact.target, path: built.run?.path ?? artifact.path };
}

type Compared = {
  readonly runs: readonly Run[];
  readonly before: readonly Ran[];
  readonly watched: BuiltProgram;
  readonly trimmed: BuiltProgram;
};

async function compare(
  task: Task,
  { runs, before, watched, trimmed }: Compared,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const [index, run] of runs.entries()) {
    const first = before[index];
    if (first === undefined) continue;
    if (first.output === 'terminal') {
      say(task, `not run again, since it had the terminal: ${runText(run)}`);
      continue;
    }
    say(task, `running it again, trimmed: ${runText(run)}`);
    const again = { variables: {}, isShown: false, input: first.input };
    const second = await runOf(task, run, trimmed.path, again);
    const found = differencesOf(run, { path: watched.path, ran: first }, { path: trimmed.path, ran: second });
    if (found.length === 0) continue;
    // A program that prints the time never says the same: then there is nothing to compare.
    const control = await runOf(task, run, watched.path, again);
    const own = differencesOf(run, { path: watched.path, ran: first }, { path: watched.path, ran: control });
    const remaining = found.filter(({ what }) => own.every((other) => other.what !== what));
    differences.push(...remaining);
  }
  return differences;
}

type Outcome = {
  readonly request: TrimRequest;
  readonly list: ListOfUsesResult;
  readonly trimmed: BuiltProgram;
  readonly sizes: SizesResult;
  readonly differences: readonly Difference[];
};

function report(task: Task, { request, list, trimmed, sizes, differences }: Outcome): number {
  const exitCode = differences.length === 0 ? exitCodes.ok : exitCodes.input;
  if (task.isJson) {
    const outcome = differences.length === 0 ? 'trimmed' : 'differs';
    const result = { outcome, list: request.list, ...list, program: trimmed.path, ...sizes, differences };
    writeOut(`${JSON.stringify({ event: 'result', ...result, exitCode })}\n`);
    return exitCode;
  }
  writeOut(sizesText(sizes));
  writeError(`\n${usageText(request, list)}`);
  for (const { run, what, before, after } of differences)
    writeError(
      `error: The trimmed program differs: ${run}\n  ${what} was ${before}\n  ${what} is ${after}\n` +
        'hint: add what it misses to the list, or a run that uses it\n',
    );
  return exitCode;
}

function usageText({ config }: TrimRequest, { line, isUsed }: ListOfUsesResult): string {
  switch (isUsed) {
    case 'already':
      return '';
    case 'added':
      return `added to ${config}: ${line}\n`;
    case 'no':
      return `hint: to build with this list, put this line behind what is added to the program (--write does it):\n    ${line}\n`;
  }
}

function say(task: Task, text: string): void {
  if (task.isJson) writeOut(`${JSON.stringify({ event: 'notice', text })}\n`);
  else writeError(`${text}\n`);
}
