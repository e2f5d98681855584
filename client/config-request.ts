// From the command line to a request: which config, evaluated with what.
import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { environmentForSteps } from '../protocol/environment.ts';
import { environmentFailure, inputFailure } from '../protocol/failure.ts';
import type { ConfigRequest } from '../protocol/requests.ts';
import { flagValue, flagValues, hasFlag, type Task } from './command.ts';
import { configFileName } from './config-file-name.ts';
import { type Subject, subjectOf } from './one-step.ts';
import { UsageFailure } from './usage-failure.ts';

/** What a command about a config asks; `path` says where to look for it. */
export function configRequest(task: Task, path = flagValue(task, '--path') ?? '.'): ConfigRequest {
  return evaluationRequest(task, { kind: 'targets', targets: [] }, path);
}

/** What the words of `build`, `run` and `init` ask: targets of a config, or a program without one. */
export function subjectRequest(task: Task): ConfigRequest & { readonly targets: readonly string[] } {
  const subject = subjectOf(task, task.invocation.words);
  const targets = subject.kind === 'one-step' ? [] : subject.targets;
  return { ...evaluationRequest(task, subject, flagValue(task, '--path') ?? '.'), targets };
}

function evaluationRequest(task: Task, subject: Subject, path: string): ConfigRequest {
  const triple = flagValue(task, '--target-triple');
  return {
    ...(subject.kind === 'one-step'
      ? { config: subject.standsFor, oneStep: subject.oneStep }
      : { config: subject.kind === 'config' ? subject.path : findConfig(task, path) }),
    release: hasFlag(task, '--release'),
    ...(triple === undefined ? {} : { triple }),
    variables: variablesOf(task),
    environment: { ...environmentForSteps(task.environment), ...strictnessOf(task) },
  };
}

/** The flags are the variables, for one command: a build server sets them once. */
const strictnessOf = (task: Task): Record<string, string> => ({
  ...(hasFlag(task, '--offline') ? { OXD_OFFLINE: '1' } : {}),
  ...(hasFlag(task, '--locked') ? { OXD_LOCKED: '1' } : {}),
});

/** The file that PYOXIDIZER_CONFIG names, or the nearest one in a folder and its ancestors. */
function findConfig({ cwd, environment }: Pick<Task, 'cwd' | 'environment'>, path: string): string {
  const named = environment['PYOXIDIZER_CONFIG'];
  if (named !== undefined && named !== '') {
    const config = resolve(cwd, named);
    if (kindOf(config) === 'file') return config;
    throw inputFailure(`unable to find PyOxidizer config file at ${config}`, {
      hint: 'the environment variable PYOXIDIZER_CONFIG names it: correct it or unset it',
    });
  }
  const start = resolve(cwd, path);
  const kind = kindOf(start);
  // A folder or file that was mistyped must not lead to another project's config above it.
  if (kind === undefined)
    throw inputFailure(`unable to find PyOxidizer config file at ${start}`, {
      hint: `there is no ${basename(start)}; name the project's folder with --path`,
    });
  // A config under any name, or `--path project/pyoxidizer.bzl`.
  if (kind === 'file' && start.endsWith('.bzl')) return start;
  for (let folder = kind === 'file' ? dirname(start) : start; ; folder = dirname(folder)) {
    const config = join(folder, configFileName);
    if (kindOf(config) === 'file') return config;
    if (folder === dirname(folder)) break;
  }
  throw inputFailure(`unable to find PyOxidizer config file at ${start}`, {
    hint: buildableWithout(start)
      ? `build without one: \`oxd build ${start === cwd ? '.' : start}\`, or write one: \`oxd init\``
      : "write one with `oxd init-config-file .`, or name the project's folder with --path",
  });
}

/** A Python project, which needs no config. */
const buildableWithout = (folder: string): boolean =>
  ['pyproject.toml', 'setup.py', '__main__.py'].some((name) => kindOf(join(folder, name)) === 'file');

function kindOf(path: string): 'file' | 'other' | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    return found.isFile() ? 'file' : 'other';
  } catch (cause) {
    throw environmentFailure(`Cannot look for a config at ${path}: ${(cause as Error).message}`, { cause });
  }
}

function variablesOf(task: Task): Record<string, string | null> {
  const variables: Record<string, string | null> = {};
  const define = (name: string, value: string | null): void => {
    if (Object.hasOwn(variables, name)) throw new UsageFailure(`Starlark variable ${name} already defined`);
    variables[name] = value;
  };
  for (const [name = '', value = ''] of flagValues(task, '--var')) define(name, value);
  for (const [name = '', variable = ''] of flagValues(task, '--var-env'))
    define(name, task.environment[variable] ?? null);
  return variables;
}
