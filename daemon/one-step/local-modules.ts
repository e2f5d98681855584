// Which modules beside a script come along: those that it imports, and those that these import.
import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Sha256 } from '../../cache/cache.ts';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Distribution } from '../python/distribution.ts';
import { importsOf, standardNames } from '../python/imports.ts';

export type MissingModule = { readonly module: string; readonly file: string; readonly line: number };
export type LocalModules = {
  /** Top-level modules and packages beside the script, sorted. */
  readonly names: readonly string[];
  /** What the program cannot start without, and nothing brings. */
  readonly missing: readonly MissingModule[];
};

export type LocalSearch = {
  /** Absolute: what would stand first on sys.path. */
  readonly root: string;
  /** What is read first, absolute. */
  readonly files: readonly string[];
  /** The module or package that starts; it comes along in any case. */
  readonly module: string;
  /** Further ones that are wanted in any case. */
  readonly include: readonly string[];
  /** What is installed: a folder without __init__.py comes after that. */
  readonly installed: ReadonlySet<string>;
};

/** A file to read; what a file needs that is certainly imported, the program needs. */
type Source = { readonly path: string; readonly isNeeded: boolean };

/** The folder of a script holds a program; with more than this it holds an environment or data too. */
const filesMax = 20_000;

/** Follows the imports of a script through the modules of its folder. */
export async function localModules(
  context: Context,
  distribution: Distribution,
  { root, files, module: own, include, installed }: LocalSearch,
): Promise<LocalModules> {
  const standard = await standardNames(context, distribution);
  const names = new Set<string>();
  const missing = new Map<string, MissingModule>();
  const seen = new Set<string>();
  let pending: Source[] = files.map((path) => ({ path, isNeeded: true }));
  for (const name of include) pending.push(...(filesOf(context, root, name, false) ?? []));
  while (pending.length > 0) {
    const sources = pending.filter(({ path }) => !seen.has(path));
    for (const { path } of sources) seen.add(path);
    if (seen.size > filesMax)
      throw inputFailure(`Cannot read the modules beside ${own}: there are more than ${filesMax}`, {
        hint: 'move the script into a folder of its own',
      });
    const hashes = sources.flatMap((source) => hashed(context, source));
    const read = await importsOf(context, distribution, hashes);
    pending = [];
    for (const [index, { imports }] of read.entries()) {
      const file = hashes[index];
      if (file === undefined) continue;
      for (const [module, line, isCertain] of imports) {
        const [top = ''] = module.split('.');
        if (top === own || names.has(top)) continue;
        const isNeeded = isCertain && file.isNeeded;
        const isElsewhere = standard.has(top) || installed.has(top);
        const local = filesOf(context, root, top, isNeeded, isElsewhere);
        if (local !== undefined) {
          names.add(top);
          pending.push(...local);
        } else if (isNeeded && !isElsewhere && !missing.has(top))
          missing.set(top, { module: top, file: relative(root, file.path), line });
      }
    }
  }
  return { names: [...names].toSorted(), missing: [...missing.values()] };
}

function hashed(context: Context, source: Source): (Source & { readonly sha256: Sha256 })[] {
  context.trace.file(source.path);
  const hash = context.cache.hashFile(source.path);
  return hash === undefined ? [] : [{ ...source, sha256: hash.sha256 }];
}

/**
 * The Python files of a top-level name, in the order in which Python looks for it: package, module, and where nothing
 * else has the name, a folder with modules. undefined when there is none. Tells the trace of what is absent too.
 */
function filesOf(
  context: Context,
  root: string,
  name: string,
  isNeeded: boolean,
  isElsewhere = false,
): Source[] | undefined {
  const [folder, module] = [join(root, name), join(root, `${name}.py`)];
  const init = join(folder, '__init__.py');
  context.trace.file(init);
  if (existsSync(init))
    return modulesBelow(context, folder).map((path) => ({ path, isNeeded: isNeeded && path === init }));
  context.trace.file(module);
  if (existsSync(module)) return [{ path: module, isNeeded }];
  if (extensionOf(root, name)) return [];
  if (isElsewhere) return undefined;
  const below = existsSync(join(folder, 'pyvenv.cfg')) ? [] : modulesBelow(context, folder);
  return below.length === 0 ? undefined : below.map((path) => ({ path, isNeeded: false }));
}

const extensionOf = (root: string, name: string): boolean =>
  entries(root).some((entry) => entry.name.startsWith(`${name}.`) && entry.name.endsWith('.so'));

function modulesBelow(context: Context, folder: string): string[] {
  const found: string[] = [];
  const pendingFolders = [folder];
  for (let at = pendingFolders.pop(); at !== undefined; at = pendingFolders.pop()) {
    context.trace.directory(at);
    for (const entry of entries(at)) {
      if (entry.name.startsWith('.') || entry.name === '__pycache__' || entry.name === 'node_modules')
        continue;
      const path = join(at, entry.name);
      if (entry.isDirectory()) pendingFolders.push(path);
      else if (entry.name.endsWith('.py') && found.push(path) > filesMax) return found;
    }
  }
  return found;
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
