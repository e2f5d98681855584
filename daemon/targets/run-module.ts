// A program that starts with a module needs that module: else it is built, and says so when it is started elsewhere.
import { inputFailure } from '../../protocol/failure.ts';
import type { PythonExecutableValue } from '../config/resolved-target.ts';
import { nearestName } from '../starlark/spelling.ts';
import type { Placement } from './additions.ts';

/** Of names in a hint. */
const namedMax = 12;

/**
 * Throws an input failure when `run_module` names what the program does not have. Where modules may come from other places
 * (a search path, the environment, a file beside it), only the running program can tell.
 */
export function checkRunModule(
  { name: program, interpreter, packedResources }: PythonExecutableValue,
  placement: Pick<Placement, 'layers' | 'beside'>,
): void {
  const { run, searchPaths = [], filesystemImporter, useEnvironment } = interpreter;
  if (run.mode !== 'module' || searchPaths.length > 0 || packedResources === 'none') return;
  if (filesystemImporter === true || useEnvironment === true) return;
  const { runnable, packages } = modulesOf(placement);
  if (runnable.has(run.name)) return;
  const own = [...runnable].filter(([, isStdlib]) => !isStdlib).map(([name]) => name);
  const message = packages.has(run.name)
    ? `Cannot run the package "${run.name}" in ${program}: it has no module __main__`
    : `Cannot run the module "${run.name}": ${program} does not have it`;
  throw inputFailure(message, { hint: hintFor(run.name, own, runnable.keys()) });
}

function hintFor(wanted: string, own: readonly string[], all: Iterable<string>): string {
  const inside = own.filter((name) => name.startsWith(`${wanted}.`));
  if (inside.length > 0) return `it has ${inside.toSorted().slice(0, namedMax).join(', ')}`;
  const near = nearestName(wanted, own) ?? nearestName(wanted, all);
  if (near !== undefined) return `did you mean "${near}"?`;
  const top = own.filter((name) => !name.includes('.') && !name.startsWith('_')).toSorted();
  const rest = top.length > namedMax ? ', …' : '';
  return top.length === 0
    ? 'add what brings it: exe.add_python_resources(exe.pip_install(["PACKAGE"]))'
    : `it has ${top.slice(0, namedMax).join(', ')}${rest}; or add what brings it with add_python_resources()`;
}

/** By what files are called: in files mode nothing else is known of them. */
function modulesOf({ layers, beside }: Pick<Placement, 'layers' | 'beside'>): {
  /** With whether it is of the standard library. */
  readonly runnable: ReadonlyMap<string, boolean>;
  readonly packages: ReadonlySet<string>;
} {
  const runnable = new Map<string, boolean>();
  const packages = new Set<string>();
  for (const { resource } of [...layers.flatMap(({ packed }) => packed), ...beside]) {
    const { path, isStdlib } = resource;
    const file = /^(?:lib\/python\d\.\d+\/)?(.+)\.pyc?$/.exec(path)?.[1];
    if (file === undefined || file.includes('__pycache__')) continue;
    const name = file.replaceAll('/', '.');
    if (name.endsWith('.__init__')) packages.add(name.slice(0, -'.__init__'.length));
    else runnable.set(name, isStdlib);
    if (name.endsWith('.__main__')) runnable.set(name.slice(0, -'.__main__'.length), isStdlib);
  }
  return { runnable, packages };
}
