// What pip has installed for a program without a config, before its config asks for the same: which modules, which scripts.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { Distribution } from '../python/distribution.ts';
import { type PipResult, pipInstall, pipResources } from '../python/pip.ts';
import type { Resource } from '../python/resource.ts';
import type { Install, Planning } from './plan.ts';
import { normalized } from './project-file.ts';

export type Script = { readonly name: string; readonly module: string; readonly attribute: string };

export type Installation = {
  readonly results: readonly PipResult[];
  /** Modules by their full name. */
  readonly modules: ReadonlyMap<string, Resource>;
  /** Names that can be imported: of modules, packages, and folders of packages. */
  readonly topLevel: ReadonlySet<string>;
};

/** Runs pip as the config will; its results are there then. */
export async function install(
  context: Context,
  distribution: Distribution,
  { folder }: Planning,
  installs: readonly Install[],
): Promise<Installation> {
  const results: PipResult[] = [];
  const modules = new Map<string, Resource>();
  for (const { args } of installs) {
    const result = await pipInstall(context, distribution, { args, directory: folder, extraEnvironment: {} });
    results.push(result);
    for (const resource of pipResources(context, distribution, result)) {
      const { what } = resource;
      if (
        what.kind === 'module-source' ||
        what.kind === 'module-bytecode' ||
        what.kind === 'extension-module'
      )
        modules.set(what.name, resource);
    }
  }
  const topLevel = new Set([...modules.keys()].map((name) => name.split('.')[0] ?? name));
  return { results, modules, topLevel };
}

/** Console scripts and programs with windows: those of the projects, or of packages by their names. */
export function scriptsOf(
  context: Context,
  { results }: Installation,
  which: 'projects' | { readonly named: ReadonlySet<string> },
): readonly Script[] {
  return results.flatMap((result) => {
    const folder = context.cache.trees.path(result.tree);
    if (folder === undefined) return [];
    const metadata =
      which === 'projects'
        ? result.projects.map((project) => project.metadata)
        : metadataOf(context, result, which.named);
    return metadata.flatMap((name) => {
      const path = join(folder, name, 'entry_points.txt');
      return name !== '' && existsSync(path) ? parseScripts(readFileSync(path, 'utf8')) : [];
    });
  });
}

/** Folders of metadata of what was named to pip, not of what these need. None of the names is there: of all that was asked for. */
function metadataOf(context: Context, { tree, lock }: PipResult, named: ReadonlySet<string>): string[] {
  const requested = lock.flatMap(({ name, requested }) => (requested ? [normalized(name)] : []));
  const wanted = new Set(requested.some((name) => named.has(name)) ? named : requested);
  const folders = new Set(context.cache.trees.files(tree).map(({ path }) => path.split('/', 1)[0] ?? ''));
  return [...folders].filter((name) =>
    wanted.has(normalized(/^(.+?)-[^-]*\.dist-info$/.exec(name)?.[1] ?? '')),
  );
}

/** entry_points.txt, as the specification "Entry points" has it: sections of `name = module:attribute [extras]`. */
export function parseScripts(text: string): Script[] {
  const scripts: Script[] = [];
  let isScripts = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) isScripts = section === 'console_scripts' || section === 'gui_scripts';
    const [, name, module, attribute] = /^\s*([^=#;\s][^=]*?)\s*=\s*([\w.]+)\s*:\s*([\w.]+)/.exec(line) ?? [];
    if (isScripts && name !== undefined && module !== undefined && attribute !== undefined)
      scripts.push({ name, module, attribute });
  }
  return scripts;
}
