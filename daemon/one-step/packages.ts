// Packages alone: what pip installs, and one of its scripts.
import type { Context } from '../context.ts';
import { choosePrograms } from './entries.ts';
import { install, scriptsOf } from './installation.ts';
import { checkPinned, findLock, relativeTo } from './needs.ts';
import type { Install, Plan, Planning } from './plan.ts';
import { normalized } from './project-file.ts';
import { choosePython } from './python-choice.ts';
import { lockWord } from './script.ts';

export async function planPackages(context: Context, planning: Planning): Promise<Plan> {
  const { oneStep, folder } = planning;
  const { distribution, version } = await choosePython(context, planning, undefined);
  // A lock in this folder is for the program of this folder.
  const lock = oneStep.lock === undefined ? undefined : findLock(context, planning);
  const args = [
    ...oneStep.pip,
    ...oneStep.requirements.flatMap((requirements) => ['-r', relativeTo(folder, requirements)]),
  ];
  const installs: Install[] =
    lock === undefined
      ? [{ args, why: 'Packages, as pip installs them.' }]
      : [{ args: ['-r', lockWord(lock.word, planning)], why: 'What the lock file pins.' }];
  const subject = oneStep.pip.join(', ');
  checkPinned(context, planning, installs, subject);
  const installation = await install(context, distribution, planning, installs);
  const programs = await choosePrograms(context, distribution, {
    oneStep,
    installation,
    scripts: scriptsOf(context, installation, {
      named: new Set(oneStep.pip.map((requirement) => normalized(nameOf(requirement)))),
    }),
    subject,
    name: nameOf(oneStep.pip[0] ?? ''),
    areAllWanted: false,
  });
  return { subject, python: version, installs, modules: undefined, programs };
}

/** "black" of "black[d]>=24" and of "./dist/black-24.1.0-py3-none-any.whl". */
const nameOf = (requirement: string): string =>
  /^([\w.-]*?\w)(?:-\d[^/]*)?(?:[[\s<>=!~;@].*|\.whl|\.tar\.gz|\.zip)?$/.exec(
    requirement.slice(requirement.search(/[^/]*$/)),
  )?.[1] ?? 'app';
