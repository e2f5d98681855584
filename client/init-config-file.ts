import { readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';

import { inputFailure } from '../protocol/failure.ts';
import { flagValue, flagValues, type Task } from './command.ts';
import { configFileName } from './config-file-name.ts';
import { writeNewConfig } from './new-config.ts';
import { writeError, writeOut } from './output.ts';

/** Writes a commented config into a folder, which gives the program its name. Never overwrites one. */
export function initConfigFile(task: Task): Promise<number> {
  const [path = ''] = task.invocation.words;
  const folder = resolve(task.cwd, path);
  const file = join(folder, configFileName);
  const text = fillTemplate(readTemplate(task.places.packageFolder), {
    name: nameOf(folder),
    code: flagValue(task, '--python-code'),
    packages: flagValues(task, '--pip-install').map(([name = '']) => name),
  });
  writeNewConfig(file, text);
  if (task.isJson)
    writeOut(`${JSON.stringify({ event: 'result', outcome: 'written', path: file, exitCode: 0 })}\n`);
  else
    writeError(
      `writing ${file}\n\n${nextSteps(relative(task.cwd, folder), flagValue(task, '--python-code'))}`,
    );
  return Promise.resolve(0);
}

function nameOf(folder: string): string {
  const name = basename(folder);
  if (name === '')
    throw inputFailure(`Cannot name a program after the folder "${folder}"`, {
      hint: 'give a folder with a name: `oxd init-config-file myapp`',
    });
  return name;
}

const readTemplate = (packageFolder: string): string =>
  readFileSync(join(packageFolder, 'client', 'new-project.bzl'), 'utf8');

type Choices = {
  readonly name: string;
  readonly code: string | undefined;
  readonly packages: readonly string[];
};

/**
 * Replaces the marks of the template, `$NAME`, `$PACKAGES` and `$RUN`, by Starlark literals. A line that begins with
 * `#?pip ` stays, without that, when there are packages, one with `#?no-pip ` when there are none, one with `#?code ` when
 * there is code to run.
 */
export function fillTemplate(template: string, { name, code, packages }: Choices): string {
  const kept = new Set([packages.length > 0 ? 'pip' : 'no-pip', ...(code === undefined ? [] : ['code'])]);
  const values: Readonly<Record<string, string>> = {
    NAME: starlarkString(name),
    RUN: starlarkString(code ?? ''),
    PACKAGES: `[${packages.map(starlarkString).join(', ')}]`,
  };
  return template
    .split('\n')
    .flatMap((line) => {
      const [, condition, rest] = /^#\?(\S+) (.*)$/.exec(line) ?? [];
      if (condition === undefined || rest === undefined) return [line];
      return kept.has(condition) ? [rest] : [];
    })
    .join('\n')
    .replace(/\$(NAME|RUN|PACKAGES)\b/g, (mark, key: string) => values[key] ?? mark);
}

/** A Starlark literal of the text. The escapes are those of the Starlark specification, section "String literals". */
export function starlarkString(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '"': '\\"',
    '\\': '\\\\',
  };
  const escaped = text.replace(
    // eslint-disable-next-line no-control-regex
    /["\\\x00-\x1f\x7f]/g,
    (character) => escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}

function nextSteps(folder: string, code: string | undefined): string {
  const quoted = /^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", String.raw`'\''`)}'`;
  return `A new configuration file has been created.
It says what \`oxd\` builds, and how.

To build the program and run it:

${folder === '' ? '' : `  $ cd ${quoted}\n`}  $ oxd run

${code === undefined ? 'The program is a Python REPL.' : 'The program runs the Python code you gave.'} Edit the file to change that.
`;
}
