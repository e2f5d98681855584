// Real files beside a program: resources in folders, and their bytecode.
import { join } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { NamedFile } from '../packaging/named-file.ts';
import type { BytecodeCompiler, ModuleToCompile } from '../python/bytecode.ts';
import type { Distribution } from '../python/distribution.ts';
import type { Content } from '../python/resource.ts';
import type { PlacedResource } from './additions.ts';
import { writeLayout } from './layout.ts';

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
  return writeLayout(context, folder, [...files, ...bytecode], { replace: true });
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
