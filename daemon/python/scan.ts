// Reads directory trees that hold Python packages.
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { type ClassifyOptions, type ScannedFile, classify } from './classify.ts';
import type { Resource } from './resource.ts';

/** A tree deeper than this is a loop of mounts or a mistake. */
const depthMax = 64;
/** Ten times the largest environment seen (a data science one of 40,000 files). */
const filesMax = 400_000;
/** The daemon answers others between portions of a scan; a file takes some 10 µs when nothing changed. */
const filesPerTurn = 1_000;

/** Never part of an application: what tools leave behind, and bytecode that we make ourselves. */
const ignoredNames = new Set([
  '__pycache__',
  '.git',
  '.hg',
  '.svn',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.DS_Store',
]);

export type ScanOptions = ClassifyOptions & {
  /** Keep what belongs to these packages and modules ("app", "app.plugins"); undefined keeps all. */
  readonly packages?: readonly string[];
  /** Asked for files and folders before anything is read of them; undefined keeps all. */
  readonly keep?: (path: string) => boolean;
};

/** Everything below `root` as resources, sorted by path; `root` is what would stand on sys.path. */
export async function scanTree(
  context: Context,
  root: string,
  options: ScanOptions = {},
): Promise<Resource[]> {
  const walk = new Walk(context, root, options.keep);
  if (options.packages === undefined) await walk.folder('', 0);
  else for (const name of options.packages) await walk.package(name);
  return classify(context, walk.sorted(), options);
}

/** `read_package_root`: the named packages and modules of a source folder. */
export async function readPackageRoot(
  context: Context,
  path: string,
  packages: readonly string[],
  options: ClassifyOptions = {},
): Promise<Resource[]> {
  if (!isFolder(path)) {
    context.trace.directory(path);
    throw inputFailure(`Cannot read packages from "${path}": there is no such folder`);
  }
  return scanTree(context, path, { ...options, packages });
}

class Walk {
  readonly #context: Context;
  readonly #root: string;
  readonly #files = new Map<string, ScannedFile>();
  readonly #keep: ((path: string) => boolean) | undefined;
  #turn = 0;

  constructor(context: Context, root: string, keep: ((path: string) => boolean) | undefined) {
    this.#context = context;
    this.#root = root;
    this.#keep = keep;
  }

  sorted(): ScannedFile[] {
    return [...this.#files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** A package's folder, or a module's file; the __init__.py above a nested one; metadata of the same name. */
  async package(name: string): Promise<void> {
    const path = name.replaceAll('.', '/');
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const before = this.#files.size;
    const last = path.slice(folder.length === 0 ? 0 : folder.length + 1);
    const isModule = new RegExp(`^${RegExp.escape(last)}\\.(py|pyc|([\\w-]+\\.)?so)$`);
    const names = listFolder(join(this.#root, folder));
    // Absent now, but it would be found first, or it would be found at all.
    this.#context.trace.file(join(this.#root, `${path}.py`));
    this.#context.trace.directory(join(this.#root, path));
    if (isFolder(join(this.#root, path))) await this.folder(path, 0);
    for (const entry of names.filter((entry) => isModule.test(entry)))
      this.#file(folder === '' ? entry : `${folder}/${entry}`);
    if (this.#files.size === before) throw this.#noPackage(name);
    for (let above = folder; above !== ''; above = above.slice(0, Math.max(0, above.lastIndexOf('/'))))
      if (isFile(join(this.#root, above, '__init__.py'))) this.#file(`${above}/__init__.py`);
    for (const entry of listFolder(this.#root).filter((entry) => isMetadataOf(entry, name)))
      await this.folder(entry, 0);
  }

  #noPackage(name: string): Error {
    this.#context.trace.directory(this.#root);
    const there = listFolder(this.#root)
      .filter((entry) => /^[A-Za-z_]\w*(\.py)?$/.test(entry))
      .map((entry) => entry.replace(/\.py$/, ''))
      .slice(0, 8);
    return inputFailure(
      `Cannot find the package "${name}" in "${this.#root}"`,
      there.length === 0 ? {} : { hint: `there are ${there.join(', ')}` },
    );
  }

  async folder(path: string, depth: number): Promise<void> {
    const absolute = path === '' ? this.#root : `${this.#root}/${path}`;
    if (depth > depthMax) throw inputFailure(`Cannot read "${absolute}": folders are nested too deeply`);
    this.#context.trace.directory(absolute);
    for (const entry of this.#list(absolute)) {
      if (ignoredNames.has(entry.name)) continue;
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (this.#keep !== undefined && !this.#keep(below)) continue;
      if (entry.isDirectory()) await this.folder(below, depth + 1);
      else if (entry.isFile()) this.#file(below);
      else if (entry.isSymbolicLink()) await this.#link(below, depth);
    }
    if (this.#files.size - this.#turn > filesPerTurn) {
      this.#turn = this.#files.size;
      await setImmediate();
      this.#context.signal.throwIfAborted();
    }
  }

  #list(absolute: string): Dirent[] {
    try {
      return readdirSync(absolute, { withFileTypes: true });
    } catch (cause) {
      throw inputFailure(`Cannot read the folder "${absolute}"`, { cause });
    }
  }

  /** What a link leads to is packed in the link's place, unless it leads back up. */
  async #link(path: string, depth: number): Promise<void> {
    const absolute = `${this.#root}/${path}`;
    let real: string;
    try {
      real = realpathSync(absolute);
    } catch {
      this.#context.trace.file(absolute);
      return; // dangling: an editor's lock, or data that is not there
    }
    if (!isFolder(real)) this.#file(path, real);
    else if (!`${realpathSync(this.#root)}/${path}/`.startsWith(`${real}/`))
      await this.folder(path, depth + 1);
  }

  #file(path: string, real = `${this.#root}/${path}`): void {
    if (this.#files.has(path)) return;
    if (this.#files.size >= filesMax)
      throw inputFailure(`Cannot pack "${this.#root}": it holds more than ${filesMax} files`);
    this.#context.trace.file(real);
    const hash = this.#context.cache.hashFile(real);
    if (hash === undefined) return; // removed since it was listed, or a socket
    const { sha256, size, executable } = hash;
    this.#files.set(path, { path, content: { at: 'file', path: real, sha256, size }, executable });
  }
}

const normalized = (name: string): string => name.replaceAll(/[-_.]+/g, '-').toLowerCase();

function isMetadataOf(entry: string, name: string): boolean {
  const match = /^(.+?)(-.*)?\.(dist|egg)-info$/.exec(entry);
  return match?.[1] !== undefined && normalized(match[1]) === normalized(name);
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
