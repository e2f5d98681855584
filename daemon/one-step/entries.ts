// What starts: the entry that was named, or the scripts of what was installed.
import { type Failure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Distribution } from '../python/distribution.ts';
import { importsOf, standardNames } from '../python/imports.ts';
import { nearestName } from '../starlark/spelling.ts';
import type { Installation, Script } from './installation.ts';
import type { OneStep } from '../../protocol/requests.ts';
import type { Program, Start } from './plan.ts';
import { normalized } from './project-file.ts';

export type EntryChoice = {
  readonly oneStep: OneStep;
  readonly installation: Installation;
  readonly scripts: readonly Script[];
  /** For messages: "black", or the path of a project. */
  readonly subject: string;
  /** Where an entry says no name. */
  readonly name: string;
  /** Whether several scripts make several programs. */
  readonly areAllWanted: boolean;
};

/** The programs to build. Throws an input failure that names the candidates where nothing can be chosen. */
export async function choosePrograms(
  context: Context,
  distribution: Distribution,
  choice: EntryChoice,
): Promise<readonly Program[]> {
  const { oneStep, scripts, subject } = choice;
  if (oneStep.entry !== undefined) return [await entryProgram(context, distribution, choice, oneStep.entry)];
  if (scripts.length === 0) throw noScripts(choice);
  if (scripts.length > 1 && !choice.areAllWanted)
    throw inputFailure(`Cannot tell which program of ${subject} to build: it has ${listed(scripts)}`, {
      hint: `choose one with --entry, such as --entry ${scripts[0]?.name}`,
    });
  if (scripts.length > 1 && oneStep.name !== undefined)
    throw inputFailure(
      `Cannot name ${scripts.length} programs "${oneStep.name}": there are ${listed(scripts)}`,
      {
        hint: 'choose one with --entry',
      },
    );
  return scripts.map((script) => ({ name: oneStep.name ?? script.name, start: startOf(script) }));
}

const startOf = ({ module, attribute }: Script): Start => ({ kind: 'function', module, attribute });
const listed = (scripts: readonly Script[]): string => scripts.map(({ name }) => name).join(', ');

async function entryProgram(
  context: Context,
  distribution: Distribution,
  choice: EntryChoice,
  entry: string,
): Promise<Program> {
  const { oneStep, installation, scripts } = choice;
  const [module = '', attribute] = entry.split(':', 2).map((part) => part.trim());
  if (attribute !== undefined) {
    await checkFunction(context, distribution, choice, { module, attribute });
    return { name: oneStep.name ?? choice.name, start: { kind: 'function', module, attribute } };
  }
  const script =
    scripts.find(({ name }) => name === entry) ??
    scripts.find(({ name }) => normalized(name) === normalized(entry));
  if (script !== undefined) return { name: oneStep.name ?? script.name, start: startOf(script) };
  const isPackage = [...installation.modules.keys()].some((name) => name.startsWith(`${module}.`));
  if (isPackage && !installation.modules.has(`${module}.__main__`))
    throw inputFailure(`Cannot start the package "${module}": it has no __main__.py`, {
      hint: `name one of its functions: --entry ${module}:main`,
    });
  if (!installation.modules.has(module)) {
    const names = [...scripts.map(({ name }) => name), ...installation.topLevel];
    throw notThere(`Cannot find the entry "${entry}" in ${choice.subject}`, entry, names, 'it has');
  }
  return { name: oneStep.name ?? choice.name, start: { kind: 'module', module } };
}

/** The module must be there, and where its text tells what it defines, the function too. */
export async function checkFunction(
  context: Context,
  distribution: Distribution,
  { installation, scripts, subject }: Pick<EntryChoice, 'installation' | 'scripts' | 'subject'>,
  { module, attribute }: { readonly module: string; readonly attribute: string },
): Promise<void> {
  const resource = installation.modules.get(module) ?? installation.modules.get(`${module}.__init__`);
  const given = `${module}:${attribute}`;
  if (!/^[^\W\d]\w*(\.[^\W\d]\w*)*$/u.test(attribute))
    throw inputFailure(`Cannot read the entry "${given}"`, { hint: 'write it as module:function' });
  if (resource === undefined) {
    const standard = await standardNames(context, distribution);
    if (standard.has(module.split('.')[0] ?? '')) return;
    const names = [...scripts.map((script) => script.module), ...installation.modules.keys()];
    throw notThere(`Cannot find the module "${module}" of the entry "${given}" in ${subject}`, module, names);
  }
  const { content, what } = resource;
  if (what.kind !== 'module-source' || content.at !== 'file') return;
  const [found] = await importsOf(context, distribution, [content]);
  const [first = ''] = attribute.split('.');
  if (found === undefined || found.isOpen || found.defines.includes(first)) return;
  const inModule = scripts.filter((script) => script.module === module).map((script) => script.attribute);
  throw notThere(`Cannot find "${first}" in the module "${module}"`, first, [...inModule, ...found.defines]);
}

/** Of names in a hint. */
const namedMax = 12;

function notThere(message: string, name: string, candidates: readonly string[], lead = 'there are'): Failure {
  const near = nearestName(name, candidates);
  const shown = [...new Set(candidates)].filter((candidate) => !candidate.startsWith('_')).slice(0, namedMax);
  if (near !== undefined) return inputFailure(message, { hint: `did you mean "${near}"?` });
  return inputFailure(message, shown.length === 0 ? {} : { hint: `${lead} ${shown.join(', ')}` });
}

function noScripts({ subject, installation }: EntryChoice): Failure {
  const runnable = [...installation.modules.keys()].filter((name) => /^[^.]+\.__main__$/.test(name));
  const [module] = runnable.map((name) => name.replace('.__main__', ''));
  return inputFailure(`Cannot tell what to start: ${subject} has no scripts`, {
    hint:
      module === undefined
        ? 'name a function or a module with --entry, such as --entry module:main, or add [project.scripts] to pyproject.toml'
        : `start its module with --entry ${module}, or name a function: --entry ${module}.module:main`,
  });
}
