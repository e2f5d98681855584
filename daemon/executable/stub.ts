// The stub: our Rust crate linked with a distribution's CPython, before anything is packed into it. Built by cargo
// once for a distribution and toolchain, then taken from the cache by every project.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import type { Distribution, StaticExtension } from '../python/distribution.ts';
import { isOffline } from '../python/strictness.ts';
import { buildFlags } from './build-flags.ts';
import { runCargo } from './cargo.ts';
import { makeLibpython } from './custom-libpython.ts';
import type { InterpreterConfig } from './interpreter-config.ts';
import { withStep } from '../step.ts';
import { remappedPaths } from './path-remapping.ts';
import { findToolchain } from './toolchain.ts';

export type Stub = { readonly sha256: Sha256; readonly size: number };

type StubKey = {
  readonly runtime: string; // the crate's sources, its Cargo.lock included
  readonly rustc: string; // full `rustc -vV`: the commit changes the ABI
  readonly distribution: string; // the objects that are linked in
  readonly linking: Distribution['linking']; // and in which way
  readonly modules?: readonly string[]; // extension modules that are linked in from their objects, with their variants
  readonly features?: readonly string[]; // what else of the crate is compiled in; sorted
  readonly flags: Readonly<Record<string, string>>; // what else changes generated code or the link
  readonly library?: string; // for other languages: in which form
};

/** 1: with the paths of the user's registry. 3: linked at a fixed address. */
const stubs: ResultType<StubKey, Stub> = { kind: 'cargo', version: 3 };

/** What is linked for other languages instead of an executable, out of the crate as a static library. */
export type LibraryForm = {
  /** All that decides about the result beside the key's other fields. */
  readonly key: string;
  /** Links it in the folder `work` and returns its absolute path. */
  link(context: Context, crate: string, linking: Distribution['linking'], work: string): Promise<string>;
};

/**
 * Returns the linked stub for a distribution, with these of its extension modules linked in where it has object files,
 * and with the allocator that the interpreter's configuration names. Throws a Failure when there is no toolchain or the build fails.
 */
export async function buildStub(
  context: Context,
  distribution: Distribution,
  modules: readonly StaticExtension[],
  config: InterpreterConfig,
  library?: LibraryForm,
): Promise<Stub> {
  const toolchain = await findToolchain(context);
  const runtime = runtimeCrate();
  const flags = buildFlags(context);
  const features = featuresFor(config);
  const key: StubKey = {
    runtime: runtime.digest,
    rustc: toolchain.rustc,
    distribution: distribution.id,
    linking: distribution.linking,
    ...(distribution.objectFiles === undefined
      ? {}
      : { modules: modules.map(({ name, variant }) => `${name} ${variant}`) }),
    ...(features.length === 0 ? {} : { features }),
    flags,
    ...(library === undefined ? {} : { library: library.key }),
  };
  const known = context.cache.get(stubs, key);
  if (known !== undefined) return known;

  return withStep(context, 'stub', `Python ${distribution.version}`, async (step) => {
    // One live target folder for all distributions: cargo recompiles what differs and keeps the rest.
    const work = join(context.cache.folder, 'cargo');
    mkdirSync(work, { recursive: true });
    const pyo3Config = join(work, `pyo3-${distribution.id.slice(0, 32)}.txt`);
    // Cargo compiles again what depends on a file with a new time.
    if (!hasText(pyo3Config, describeForPyo3(distribution)))
      writeFileSync(pyo3Config, describeForPyo3(distribution));
    const { objectFiles, includes } = distribution;
    const objects = context.cache.scratch();
    const linking =
      objectFiles === undefined
        ? distribution.linking
        : await makeLibpython(context, { includes, objectFiles }, modules, objects);
    const compiled = await runCargo(context, {
      cargo: toolchain.cargo,
      args: [
        ...(library === undefined ? programArgs : libraryArgs),
        '--release',
        '--locked',
        ...(isOffline(context) ? ['--offline'] : []),
        ...(features.length === 0 ? [] : ['--features', features.join()]),
        '--manifest-path',
        join(runtime.folder, 'Cargo.toml'),
      ],
      environment: {
        ...context.environment,
        ...remappedPaths(context, runtime.folder),
        ...linkEnvironment(linking),
        PYO3_CONFIG_FILE: pyo3Config,
        // What is compiled is shared by all distributions (cargo before 1.91 does not know how, and compiles again);
        // what comes out is not: another daemon's cargo may link another Python's before this one is copied.
        CARGO_BUILD_BUILD_DIR: join(work, 'crates'),
        CARGO_TARGET_DIR: join(work, 'stubs', digest(JSON.stringify(key)).slice(0, 32)),
        CARGO_TERM_COLOR: 'never',
      },
      crates: runtime.crates,
      folder: context.cache.folder,
      step,
    });
    const linked = context.cache.scratch();
    const built = library === undefined ? compiled : await library.link(context, compiled, linking, linked);
    rmSync(objects, { recursive: true, force: true });
    const copy = context.cache.scratch();
    await copyFile(built, copy);
    rmSync(linked, { recursive: true, force: true });
    const stub = await storeStub(context, copy);
    context.cache.put(stubs, key, stub, { blobs: [stub.sha256] });
    return stub;
  });
}

