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

/**
 * Resources below their prefixes, with their bytecode in `__pycache__`. A module whose source is not wanted is one file of
 * bytecode in the source's place, the one for `level`: the only place where Python looks for it. Returns the absolute paths.
 */
export async function placeBeside(
  context: Context,
  compiler: BytecodeCompiler,
  distribution: Distribution,
  placed: readonly PlacedResource[],
  {
    folder,
    level: wanted,
    further,
  }: {
    readonly folder: string;
    readonly level: 0 | 1 | 2;
    /** Files that are no resources. */
    readonly further: readonly NamedFile[];
  },
): Promise<readonly string[]> {
  const isSourceless = ({ resource, source }: PlacedResource): boolean =>
    resource.what.kind === 'module-source' && !source;
  const files = placed
    .filter((item) => !isSourceless(item))
    .map(({ prefix, resource }): NamedFile => ({
      path: join(prefix, resource.path),
      content: resource.content,
      executable: resource.executable,
    }));
  const moduleOf = (level: 0 | 1 | 2, { prefix, resource }: PlacedResource): ModuleToCompile => ({
    path: join(prefix, resource.path),
    content: resource.content,
    level,
  });
  const modules = placed.filter(({ resource }) => resource.what.kind === 'module-source');
  const beside = modules.filter((item) => !isSourceless(item));
  const alone = modules.filter((item) => isSourceless(item) && item.levels.length > 0);
  const bytecode = await compiledFiles(
    context,
    compiler,
    distribution,
    beside.flatMap((item) => item.levels.map((level) => moduleOf(level, item))),
  );
  const sourceless = await compiledFiles(
    context,
    compiler,
    distribution,
    alone.map((item) => moduleOf(item.levels.includes(wanted) ? wanted : item.levels[0]!, item)),
    ({ path }) => `${path}c`,
  );
  return writeLayout(context, folder, [...further, ...files, ...bytecode, ...sourceless], { replace: true });
}

/** Files of bytecode, in `__pycache__` unless `pathOf` says otherwise; one that does not compile is reported and left out. */
export async function compiledFiles(
  context: Context,
  compiler: BytecodeCompiler,
  distribution: Distribution,
  modules: readonly ModuleToCompile[],
  pathOf: (module: ModuleToCompile) => string = (module) => cachePath(distribution, module),
): Promise<NamedFile[]> {
  const results = await compiler.compileModules(context, distribution, modules);
  return results.flatMap((result, index) => {
    const module = modules[index];
    if (module === undefined) return [];
    if ('diagnostic' in result) {
      context.report({ event: 'diagnostic', diagnostic: result.diagnostic });
      return [];
    }
    return [
      {
        path: pathOf(module),
        content: { at: 'blob', sha256: result.pyc, size: result.size } as const,
        executable: false,
      },
    ];
  });
}

/** PEP 3147 and 488: "pkg/__pycache__/mod.cpython-311.opt-2.pyc". */
function cachePath({ cacheTag }: Distribution, { path, level }: ModuleToCompile): string {
  const slash = path.lastIndexOf('/') + 1;
  const optimized = level === 0 ? '' : `.opt-${level}`;
  const name = `${path.slice(slash, -'.py'.length)}.${cacheTag}${optimized}.pyc`;
  return `${path.slice(0, slash)}__pycache__/${name}`;
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
