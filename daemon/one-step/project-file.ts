// What pyproject.toml says, as far as a build backend need not be asked.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TomlTable } from 'smol-toml';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { parseToml, stringAt, stringsAt, tableAt } from '../python/toml.ts';
import { nearestName } from '../starlark/spelling.ts';
import type { Requires } from './python-choice.ts';

export type ProjectFile = {
  readonly path: string;
  readonly document: TomlTable;
  /** Its table [project], where it has one. */
  readonly project: TomlTable | undefined;
};

/** The pyproject.toml of a folder; undefined when there is none. */
export function readProjectFile(context: Context, folder: string): ProjectFile | undefined {
  const path = join(folder, 'pyproject.toml');
  context.trace.file(path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const document = parseToml(text, path);
  return { path, document, project: tableAt(document, 'project') };
}

export function requiresOf({ path, project }: ProjectFile): Requires | undefined {
  const text = stringAt(project, 'requires-python');
  return text === undefined ? undefined : { text, where: path };
}

/** The requirements of dependency groups (PEP 735), those that they include with them. */
export function groupRequirements(file: ProjectFile | undefined, groups: readonly string[]): string[] {
  const table = tableAt(file?.document, 'dependency-groups');
  const seen = new Set<string>();
  const of = (group: string): string[] => {
    const name = normalized(group);
    if (seen.has(name)) return [];
    seen.add(name);
    const key = Object.keys(table ?? {}).find((candidate) => normalized(candidate) === name);
    const items = key === undefined ? undefined : table?.[key];
    if (!Array.isArray(items)) throw notThere('dependency group', group, file, Object.keys(table ?? {}));
    return items.flatMap((item) => {
      if (typeof item === 'string') return [item];
      const included = stringAt(item as TomlTable, 'include-group');
      return included === undefined ? [] : of(included);
    });
  };
  return groups.flatMap(of);
}

/** The dependencies that are written down, with those of some extras. */
export function writtenDependencies(file: ProjectFile, extras: readonly string[]): string[] {
  const optional = tableAt(file.project, 'optional-dependencies');
  return [
    ...stringsAt(file.project, 'dependencies'),
    ...checkedExtras(file, extras).flatMap((extra) => stringsAt(optional, extra)),
  ];
}

/** The extras as the project spells them. Those of a backend's own are for pip to know. */
export function checkedExtras(file: ProjectFile | undefined, extras: readonly string[]): string[] {
  const optional = tableAt(file?.project, 'optional-dependencies');
  const isKnown =
    optional !== undefined && !stringsAt(file?.project, 'dynamic').includes('optional-dependencies');
  return extras.map((extra) => {
    const found = Object.keys(optional ?? {}).find((name) => normalized(name) === normalized(extra));
    if (found === undefined && isKnown) throw notThere('extra', extra, file, Object.keys(optional));
    return found ?? extra;
  });
}

export const normalized = (name: string): string => name.replaceAll(/[-_.]+/g, '-').toLowerCase();

function notThere(
  what: string,
  name: string,
  file: ProjectFile | undefined,
  candidates: readonly string[],
): Error {
  const near = nearestName(name, candidates);
  return inputFailure(
    file === undefined
      ? `Cannot find the ${what} "${name}": there is no pyproject.toml`
      : `Cannot find the ${what} "${name}" in ${file.path}`,
    candidates.length === 0
      ? {}
      : { hint: near === undefined ? `there are ${candidates.join(', ')}` : `did you mean "${near}"?` },
  );
}
