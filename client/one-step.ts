// Programs without a config: from the command line to what the daemon writes a config for.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { inputFailure } from '../protocol/failure.ts';
import type { OneStep } from '../protocol/requests.ts';
import { flagValue, flagValues, type Task } from './command.ts';
import { configFileName } from './config-file-name.ts';
import { UsageFailure } from './usage-failure.ts';

/** What the words of a command name: what stands in a config's place, a folder's own config, or targets alone. */
export type Subject =
  | { readonly kind: 'one-step'; readonly oneStep: OneStep; readonly standsFor: string }
  | { readonly kind: 'config'; readonly path: string; readonly targets: readonly string[] }
  | { readonly kind: 'targets'; readonly targets: readonly string[] };

/** A word with a slash, that ends in ".py", or is "." or ".." is a path; any other is the name of a target. */
export const isPathWord = (word: string): boolean =>
  word.includes('/') || word.endsWith('.py') || word === '.' || word === '..';

/** Flags that only mean something where there is no config. */
const oneStepFlags = [
  '--pip',
  '--entry',
  '--name',
  '--python',
  '--extra',
  '--group',
  '--requirements',
  '--lock',
  '--include',
] as const;
/** Flags that only mean something to a config. */
const configFlags = ['--path', '--var', '--var-env'] as const;

/** Reads the words of `build`, `run` and `init`; throws where they contradict each other or name nothing. */
export function subjectOf(task: Task, words: readonly string[]): Subject {
  const given = oneStepFlags.filter((flag) => flagValues(task, flag).length > 0);
  const [path, ...more] = words.filter(isPathWord);
  const targets = words.filter((word) => !isPathWord(word));
  if (path === undefined && !given.includes('--pip')) {
    if (given[0] === undefined) return { kind: 'targets', targets };
    throw new UsageFailure(
      `${given[0]} is for programs without a config`,
      'name what to build: a script, a folder (`.` is this one), or packages with --pip',
    );
  }
  if (more[0] !== undefined)
    throw new UsageFailure(`unexpected "${more[0]}": one script or folder is built at a time`);
  const found = path === undefined ? ({ kind: 'packages', path: task.cwd } as const) : find(task, path);
  if (found.kind === 'config') {
    if (given[0] === undefined) return { ...found, targets };
    throw new UsageFailure(
      `${given[0]} is for programs without a config, and there is one: ${found.path}`,
      'change the config, or remove it',
    );
  }
  if (targets[0] !== undefined)
    throw new UsageFailure(
      `unexpected "${targets[0]}": without a config there are no targets to choose from`,
      'choose among several programs with --entry; a path has a slash, such as "./name"',
    );
  const wrong = configFlags.find((flag) => flagValues(task, flag).length > 0);
  if (wrong !== undefined)
    throw new UsageFailure(`${wrong} is for configs, and none is used here`, 'leave one of the two out');
  return { kind: 'one-step', oneStep: oneStepOf(task, found), standsFor: standIn(found) };
}

type Found = OneStep['subject'] | { readonly kind: 'config'; readonly path: string };

/** A folder's own config is what it is built by. */
function find({ cwd }: Task, word: string): Found {
  const path = resolve(cwd, word);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw inputFailure(`Cannot build "${word}": there is no such file or folder`, {
      hint: `it was looked for at ${path}`,
    });
  if (stat.isDirectory()) {
    const config = join(path, configFileName);
    return existsSync(config) ? { kind: 'config', path: config } : { kind: 'folder', path };
  }
  if (path.endsWith('.bzl')) return { kind: 'config', path };
  if (basename(path) === 'pyproject.toml' || basename(path) === 'setup.py')
    return { kind: 'folder', path: dirname(path) };
  if (path.endsWith('.py')) return { kind: 'script', path };
  throw inputFailure(`Cannot build "${word}": it is neither a Python script nor a folder`, {
    hint: 'a script ends in .py, a config in .bzl',
  });
}

/** The path that requests, messages and traces name where there is no config. */
function standIn({ kind, path }: OneStep['subject']): string {
  switch (kind) {
    case 'script':
      return path;
    case 'folder':
      return join(path, 'pyproject.toml');
    case 'packages':
      return join(path, configFileName);
  }
}

function oneStepOf(task: Task, subject: OneStep['subject']): OneStep {
  const { cwd } = task;
  const all = (flag: `--${string}`): string[] => flagValues(task, flag).map(([value = '']) => value);
  const one = <Name extends string>(name: Name, value: string | undefined): { [K in Name]?: string } =>
    (value === undefined ? {} : { [name]: value }) as { [K in Name]?: string };
  const lock = flagValue(task, '--lock');
  return {
    subject,
    pip: all('--pip').map((word) => absolutePath(cwd, word)),
    ...one('entry', flagValue(task, '--entry')),
    ...one('name', flagValue(task, '--name')),
    ...one('python', flagValue(task, '--python')),
    extras: all('--extra'),
    groups: all('--group'),
    requirements: all('--requirements').map((file) => resolve(cwd, file)),
    ...one('lock', lock === undefined ? undefined : resolve(cwd, lock)),
    include: all('--include'),
  };
}

/** `./dist/app.whl` and `../lib[extra]` mean the folder of whoever types them, not the config's. */
const absolutePath = (cwd: string, requirement: string): string =>
  /^\.{0,2}\//.test(requirement) || requirement === '.' ? resolve(cwd, requirement) : requirement;
