// The .pth files of a site-packages folder: further folders of modules, and the hooks of editable installs. A packed program
// has no such folder; what they lead to is packed as if it had been installed.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Context } from '../context.ts';

export type PathFiles = {
  /** Absolute folders that would be on sys.path; `packages` are those of a project's folder, undefined means all. */
  readonly roots: readonly { readonly path: string; readonly packages: readonly string[] | undefined }[];
  /** Packages and modules that setuptools' hook knows: dotted name, absolute path without a suffix. */
  readonly mapped: readonly { readonly name: string; readonly path: string }[];
};

/** What belongs to them alone: nothing of it is of use in a program. */
export const isPathHook = (path: string): boolean =>
  /^(?:[^/]+\.(?:pth|egg-link)|__editable___\w+_finder\.py)$/.test(path);

/** Folders of .pth files that are elsewhere, or further down; lines of code in them are setuptools' hooks or ignored. */
export function readPathFiles(context: Context, site: string): PathFiles {
  const roots = new Map<string, readonly string[] | undefined>();
  const mapped = new Map<string, string>();
  for (const name of list(site)) {
    if (name.endsWith('.pth'))
      for (const path of pathLines(context, site, name)) roots.set(path, projectPackages(context, path));
    else if (isPathHook(name) && name.endsWith('.py'))
      for (const [module, path] of mappingOf(read(context, join(site, name)))) mapped.set(module, path);
  }
  return {
    roots: [...roots].map(([path, packages]) => ({ path, packages })),
    mapped: [...mapped].map(([name, path]) => ({ name, path })),
  };
}

/** As CPython's site reads them: one folder a line, comments, and lines of code that begin with "import". */
function pathLines(context: Context, site: string, name: string): string[] {
  const lines = read(context, join(site, name)).split(/\r?\n/);
  return lines
    .map((line) => line.trim().replaceAll('\\', '/'))
    .filter((line) => line !== '' && !/^(#|import[ \t])/.test(line))
    .map((line) => resolve(site, line))
    .filter((path) => path !== site && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
}

/** Of a project's own folder, only what its egg-info names: its tests and tools are no part of the application. */
function projectPackages(context: Context, root: string): readonly string[] | undefined {
  const lists = list(root).filter((name) => name.endsWith('.egg-info'));
  context.trace.directory(root);
  const names = lists.flatMap((name) => read(context, join(root, name, 'top_level.txt')).split(/\s+/));
  const known = names.filter((name) => name !== '');
  return known.length === 0 ? undefined : known;
}

/** setuptools writes the packages of an editable project into its hook: `MAPPING: dict[str, str] = {'a.b': '/x/b'}`. */
function mappingOf(hook: string): (readonly [name: string, path: string])[] {
  const [, body = ''] = /^MAPPING\b[^={]*=\s*\{(.*)\}\s*$/m.exec(hook) ?? [];
  const text = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g;
  const words = [...body.matchAll(text)].map(([, single, double]) =>
    (single ?? double ?? '').replaceAll(/\\(.)/g, '$1'),
  );
  return words.flatMap((name, index) => {
    const path = words[index + 1];
    return index % 2 === 0 && path !== undefined && isAbsolute(path) ? [[name, path] as const] : [];
  });
}

/** Folders of .pth files within the tree itself, relative to it. */
export const foldersWithin = ({ roots }: PathFiles, site: string): readonly string[] =>
  roots.map(({ path }) => relative(site, path)).filter((path) => !path.startsWith('..'));

function read(context: Context, path: string): string {
  context.trace.file(path);
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path).toSorted();
  } catch {
    return [];
  }
}
