// A script: it, the modules beside it that it imports, and what it says that it needs.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TomlTable } from 'smol-toml';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { stringAt, stringsAt } from '../python/toml.ts';
import { checkFunction } from './entries.ts';
import { inlineMetadata } from './inline-metadata.ts';
import { type Installation, install } from './installation.ts';
import { type MissingModule, localModules } from './local-modules.ts';
import { checkLock, checkPinned, findLock, relativeTo } from './needs.ts';
import { projectOfModule } from './package-names.ts';
import type { Install, Plan, Planning, Start } from './plan.ts';
import {
  type ProjectFile,
  groupRequirements,
  readProjectFile,
  requiresOf,
  writtenDependencies,
} from './project-file.ts';
import { choosePython } from './python-choice.ts';

export type Starter = {
  /** The file that starts, in the config's folder. */
  readonly path: string;
  /** What the program is called where nobody says. */
  readonly name: string;
  /** Whether the config's folder is a package, whose __main__.py this is: imports start in the folder above. */
  readonly isPackage: boolean;
};

/** A script is run as `python -m` would run its module: `__file__`, `__name__` and tracebacks are those of `python SCRIPT`. */
export async function planScript(
  context: Context,
  planning: Planning,
  { path, name, isPackage }: Starter,
): Promise<Plan> {
  const { oneStep, folder } = planning;
  const module = isPackage ? basename(folder) : basename(path, '.py');
  const text = readScript(context, path);
  checkModuleName(context, path, module, isPackage);
  const metadata = inlineMetadata(text, path);
  const file = metadata === undefined ? readProjectFile(context, folder) : undefined;
  const inlineRequires = stringAt(metadata, 'requires-python');
  const requires =
    inlineRequires === undefined ? file && requiresOf(file) : { text: inlineRequires, where: path };
  const { distribution, version } = await choosePython(context, planning, requires);

  const lock = findLock(context, planning, module);
  const needs = needsOf(context, planning, { path, metadata, file });
  const others = [
    ...(lock === undefined ? needs.requirements : []),
    ...oneStep.pip,
    // With a lock, a requirements file that nobody has named is what it was made of.
    ...(lock === undefined ? needs.files : oneStep.requirements).flatMap((file) => [
      '-r',
      relativeTo(folder, file),
    ]),
  ];
  const installs: Install[] = [
    ...(lock === undefined
      ? []
      : [{ args: ['-r', lockWord(lock.word, planning)], why: 'What the lock file pins.' }]),
    ...(others.length === 0 ? [] : [{ args: others, why: needs.why }]),
  ];
  checkPinned(context, planning, installs, basename(path));
  if (lock !== undefined)
    await checkLock(context, distribution, lock, {
      requirements: needs.requirements,
      extras: oneStep.extras,
      by: needs.by,
    });
  const installation = await install(context, distribution, planning, installs);
  const local = await localModules(context, distribution, {
    root: isPackage ? dirname(folder) : folder,
    files: isPackage ? [join(folder, '__init__.py'), path] : [path],
    module,
    include: oneStep.include,
    installed: installation.topLevel,
  });
  if (local.missing.length > 0) throw missingModules(local.missing, path);
  const names = [...new Set([module, ...local.names, ...oneStep.include])];
  const start = await startOf(context, planning, { distribution, installation, names, module, path });
  return {
    subject: basename(path),
    python: version,
    installs,
    modules: { root: isPackage ? '..' : '.', names },
    programs: [{ name: oneStep.name ?? name, start }],
  };
}

/** The word for a lock file, with the extras and groups that are wanted of it. */
export function lockWord(word: string, { oneStep }: Planning): string {
  const selected = [...oneStep.extras, ...oneStep.groups];
  return selected.length === 0 ? word : `${word}[${selected.join(',')}]`;
}

function readScript(context: Context, path: string): string {
  context.trace.file(path);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw inputFailure(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** A module is found by its name: one with a dot is not, and a package of the same name comes first. */
function checkModuleName(context: Context, path: string, module: string, isPackage: boolean): void {
  if (module.includes('.'))
    throw inputFailure(`Cannot build ${path}: a module's name has no dot`, { hint: `rename ${module}` });
  if (isPackage) return;
  const rival = join(dirname(path), module, '__init__.py');
  context.trace.file(rival);
  if (existsSync(rival))
    throw inputFailure(`Cannot build ${path}: the package ${module}/ beside it has its name`, {
      hint: `rename the script; to build the package, name its folder: \`oxd build ./${module}\``,
    });
}

type Needs = {
  readonly requirements: readonly string[];
  readonly files: readonly string[];
  readonly why: string;
  /** Who asks for the requirements. */
  readonly by: string;
};

/** The script's own block says it all; else the project around it, and else a requirements.txt beside it. */
function needsOf(
  context: Context,
  { oneStep, folder }: Planning,
  of: {
    readonly path: string;
    readonly metadata: TomlTable | undefined;
    readonly file: ProjectFile | undefined;
  },
): Needs {
  const { path, metadata, file } = of;
  const named = oneStep.requirements;
  const groups = groupRequirements(file, oneStep.groups);
  if (metadata !== undefined) {
    const requirements = [...stringsAt(metadata, 'dependencies'), ...groups];
    return { requirements, files: named, why: 'What the script says that it needs.', by: path };
  }
  const written = file?.project === undefined ? [] : writtenDependencies(file, oneStep.extras);
  if (file !== undefined && written.length > 0)
    return {
      requirements: [...written, ...groups],
      files: named,
      why: 'The dependencies in pyproject.toml.',
      by: file.path,
    };
  const usual = join(folder, 'requirements.txt');
  context.trace.file(usual);
  const files = named.length > 0 ? named : existsSync(usual) ? [usual] : [];
  const why = files.length === 0 ? 'Packages, as pip installs them.' : 'What the requirements file names.';
  return { requirements: groups, files, why, by: path };
}

async function startOf(
  context: Context,
  { oneStep }: Planning,
  of: {
    readonly distribution: Parameters<typeof checkFunction>[1];
    readonly installation: Installation;
    readonly names: readonly string[];
    readonly module: string;
    readonly path: string;
  },
): Promise<Start> {
  if (oneStep.entry === undefined) return { kind: 'module', module: of.module };
  const [module = '', attribute] = oneStep.entry.split(':', 2).map((part) => part.trim());
  if (attribute === undefined) return { kind: 'module', module };
  const isLocal = of.names.includes(module.split('.')[0] ?? '');
  if (!isLocal)
    await checkFunction(
      context,
      of.distribution,
      { installation: of.installation, scripts: [], subject: of.path },
      { module, attribute },
    );
  return { kind: 'function', module, attribute };
}

/** Of modules in a message. */
const namedMax = 10;

function missingModules(missing: readonly MissingModule[], path: string): Error {
  const lines = missing
    .slice(0, namedMax)
    .map(({ module, file, line }) => `  ${module}, imported by ${file}, line ${line}`);
  const packages = missing.slice(0, namedMax).map(({ module }) => projectOfModule(module));
  return inputFailure(
    `Cannot find ${missing.length === 1 ? 'a module' : `${missing.length} modules`} that ${basename(path)} needs\n${lines.join('\n')}`,
    {
      hint: `if PyPI has it as ${packages.join(', ')}: add ${packages
        .map((name) => `--pip ${name}`)
        .join(' ')}, or write it into requirements.txt or the script's "# /// script" block`,
    },
  );
}
