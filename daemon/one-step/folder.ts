// A folder: a project that a build backend knows, or a program with a __main__.py.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { stringAt, tableAt } from '../python/toml.ts';
import { choosePrograms } from './entries.ts';
import { type Installation, install, scriptsOf } from './installation.ts';
import { checkLock, checkPinned, findLock, relativeTo } from './needs.ts';
import type { Install, Plan, Planning } from './plan.ts';
import {
  type ProjectFile,
  checkedExtras,
  groupRequirements,
  readProjectFile,
  requiresOf,
} from './project-file.ts';
import { choosePython } from './python-choice.ts';
import { lockWord, planScript } from './script.ts';

export function planFolder(context: Context, planning: Planning): Promise<Plan> {
  const { folder } = planning;
  const file = readProjectFile(context, folder);
  if (isProject(context, folder, file)) return planProject(context, planning, file);
  const main = join(folder, '__main__.py');
  context.trace.file(main);
  if (!existsSync(main))
    throw inputFailure(
      `Cannot build ${folder}: it has no pyproject.toml with a project, setup.py or __main__.py`,
      {
        hint: 'name a script, such as `oxd build ./app.py`, or write a config with `oxd init-config-file`',
      },
    );
  const init = join(folder, '__init__.py');
  context.trace.file(init);
  return planScript(context, planning, { path: main, name: basename(folder), isPackage: existsSync(init) });
}

/** pyproject.toml may hold the settings of tools alone, and setup.cfg too. */
function isProject(context: Context, folder: string, file: ProjectFile | undefined): boolean {
  const [setup, settings] = [join(folder, 'setup.py'), join(folder, 'setup.cfg')];
  context.trace.file(setup);
  context.trace.file(settings);
  if (file?.project !== undefined || existsSync(setup)) return true;
  if (tableAt(file?.document, 'build-system') !== undefined) return true;
  if (tableAt(tableAt(file?.document, 'tool'), 'poetry') !== undefined) return true;
  return existsSync(settings) && /^\[metadata\]/m.test(readFileSync(settings, 'utf8'));
}

/** pip builds the project and installs it with its dependencies; with a lock, the dependencies are those of the lock. */
async function planProject(
  context: Context,
  planning: Planning,
  file: ProjectFile | undefined,
): Promise<Plan> {
  const { oneStep, folder } = planning;
  const { distribution, version } = await choosePython(context, planning, file && requiresOf(file));
  const name = stringAt(file?.project, 'name') ?? basename(folder);
  const extras = checkedExtras(file, oneStep.extras);
  const lock = findLock(context, planning);
  const others = [
    ...oneStep.pip,
    ...oneStep.requirements.flatMap((requirements) => ['-r', relativeTo(folder, requirements)]),
  ];
  const installs: Install[] =
    lock === undefined
      ? [
          {
            args: [
              extras.length === 0 ? '.' : `.[${extras.join(',')}]`,
              ...groupRequirements(file, oneStep.groups),
              ...others,
            ],
            why: 'The project of this folder, and what it depends on. Its modules are read where they are.',
          },
        ]
      : [
          { args: ['-r', lockWord(lock.word, planning)], why: 'What the lock file pins.' },
          {
            args: ['--no-deps', '.'],
            why: 'The project of this folder. Its modules are read where they are.',
          },
          ...(others.length === 0 ? [] : [{ args: others, why: 'Further packages.' }]),
        ];
  checkPinned(context, planning, installs, folder);
  const installation = await install(context, distribution, planning, installs);
  if (lock !== undefined)
    await checkLock(context, distribution, lock, {
      requirements: [...requiredBy(context, installation), ...groupRequirements(file, oneStep.groups)],
      extras,
      by: folder,
    });
  const programs = await choosePrograms(context, distribution, {
    oneStep,
    installation,
    scripts: scriptsOf(context, installation, 'projects'),
    subject: folder,
    name,
    areAllWanted: true,
  });
  return { subject: `the project ${name}`, python: version, installs, modules: undefined, programs };
}

/** What the metadata of the project asks for, whatever its backend took that from. */
function requiredBy(context: Context, { results }: Installation): string[] {
  return results.flatMap(({ tree, projects }) =>
    projects.flatMap(({ metadata }) => {
      const path = join(context.cache.trees.path(tree) ?? '', metadata, 'METADATA');
      if (metadata === '' || !existsSync(path)) return [];
      const header = readFileSync(path, 'utf8').split(/\r?\n\r?\n/, 1)[0] ?? '';
      return [...header.matchAll(/^Requires-Dist:\s*(.+?)\s*$/gim)].map(([, text = '']) => text);
    }),
  );
}
