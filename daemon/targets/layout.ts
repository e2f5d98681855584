// Makes a folder hold a set of files: all of them or, when that fails or is cancelled, what it held before.
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { NamedFile } from '../packaging/named-file.ts';

export type LayoutOptions = {
  /** Whether files of the last time that are not wanted any more are removed. */
  readonly replace: boolean;
};

/** Path to SHA-256 of all that was written into a folder and is still ours to remove. */
type Written = Readonly<Record<string, string>>;

/**
 * Writes the files and returns their absolute paths. New contents are written aside first; only when all of them are
 * there, they are renamed into their places, and files of the last time that are not wanted any more are removed, unless
 * somebody changed them since. What we did not write stays. Throws an input Failure for paths that leave the folder, by
 * ".." or through a symbolic link, and for files that cannot be at their path.
 */
export function writeLayout(
  context: Context,
  folder: string,
  files: readonly NamedFile[],
  { replace }: LayoutOptions = { replace: true },
): readonly string[] {
  const wanted = new Map(files.map((file) => [file.path, file]));
  const record = `layout:${folder}`;
  const before = JSON.parse(context.cache.traces.get(record) ?? '{}') as Written;
  const stale = replace ? Object.keys(before).filter((path) => !wanted.has(path)) : [];
  if (wanted.size === 0 && stale.length === 0) return [];
  for (const path of wanted.keys()) checkPath(path, wanted);
  checkFolders(folder, wanted, new Set(stale));

  const isNew = !existsSync(folder);
  mkdirSync(folder, { recursive: true });
  const aside = mkdtempSync(join(folder, '.oxd-partial-'));
  try {
    const staged = [...wanted.values()].filter((file) => !isAsWanted(context, join(folder, file.path), file));
    for (const [index, file] of staged.entries()) {
      context.signal.throwIfAborted();
      writeAside(context, join(aside, String(index)), file);
    }
    context.signal.throwIfAborted();
    // From here on nothing waits. Should the machine fail in the middle, both states' files are known to be ours.
    const after = Object.fromEntries([...wanted].map(([path, { content }]) => [path, content.sha256]));
    context.cache.traces.put(record, JSON.stringify({ ...before, ...after }));
    for (const path of stale)
      if (isOurs(context, join(folder, path), before[path])) removeWithEmptyFolders(folder, path);
    for (const [index, { path }] of staged.entries()) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      renameSync(join(aside, String(index)), join(folder, path));
    }
    for (const { path, executable } of wanted.values())
      if ((stateOf(join(folder, path))?.mode ?? 0) % 0o1000 !== modeOf(executable))
        chmodSync(join(folder, path), modeOf(executable));
    if (replace) context.cache.traces.put(record, JSON.stringify(after));
    return [...wanted.keys()].map((path) => join(folder, path));
  } finally {
    rmSync(aside, { recursive: true, force: true });
    if (isNew) removeIfEmpty(folder);
  }
}

const modeOf = (executable: boolean): number => (executable ? 0o755 : 0o644);

function checkPath(path: string, wanted: ReadonlyMap<string, NamedFile>): void {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..'))
    throw inputFailure(`Cannot write "${path}": it leaves the folder that it is installed to`, {
      hint: 'use a relative path without ".."',
    });
  for (let above = dirname(path); above !== '.'; above = dirname(above))
    if (wanted.has(above))
      throw inputFailure(`Cannot write "${path}": "${above}" is a file of the same layout`, {
        hint: 'give one of them another name or prefix',
      });
}

/** A folder that is a link could lead anywhere; a folder in the place of a file holds what is not ours. */
function checkFolders(
  folder: string,
  wanted: ReadonlyMap<string, NamedFile>,
  stale: ReadonlySet<string>,
): void {
  const checked = new Set<string>(['.']);
  for (const path of wanted.keys()) {
    if (stateOf(join(folder, path))?.isDirectory() === true && !holdsOnly(folder, path, stale))
      throw inputFailure(`Cannot write "${join(folder, path)}": there is a folder in its place`, {
        hint: 'remove it, or install to another folder',
      });
    for (let above = dirname(path); !checked.has(above); above = dirname(above)) {
      checked.add(above);
      const there = stateOf(join(folder, above));
      if (there?.isSymbolicLink() === true)
        throw inputFailure(`Cannot write "${join(folder, path)}": "${above}" is a symbolic link`, {
          hint: 'files are not written through links, which may lead out of the folder: remove it',
        });
      if (there !== undefined && !there.isDirectory() && !stale.has(above))
        throw inputFailure(`Cannot write "${join(folder, path)}": "${above}" is a file`, {
          hint: 'remove it, or install to another folder',
        });
    }
  }
}

function stateOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined; // also where a file stands in the place of a folder
  }
}

/** Whether all that is in the folder goes away now. */
const holdsOnly = (folder: string, path: string, stale: ReadonlySet<string>): boolean =>
  readdirSync(join(folder, path), { recursive: true, withFileTypes: true }).every(
    (entry) => entry.isDirectory() || stale.has(relative(folder, join(entry.parentPath, entry.name))),
  );

function isAsWanted(context: Context, path: string, { content }: NamedFile): boolean {
  const there = stateOf(path);
  return there?.isFile() === true && there.size === content.size && isOurs(context, path, content.sha256);
}

const isOurs = (context: Context, path: string, sha256: string | undefined): boolean =>
  stateOf(path)?.isFile() === true && context.cache.hashFile(path)?.sha256 === sha256;

function writeAside(context: Context, path: string, { content, executable }: NamedFile): void {
  if (content.at === 'file') copyFileSync(content.path, path, constants.COPYFILE_FICLONE);
  else {
    const bytes = context.cache.blobs.get(content.sha256);
    if (bytes === undefined) throw new Error(`the cache lost ${content.sha256}`);
    writeFileSync(path, bytes);
  }
  chmodSync(path, modeOf(executable));
}

function removeWithEmptyFolders(folder: string, path: string): void {
  rmSync(join(folder, path), { force: true });
  for (let above = dirname(path); above !== '.'; above = dirname(above))
    if (!removeIfEmpty(join(folder, above))) return; // something else lives there
}

function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
