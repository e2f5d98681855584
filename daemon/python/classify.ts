// Says what the files of a tree are to Python: modules, extension modules, data of a package, metadata, or just files.
import { readFileSync } from 'node:fs';
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import type { Content, Resource } from './resource.ts';

export type ScannedFile = {
  /** Relative to the scanned root. */
  readonly path: string;
  readonly content: Content & { readonly at: 'file' };
  readonly executable: boolean;
};

export type ClassifyOptions = {
  /** Of the Python that will import: extension modules built for another one are data. Undefined takes any. */
  readonly cacheTag?: string;
  readonly isStdlib?: boolean;
  readonly isTest?: (path: string) => boolean;
};

/** The files as resources, in their order. */
export function classify(
  context: Context,
  files: readonly ScannedFile[],
  options: ClassifyOptions = {},
): Resource[] {
  const sources = new Set(files.map(({ path }) => path));
  const modules = files.map((file) => moduleOf(context, file, sources, options.cacheTag));
  const packages = new Set<string>();
  for (const [index, { path }] of files.entries())
    if (modules[index] !== undefined)
      for (let folder = parent(path); folder !== '' && !packages.has(folder); folder = parent(folder))
        packages.add(folder);
  const metadata = new Map<string, Metadata>();
  for (const file of files) {
    const match = /^([^/]+\.(?:dist|egg)-info)\/(?:METADATA|PKG-INFO)$/.exec(file.path);
    if (match?.[1] !== undefined) metadata.set(match[1], readMetadata(file.content.path, match[1]));
  }
  return files.map((file, index) => ({
    path: file.path,
    content: file.content,
    executable: file.executable,
    what: modules[index] ?? dataOf(file.path, packages, metadata),
    isStdlib: options.isStdlib ?? false,
    isTest: options.isTest?.(file.path) ?? false,
  }));
}

type What = Resource['what'];

function moduleOf(
  context: Context,
  file: ScannedFile,
  sources: ReadonlySet<string>,
  cacheTag: string | undefined,
): What | undefined {
  const { path } = file;
  // pip --target puts programs there; "bin" is no package unless it says so.
  if (path.startsWith('bin/') && !sources.has('bin/__init__.py')) return undefined;
  if (path.endsWith('.py')) {
    const name = dottedName(path.slice(0, -3));
    return name === undefined ? undefined : { kind: 'module-source', ...name };
  }
  if (path.endsWith('.pyc')) {
    // Only where Python looks without a source: beside one, it would never be read.
    const name = sources.has(path.slice(0, -1)) ? undefined : dottedName(path.slice(0, -4));
    return name === undefined ? undefined : { kind: 'module-bytecode', ...name, level: 0 };
  }
  // Windows has names of its own ("m.cp311-win_amd64.pyd"), and no other use for these files.
  if (path.endsWith('.pyd')) {
    const name = dottedName(path.replace(/(\.[\w-]+)?\.pyd$/, ''));
    return name === undefined ? undefined : { kind: 'extension-module', name: name.name };
  }
  if (!path.endsWith('.so')) return undefined;
  const match = /^(.*?)((?:\.[\w-]+)?)\.so$/s.exec(path.slice(path.lastIndexOf('/') + 1));
  const stem = match?.[1] ?? '';
  const tag = match?.[2] ?? '';
  const name = dottedName(path.slice(0, path.lastIndexOf('/') + 1) + stem);
  if (name === undefined) return undefined;
  const isOurs = cacheTag === undefined ? /^\.cpython-3\d+-/.test(tag) : tag.startsWith(`.${cacheTag}-`);
  const isModule = tag === '' ? hasInit(context, file, stem) : tag === '.abi3' || isOurs;
  return isModule ? { kind: 'extension-module', name: name.name } : undefined;
}

type Name = { readonly name: string; readonly isPackage: boolean };

/** Not only identifiers: `python -m my-tool` works, and so does the standard library's _sysconfigdata__linux_x86_64-… */
const importable = /^[^./]+(?:\/[^./]+)*$/;

function dottedName(path: string): Name | undefined {
  if (!importable.test(path)) return undefined;
  const isPackage = path.endsWith('/__init__');
  return { name: (isPackage ? path.slice(0, -'/__init__'.length) : path).replaceAll('/', '.'), isPackage };
}

type InitKey = { readonly library: Sha256; readonly init: string };
const inits: ResultType<InitKey, boolean> = { kind: 'scan', version: 1 };

/** "x.so" without a tag may be a module or a plain shared library: a module has its init function's name in it. */
function hasInit(context: Context, { content }: ScannedFile, stem: string): boolean {
  const key: InitKey = { library: content.sha256, init: `PyInit_${stem}` };
  const known = context.cache.get(inits, key);
  if (known !== undefined) return known;
  const answer = readFileSync(content.path).includes(`\0${key.init}\0`);
  context.cache.put(inits, key, answer);
  return answer;
}

type Metadata = { readonly package: string; readonly version: string };

function dataOf(path: string, packages: ReadonlySet<string>, metadata: ReadonlyMap<string, Metadata>): What {
  const top = path.slice(0, Math.max(0, path.indexOf('/')));
  const distribution = metadata.get(top);
  if (distribution !== undefined)
    return { kind: 'distribution-resource', ...distribution, name: path.slice(top.length + 1) };
  for (let folder = parent(path); folder !== ''; folder = parent(folder))
    if (packages.has(folder))
      return {
        kind: 'package-resource',
        package: folder.replaceAll('/', '.'),
        name: path.slice(folder.length + 1),
      };
  return { kind: 'file' };
}

/** Name and version as the core metadata says; its header comes first and is short. */
export function readMetadata(path: string, folder: string): Metadata {
  const header = readFileSync(path, 'utf8').split(/\r?\n\r?\n/, 1)[0] ?? '';
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*(.+?)\\s*$`, 'im').exec(header)?.[1];
  const [, name, version] = /^(.+?)(?:-([^-]+))?(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(folder) ?? [];
  return { package: field('Name') ?? name ?? folder, version: field('Version') ?? version ?? '' };
}

const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
