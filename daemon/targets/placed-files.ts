// Real files in a build's folder: what belongs beside a program, and whole install layouts.
import {
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { NamedFile } from '../packaging/named-file.ts';
import type { BytecodeCompiler, ModuleToCompile } from '../python/bytecode.ts';
import type { Distribution } from '../python/distribution.ts';
import type { Content } from '../python/resource.ts';
import type { PlacedResource } from './additions.ts';

/** Resources with their bytecode below their prefixes. Returns the absolute paths. */
export async function placeBeside(
  context: Context,
  compiler: BytecodeCompiler,
  distribution: Distribution,
  placed: readonly PlacedResource[],
  folder: string,
): Promise<readonly string[]> {
  const files = placed.map(({ prefix, resource }): NamedFile => ({
    path: join(prefix, resource.path),
    content: resource.content,
    executable: resource.executable,
  }));
  const modules = placed.flatMap((item) =>
    item.resource.what.kind === 'module-source' ? item.levels.map((level) => ({ item, level })) : [],
  );
  const bytecode = await compiledFiles(
    context,
    compiler,
    distribution,
    modules.map(({ item, level }) => ({
      path: join(item.prefix, item.resource.path),
      content: item.resource.content,
      level,
    })),
  );
  return writePlacedFiles(context, folder, [...files, ...bytecode]);
}

/** `__pycache__` files of modules; one that does not compile is reported and left out. */
export async function compiledFiles(
  context: Context,
  compiler: BytecodeCompiler,
  distribution: Distribution,
  modules: readonly ModuleToCompile[],
): Promise<NamedFile[]> {
  const results = await compiler.compileModules(context, distribution, modules);
  return results.flatMap((result, index) => {
    const module = modules[index];
    if (module === undefined) return [];
    if ('diagnostic' in result) {
      context.report({ event: 'diagnostic', diagnostic: result.diagnostic });
      return [];
    }
    const slash = module.path.lastIndexOf('/') + 1;
    const optimized = module.level === 0 ? '' : `.opt-${module.level}`;
    const name = `${module.path.slice(slash, -'.py'.length)}.${distribution.cacheTag}${optimized}.pyc`;
    return [
      {
        path: `${module.path.slice(0, slash)}__pycache__/${name}`,
        content: { at: 'blob', sha256: result.pyc, size: result.size } as const,
        executable: false,
      },
    ];
  });
}

/**
 * Makes the folder hold these files: each is written aside and renamed, and files of the last time that are not wanted
 * any more are removed. Never touches a file that it did not write. Returns the absolute paths.
 */
export function writePlacedFiles(
  context: Context,
  folder: string,
  files: readonly NamedFile[],
): readonly string[] {
  const record = `placed:${folder}`;
  const before = new Set<string>(JSON.parse(context.cache.traces.get(record) ?? '[]') as string[]);
  const wanted = new Map(files.map((file) => [file.path, file]));
  for (const path of wanted.keys()) {
    if (path.startsWith('/') || path.split('/').includes('..'))
      throw inputFailure(`Cannot write "${path}": it leaves the build's folder`);
  }
  if (wanted.size === 0 && before.size === 0) return [];
  for (const { path, content, executable } of wanted.values()) {
    context.signal.throwIfAborted();
    writeOne(context, join(folder, path), content, executable);
  }
  for (const path of before) if (!wanted.has(path)) removeWithEmptyFolders(folder, path);
  context.cache.traces.put(record, JSON.stringify([...wanted.keys()]));
  return [...wanted.keys()].map((path) => join(folder, path));
}

function writeOne(context: Context, output: string, content: Content, executable: boolean): void {
  mkdirSync(dirname(output), { recursive: true });
  const mode = executable ? 0o755 : 0o644;
  const there = statSync(output, { throwIfNoEntry: false });
  if (
    there?.isFile() === true &&
    there.size === content.size &&
    context.cache.hashFile(output)?.sha256 === content.sha256
  ) {
    chmodSync(output, mode);
    return;
  }
  const aside = `${output}.${process.pid}.partial`;
  try {
    if (content.at === 'file') {
      copyFileSync(content.path, aside, constants.COPYFILE_FICLONE);
    } else {
      const bytes = context.cache.blobs.get(content.sha256);
      if (bytes === undefined) throw new Error(`the cache lost ${content.sha256}`);
      writeFileSync(aside, bytes);
    }
    chmodSync(aside, mode);
    renameSync(aside, output);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

function removeWithEmptyFolders(folder: string, path: string): void {
  rmSync(join(folder, path), { force: true });
  for (let above = dirname(path); above !== '.'; above = dirname(above)) {
    try {
      rmdirSync(join(folder, above));
    } catch {
      return; // not empty: something else lives there
    }
  }
}

/** Content of a file that is there, by its hash; the caller says whether the trace must know. Throws an input Failure. */
export function contentOfFile(context: Context, path: string): Content {
  const hashed = context.cache.hashFile(path);
  if (hashed === undefined) throw inputFailure(`Cannot read "${path}": there is no such file`);
  return { at: 'file', path, sha256: hashed.sha256, size: hashed.size };
}

/** Text or bytes made by the config. */
export function contentOfText(context: Context, text: string): Content {
  const bytes = Buffer.from(text);
  return { at: 'blob', sha256: context.cache.blobs.put(bytes), size: bytes.length };
}
