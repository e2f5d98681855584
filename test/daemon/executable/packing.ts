// Real executables for tests: a stub built by cargo from a real CPython, with that CPython's standard library packed.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import type { Sha256 } from '../../../cache/cache.ts';
import { type ImageLayer, writeImage } from '../../../daemon/executable/image.ts';
import type { InterpreterConfig } from '../../../daemon/executable/interpreter-config.ts';
import {
  buildLayer,
  type LayerFile,
  type LayerModule,
  writeLayer,
} from '../../../daemon/executable/layer.ts';

export type Python = {
  readonly executable: string;
  /** "3.11" */
  readonly version: string;
  readonly stdlib: string;
  readonly dynload: string;
  readonly archive: string | undefined;
  readonly libraries: string;
  /** libpythonX.Y.so.1.0, where there is one. */
  readonly library: string | undefined;
};

const repository = join(import.meta.dirname, '../../..');
/** Shared by all runs: cargo's target folder, packed standard libraries. Safe to delete at any time. */
export const workFolder = join(process.env['OXD_CACHE_DIR'] ?? tmpdir(), 'oxd-runtime-tests');

/** A CPython of that minor version with a static library, or undefined when this machine has none. */
function findPython(version: string): Python | undefined {
  const pyenv = join(homedir(), '.pyenv/versions');
  const installed = existsSync(pyenv)
    ? readdirSync(pyenv).filter((name) => name.startsWith(`${version}.`))
    : [];
  for (const command of [...installed.map((name) => join(pyenv, name, 'bin/python3')), `python${version}`]) {
    try {
      const probe = `import json, os, sys, sysconfig as s; v = s.get_config_var
archive = os.path.join(v('LIBPL'), 'libpython' + v('LDVERSION') + '.a')
print(json.dumps({'executable': sys.executable, 'version': v('py_version_short'), 'stdlib': s.get_path('stdlib'),
  'dynload': os.path.join(s.get_path('stdlib'), 'lib-dynload'), 'archive': archive if os.path.exists(archive) else None,
  'libraries': ' '.join([v('LIBS') or '', v('SYSLIBS') or '']),
  'library': os.path.join(v('LIBDIR'), v('INSTSONAME'))}))`;
      const found = JSON.parse(
        execFileSync(command, ['-I', '-c', probe], { encoding: 'utf8', stdio: 'pipe' }),
      );
      const libraries = found.libraries.split(' ').filter((word: string) => word.startsWith('-l'));
      const python: Python = {
        ...found,
        archive: found.archive ?? undefined,
        library: existsSync(found.library) ? found.library : undefined,
        libraries: [...libraries, '-lpthread', '-lutil'].join(' '),
      };
      if (python.archive !== undefined) return python;
    } catch {
      // The next candidate.
    }
  }
  return undefined;
}

/** The CPython that tests run: the version that OXD_TEST_PYTHON names, or the first that this machine has. */
export function testPython(): Python {
  const wanted = process.env['OXD_TEST_PYTHON'];
  const versions = wanted === undefined ? ['3.11', '3.12', '3.13', '3.10'] : [wanted];
  for (const version of versions) {
    const python = findPython(version);
    if (python !== undefined) return python;
  }
  throw new Error(`these tests need a CPython ${versions.join(' or ')} with a static library`);
}

/** Builds the stub with features of the crate, or lets cargo say that it is up to date. Returns its path. */
export function buildStub(
  python: Python,
  linking: 'static' | 'shared' = 'static',
  features: readonly string[] = [],
): string {
  const folder = join(workFolder, [`${linking}-${python.version}`, ...features].join('-'));
  mkdirSync(folder, { recursive: true });
  const pyo3 = join(folder, 'pyo3.txt');
  const lines = [
    'implementation=CPython',
    `version=${python.version}`,
    'shared=false',
    'abi3=false',
    'pointer_width=64',
  ];
  writeFileSync(pyo3, [...lines, 'suppress_build_script_link_lines=true', ''].join('\n'));
  const chosen = features.length === 0 ? [] : ['--features', features.join()];
  execFileSync('cargo', ['build', '--release', '--locked', '--quiet', '--bin', 'stub', ...chosen], {
    cwd: join(repository, 'runtime'),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      PYO3_CONFIG_FILE: pyo3,
      CARGO_TARGET_DIR: join(folder, 'target'),
      ...(linking === 'static'
        ? { OXD_PYTHON_STATIC: python.archive, OXD_PYTHON_LIBS: python.libraries }
        : { OXD_PYTHON_SHARED: '1' }),
    },
  });
  return join(folder, 'target/release/stub');
}

/** Writes .pyc files for a folder's modules: `OUT/pkg/__pycache__/name.cpython-311.pyc`. */
const compileScript = `
import importlib._bootstrap_external as external, importlib.util as util, marshal, os, sys
root, out, prefix = sys.argv[1:]
for folder, folders, files in os.walk(root):
  folders[:] = [f for f in folders if f not in ('__pycache__', 'site-packages', 'lib-dynload')]
  for file in files:
    if not file.endswith('.py'): continue
    path = os.path.join(folder, file)
    relative = os.path.relpath(path, root)
    source = open(path, 'rb').read()
    try: code = compile(source, os.path.join(prefix, relative), 'exec', dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError): continue
    target = util.cache_from_source(os.path.join(out, relative), optimization='')
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, 'wb') as f: f.write(external._code_to_hash_pyc(code, util.source_hash(source), False))
`;

