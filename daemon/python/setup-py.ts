// Builds and installs a project of the user's: `setup.py install` as it is done since pip has taken its place.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Distribution } from './distribution.ts';
import { type PipResult, pipInstall } from './pip.ts';

export type SetupPyRequest = {
  /** Absolute. */
  readonly path: string;
  readonly extraEnvironment: Readonly<Record<string, string>>;
  /** What stands before the command: `setup.py ARGUMENTS bdist_wheel`. */
  readonly extraGlobalArguments: readonly string[];
};

/** The project alone, without what it requires. Throws an input Failure when the folder holds no project. */
export async function setupPyInstall(
  context: Context,
  distribution: Distribution,
  { path, extraEnvironment, extraGlobalArguments }: SetupPyRequest,
): Promise<PipResult> {
  context.trace.file(join(path, 'setup.py'));
  context.trace.file(join(path, 'pyproject.toml'));
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw inputFailure(`Cannot install "${path}": there is no such folder`, {
      hint: "name the folder that holds setup.py; a relative path starts at the config's folder",
    });
  if (!existsSync(join(path, 'setup.py')) && !existsSync(join(path, 'pyproject.toml')))
    throw inputFailure(`Cannot install "${path}": it has neither setup.py nor pyproject.toml`, {
      hint: 'use read_package_root() for packages that need no building',
    });
  return pipInstall(context, distribution, {
    // setuptools splits the setting as a shell would.
    args: [
      '--no-deps',
      ...(extraGlobalArguments.length === 0
        ? []
        : [
            '--use-pep517',
            `--config-settings=--global-option=${extraGlobalArguments.map(quoted).join(' ')}`,
          ]),
      path,
    ],
    extraEnvironment,
    directory: path,
  });
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
