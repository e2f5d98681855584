// Turns resources into a layer: bytecode beside sources, modules by name. Layers of what cannot change (a standard
// library, what pip installed) are cached; a layer of the user's own files is made anew in memory with every edit.
import { createHash, hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import { Failure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { BytecodeCompiler, CompiledModule } from '../python/bytecode.ts';
import type { Distribution } from '../python/distribution.ts';
import type { Content, Resource } from '../python/resource.ts';
import { withStep } from '../step.ts';
import type { ImageLayer } from './image.ts';
import { type LayerFile, type LayerModule, type Profile, buildLayer, writeLayer } from './layer.ts';
import { LostBytes } from '../python/lost-bytes.ts';
import type { PieceMemory } from './piece-memory.ts';
import { isSeldomUsed, isUnusual } from './seldom-used.ts';
import { strippedLibraries } from './strip.ts';

export type PackedResource = {
  readonly resource: Resource;
  /** For module sources: pack the source itself. */
  readonly source: boolean;
  /** For module sources: the bytecode levels to compile. */
  readonly levels: readonly (0 | 1 | 2)[];
};

/** What a daemon keeps warm between builds. */
export type LayerTools = {
  readonly compiler: BytecodeCompiler;
  /** Bytes of packed files from the last builds. */
  readonly pieces: PieceMemory;
};

type LayerKey = {
  readonly contents: string; // digest of paths, hashes and settings of everything that goes in
  readonly cacheTag: string; // names the bytecode files
  readonly magic: string; // and decides about their contents
  readonly profile: Profile; // how hard it was compressed, and what
};
type StoredLayer = { readonly sha256: Sha256; readonly length: number };

/**
 * 1: first form. 2: libraries stripped, seldom used files compressed. 3: compiled modules before their
 * sources. 4: large libraries on pages. 5: by profile. 5: frozen modules compressed.
 */
const layers: ResultType<LayerKey, StoredLayer> = { kind: 'layer', version: 5 };

/** What a build decides of its layers. */
export type LayerChoice = { readonly profile: Profile };

/** A layer of resources whose bytes are in the cache or belong to a distribution: made once, found again by its key. */
export async function cachedLayer(
  context: Context,
  tools: LayerTools & LayerChoice,
  distribution: Distribution,
  subject: string,
  packed: readonly PackedResource[],
): Promise<ImageLayer> {
  const { cacheTag, magic } = distribution;
  const key: LayerKey = { contents: digestOf(packed), cacheTag, magic, profile: tools.profile };
  const known = context.cache.get(layers, key);
  const path = known === undefined ? undefined : context.cache.blobs.path(known.sha256);
  if (known !== undefined && path !== undefined) return { ...known, content: { at: 'file', path } };

  return withStep(context, 'layer', subject, async () => {
    const compiled = await compile(context, tools, distribution, packed);
    const library = packed.map(({ resource }) => resource).filter(({ isStdlib }) => isStdlib);
    const stripped = await strippedLibraries(context, library);
    const parts = { packed, compiled, profile: tools.profile };
    const { files, modules } = layOut(distribution, parts, (content) => {
      const bytes = stripped.get(content.sha256);
      return bytes === undefined ? fileContent(context, content) : { at: 'bytes', bytes };
    });
    const aside = context.cache.scratch();
    const length = await writeLayer(aside, files, modules, context.signal, tools.profile);
    const sha256 = await context.cache.blobs.putFile(aside);
    context.cache.put(layers, key, { sha256, length }, { blobs: [sha256] });
    const stored = context.cache.blobs.path(sha256);
    if (stored === undefined) throw new Error('a layer that was just stored is missing');
    return { sha256, length, content: { at: 'file', path: stored } };
  });
}

/** A layer of the user's own files, in memory. Bytes are remembered from the last build, so that few are read. */
export async function freshLayer(
  context: Context,
  tools: LayerTools,
  distribution: Distribution,
  packed: readonly PackedResource[],
): Promise<ImageLayer> {
  const { pieces } = tools;
  const compiled = await compile(context, tools, distribution, packed);
  const missing = compiled.flatMap(({ pyc }) => (pieces.get(pyc) === undefined ? [pyc] : []));
  for (const [index, bytes] of context.cache.blobs.getMany(missing).entries()) {
    const sha256 = missing[index];
    if (bytes !== undefined && sha256 !== undefined) pieces.put(sha256, bytes);
  }
  const { files, modules } = layOut(distribution, { packed, compiled, profile: 'debug' }, (content) => ({
    at: 'bytes',
    bytes: pieces.get(content.sha256) ?? remember(pieces, content.sha256, readContent(context, content)),
  }));
  const bytes = buildLayer(files, modules);
  const sha256 = hash(
    'sha256',
    [digestOf(packed), distribution.cacheTag, ...compiled.map(({ pyc }) => pyc)].join(),
  );
  return { sha256: sha256 as Sha256, length: bytes.length, content: { at: 'bytes', bytes } };
}

type Compiled = {
  readonly of: PackedResource;
  readonly level: 0 | 1 | 2;
  readonly pyc: Sha256;
  readonly size: number;
};

/** Compiles every module source at its levels. A file that Python cannot parse is reported and packed as it is. */
async function compile(
  context: Context,
  { compiler }: LayerTools,
  distribution: Distribution,
  packed: readonly PackedResource[],
): Promise<Compiled[]> {
  const wanted = packed.flatMap((of) =>
    of.resource.what.kind === 'module-source' ? of.levels.map((level) => ({ of, level })) : [],
  );
  const modules = wanted.map(({ of, level }) => ({
    path: of.resource.path,
    content: of.resource.content,
    level,
  }));
  const results = await compiler.compileModules(context, distribution, modules);
  return wanted.flatMap(({ of, level }, index) => {
    const result: CompiledModule | undefined = results[index];
    if (result === undefined) throw new Error('the compiler lost a module');
    if ('diagnostic' in result) {
      if (level === of.levels[0]) context.report({ event: 'diagnostic', diagnostic: result.diagnostic });
      return [];
    }
    return [{ of, level, pyc: result.pyc, size: result.size }];
  });
}

type ReadContent = (content: Content) => LayerFile['content'];

function layOut(
  distribution: Distribution,
  {
    packed,
    compiled,
    profile,
  }: LayerChoice & {
    readonly packed: readonly PackedResource[];
    readonly compiled: readonly Compiled[];
  },
  read: ReadContent,
): { files: LayerFile[]; modules: LayerModule[] } {
  const files: LayerFile[] = [];
  const modules: LayerModule[] = [];
  const bytecode = new Map<PackedResource, (string | undefined)[]>();
  for (const { of, level, pyc, size } of compiled) {
    const path = bytecodePath(of, level, distribution.cacheTag);
    const paths = bytecode.get(of) ?? [];
    paths[level] = path;
    bytecode.set(of, paths);
    files.push({
      path,
      content: read({ at: 'blob', sha256: pyc, size }),
      executable: false,
      compress: isSeldomUsed(of.resource) || (profile === 'release' && isUnusual(of.resource)),
    });
  }
  for (const item of packed) {
    const { path, content, executable, what } = item.resource;
    const compiledPaths = bytecode.get(item) ?? [];
    // A source without bytecode stays: an unparsable file is data to whoever ships it.
    const keep = what.kind !== 'module-source' || item.source || compiledPaths.length === 0;
    if (keep) {
      const compress = what.kind === 'module-source' || isSeldomUsed(item.resource);
      files.push({ path, content: read(content), executable, compress });
    }
    if (what.kind === 'module-source') {
      const { name, isPackage } = what;
      const source = keep ? { source: path } : {};
      if (compiledPaths.length > 0 || item.source)
        modules.push({ name, isPackage, has: { kind: 'python', ...source, bytecode: compiledPaths } });
    } else if (what.kind === 'extension-module') {
      modules.push({ name: what.name, isPackage: false, has: { kind: 'extension', library: path } });
    }
  }
  return { files, modules };
}

/** PEP 3147 and 488: `__pycache__/NAME.TAG[.opt-N].pyc`, or `NAME.pyc` in the source's place when there is no source. */
function bytecodePath(of: PackedResource, level: 0 | 1 | 2, cacheTag: string): string {
  const { path } = of.resource;
  if (!of.source && level === of.levels[0]) return `${path.slice(0, -'.py'.length)}.pyc`;
  const slash = path.lastIndexOf('/') + 1;
  const optimized = level === 0 ? '' : `.opt-${level}`;
  return `${path.slice(0, slash)}__pycache__/${path.slice(slash, -'.py'.length)}.${cacheTag}${optimized}.pyc`;
}

/** Of lists that stay as they are for as long as a daemon runs. */
const digests = new WeakMap<readonly PackedResource[], string>();

function digestOf(packed: readonly PackedResource[]): string {
  const known = digests.get(packed);
  if (known !== undefined) return known;
  const digest = createHash('sha256');
  for (const { resource, source, levels } of packed) {
    const { what } = resource;
    const module = 'isPackage' in what ? `${what.name}:${what.isPackage}` : 'name' in what ? what.name : '';
    digest.update(
      [
        resource.path,
        resource.content.sha256,
        resource.executable,
        what.kind,
        module,
        source,
        levels.join(),
        resource.isStdlib,
        '',
      ].join('\0'),
    );
  }
  const made = digest.digest('hex');
  digests.set(packed, made);
  return made;
}

function fileContent(context: Context, content: Content): LayerFile['content'] {
  if (content.at === 'file') return { at: 'bytes', bytes: readContent(context, content) };
  const path = content.size > inlineBytesMax ? context.cache.blobs.path(content.sha256) : undefined;
  return path === undefined ? { at: 'bytes', bytes: readContent(context, content) } : { at: 'file', path };
}

/** Blobs up to this size are in the database: reading them there is cheaper than writing them out first. */
const inlineBytesMax = 64 * 1024;

/** Reads the very bytes that were hashed. Throws an input Failure when the file changed since. */
function readContent(context: Context, content: Content): Buffer {
  if (content.at === 'blob') {
    const bytes = context.cache.blobs.get(content.sha256);
    if (bytes === undefined) throw new LostBytes(content.sha256);
    return bytes;
  }
  const bytes = readFileSync(content.path);
  if (hash('sha256', bytes) === content.sha256) return bytes;
  throw new Failure('input', `"${content.path}" changed while it was being packed`, {
    hint: `build again (last change ${statSync(content.path).mtime.toISOString()})`,
  });
}

function remember(pieces: PieceMemory, sha256: Sha256, bytes: Buffer): Buffer {
  pieces.put(sha256, bytes);
  return bytes;
}