/** The files and modules of a folder of Python sources, as they stand below `prefix` of the tree ("" or ending in /). */
export function packFolder(
  python: Python,
  folder: string,
  prefix: string,
  options: { readonly compress: boolean } = { compress: false },
): { files: LayerFile[]; modules: LayerModule[] } {
  const compiled = join(workFolder, `pyc-${python.version}-${process.pid}-${++folders}`);
  execFileSync(python.executable, ['-I', '-c', compileScript, folder, compiled, prefix]);
  const files: LayerFile[] = [];
  const modules: LayerModule[] = [];
  const add = (root: string, path: string, compress: boolean) => {
    const bytes = readFileSync(join(root, path));
    files.push({ path: prefix + path, content: { at: 'bytes', bytes }, executable: false, compress });
  };
  const pycs = new Set(filesBelow(compiled));
  for (const path of pycs) add(compiled, path, false);
  for (const path of filesBelow(folder)) {
    add(folder, path, options.compress && path.endsWith('.py'));
    const name = path
      .replace(/^lib-dynload\//, '')
      .replace(/\.[^/]*$/, '')
      .replaceAll('/', '.');
    if (path.endsWith('.so')) {
      modules.push({ name, isPackage: false, has: { kind: 'extension', library: prefix + path } });
    } else if (path.endsWith('.py') && !path.slice(0, -3).includes('.') && !path.includes('-')) {
      const tag = `cpython-${python.version.replace('.', '')}`;
      const pyc = join(dirname(path), '__pycache__', `${basename(path, '.py')}.${tag}.pyc`);
      const isPackage = basename(path) === '__init__.py';
      const bytecode = pycs.has(pyc) ? { bytecode: [prefix + pyc] } : {};
      const has = { kind: 'python', source: prefix + path, ...bytecode } as const;
      modules.push({ name: isPackage ? name.replace(/\.?__init__$/, '') : name, isPackage, has });
    }
  }
  rmSync(compiled, { recursive: true, force: true });
  return { files, modules: modules.filter(({ name }) => name !== '') };
}
let folders = 0;

function filesBelow(root: string): string[] {
  const skipped = /(^|\/)(__pycache__|site-packages|config-[^/]*|idlelib|turtledemo|ensurepip)\//;
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !skipped.test(path) || root.startsWith(workFolder))
    .toSorted();
}

/** The layer of a CPython's standard library without its tests; packed once, then kept in the work folder. */
export async function stdlibLayer(python: Python): Promise<ImageLayer> {
  const writers = [
    'daemon/executable/layer.ts',
    'daemon/executable/layer-index.ts',
    'test/daemon/executable/packing.ts',
  ];
  const form = sha256(Buffer.concat(writers.map((file) => readFileSync(join(repository, file))))).slice(
    0,
    12,
  );
  const path = join(workFolder, `stdlib-${python.version}-${form}.layer`);
  if (!existsSync(path)) {
    mkdirSync(workFolder, { recursive: true });
    const packed = packFolder(python, python.stdlib, `lib/python${python.version}/`, { compress: true });
    const isTest = (name: string) => /(^|[/.])(test|tests|idle_test)[/.]|\.a$/.test(name);
    const aside = `${path}.${process.pid}`;
    await writeLayer(
      aside,
      packed.files.filter((file) => !isTest(file.path)).map((file) => stripped(file, aside)),
      packed.modules.filter(({ has }) => !isTest(has.kind === 'python' ? (has.source ?? '') : has.library)),
      new AbortController().signal,
    );
    renameSync(aside, path);
  }
  const bytes = readFileSync(path);
  return { sha256: sha256(bytes), length: bytes.length, content: { at: 'file', path } };
}

/** Libraries without what debuggers want, where there is a strip: half of the layer, and each test copies it. */
function stripped(file: LayerFile, scratch: string): LayerFile {
  if (!file.path.endsWith('.so') || file.content.at !== 'bytes') return file;
  writeFileSync(scratch, file.content.bytes);
  if (spawnSync('strip', ['--strip-unneeded', scratch]).status !== 0) return file;
  return { ...file, content: { at: 'bytes', bytes: readFileSync(scratch) } };
}

export function memoryLayer(files: readonly LayerFile[], modules: readonly LayerModule[]): ImageLayer {
  const bytes = buildLayer(files, modules);
  return { sha256: sha256(bytes), length: bytes.length, content: { at: 'bytes', bytes } };
}

const sha256 = (bytes: Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;

/** The layer that an executable needs whose stub was linked without libpython, and its path there. */
export function libraryLayer(python: Python): { layer: ImageLayer; sharedLibrary: string } {
  if (python.library === undefined) throw new Error('this CPython has no shared library');
  const path = `lib/${basename(python.library)}`;
  const content = { at: 'file', path: python.library } as const;
  return {
    layer: memoryLayer([{ path, content, executable: false, compress: false }], []),
    sharedLibrary: path,
  };
}

/** A whole executable: the standard library, and below its root what `layers` hold. */
export async function writeExecutable(
  python: Python,
  options: {
    readonly output: string;
    readonly stub: string;
    readonly layers?: readonly ImageLayer[];
    readonly run: InterpreterConfig['run'];
    readonly config?: Partial<InterpreterConfig>;
  },
): Promise<void> {
  const image = {
    stub: options.stub,
    layers: [await stdlibLayer(python), ...(options.layers ?? [])],
    config: {
      pythonVersion: python.version,
      cacheTag: `cpython-${python.version.replace('.', '')}`,
      run: options.run,
      ...options.config,
    },
    output: options.output,
    mtime: 1_700_000_000,
  };
  await writeImage(image, new AbortController().signal);
}