/** Moves a linked program, at a path of the cache's own, into the cache. */
export async function storeStub(context: Context, path: string): Promise<Stub> {
  const { size } = statSync(path);
  return { sha256: await context.cache.blobs.putFile(path), size };
}

const programArgs = ['build', '--bin', 'stub'];
const libraryArgs = ['rustc', '--lib', '--crate-type', 'staticlib', '--features', 'c-api'];

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Of the crate: an allocator that is compiled from C or C++. The C library's needs none. */
function featuresFor({ allocatorBackend }: InterpreterConfig): readonly string[] {
  const isCompiled = allocatorBackend !== undefined && allocatorBackend !== 'rust';
  return isCompiled ? [`allocator-${allocatorBackend}`] : [];
}

/** The variables that runtime/build.rs reads. */
function linkEnvironment(linking: Distribution['linking']): Record<string, string> {
  return linking.kind === 'static'
    ? { OXD_PYTHON_STATIC: linking.archive, OXD_PYTHON_LIBS: linking.libraries.join(' ') }
    : { OXD_PYTHON_SHARED: '1' };
}

/** pyo3-ffi's configuration file: which CPython's ABI; the link lines are ours (build.rs). */
export function describeForPyo3(distribution: Distribution): string {
  const [major, minor] = distribution.version.split('.');
  return [
    'implementation=CPython',
    `version=${major}.${minor}`,
    'shared=false',
    'abi3=false',
    'pointer_width=64',
    'suppress_build_script_link_lines=true',
    '',
  ].join('\n');
}

type RuntimeCrate = { readonly folder: string; readonly digest: string; readonly crates: number };
let foundCrate: RuntimeCrate | undefined;

/** The crate's folder beside this package's code, and a digest of all that cargo reads of it. Read once per process. */
export function runtimeCrate(): RuntimeCrate {
  if (foundCrate !== undefined) return foundCrate;
  let folder = import.meta.dirname;
  while (!hasFile(join(folder, 'runtime'), 'Cargo.toml')) {
    if (dirname(folder) === folder)
      throw new Error('the runtime crate is missing from this installation of oxd');
    folder = dirname(folder);
  }
  folder = join(folder, 'runtime');
  const files = ['Cargo.toml', 'Cargo.lock', 'build.rs', ...listFiles(folder, 'src')].toSorted();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  const crates = readFileSync(join(folder, 'Cargo.lock'), 'utf8').split('[[package]]').length - 1;
  foundCrate = { folder, digest: hash.digest('hex'), crates };
  return foundCrate;
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

function hasText(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
}

function hasFile(folder: string, name: string): boolean {
  try {
    return readdirSync(folder).includes(name);
  } catch {
    return false;
  }
}
