// Removes debugging information from libraries of a CPython and of the system: half of a self-built standard library.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Sha256 } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import type { Resource } from '../python/resource.ts';

/** One command line holds this many paths with ease. */
const filesPerRun = 200;

/**
 * The stripped bytes of each shared library among the resources, by the hash of what it was. Wheels are not for this:
 * some tools that repair them leave libraries that strip breaks. Without binutils, and for a library that strip
 * refuses, there is no entry.
 */
export async function strippedLibraries(
  context: Context,
  resources: readonly Resource[],
): Promise<ReadonlyMap<Sha256, Buffer>> {
  const libraries = new Map<Sha256, string>();
  for (const { path, content } of resources)
    if (/\.so(\.\d+)*$/.test(path) && content.at === 'file') libraries.set(content.sha256, content.path);
  if (libraries.size === 0) return new Map();
  const folder = context.cache.scratch();
  try {
    return await stripIn(context, folder, libraries);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Works on copies in a new folder. */
async function stripIn(
  context: Context,
  folder: string,
  libraries: ReadonlyMap<Sha256, string>,
): Promise<ReadonlyMap<Sha256, Buffer>> {
  const stripped = new Map<Sha256, Buffer>();
  mkdirSync(folder);
  for (const [sha256, path] of libraries) {
    copyFileSync(path, join(folder, sha256));
    chmodSync(join(folder, sha256), 0o644);
  }
  const names = [...libraries.keys()];
  for (let from = 0; from < names.length; from += filesPerRun) {
    const result = await execa(
      'strip',
      ['-D', '--strip-unneeded', ...names.slice(from, from + filesPerRun)],
      {
        cwd: folder,
        env: context.environment,
        extendEnv: false,
        stdin: 'ignore',
        reject: false,
        cancelSignal: context.signal,
      },
    );
    context.signal.throwIfAborted();
    if (result.failed)
      context.log.info({ why: result.stderr || result.shortMessage }, 'libraries packed unstripped');
    if (result.code === 'ENOENT') return stripped;
  }
  for (const name of names) stripped.set(name, readFileSync(join(folder, name)));
  return stripped;
}
