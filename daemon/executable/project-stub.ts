// The user's own program in place of our stub: cargo builds it in a folder of its own in the cache, which lives on between
// builds, so that cargo's own memory serves edits. Equal inputs never start cargo.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResultType } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import type { Distribution, StaticExtension } from '../python/distribution.ts';
import { isLocked, isOffline } from '../python/strictness.ts';
import { withStep } from '../step.ts';
import { buildFlags } from './build-flags.ts';
import { runCargo } from './cargo.ts';
import { type RustProject, binaryFor, compiledFrom, projectInputs } from './cargo-project.ts';
import type { Profile } from './layer.ts';
import { liveFolder } from './live-folder.ts';
import { linkArgumentsName, writePythonToLink } from './python-to-link.ts';
import { type Stub, describeForPyo3, digest, storeStub } from './stub.ts';
import { findToolchain } from './toolchain.ts';

type ProjectKey = {
  readonly folder: string; // it stands in debug information, and cargo tells it to the program
  readonly binary: string;
  readonly profile: Profile;
  readonly files: readonly (readonly [path: string, sha256: string | null])[]; // null: not there
  readonly rustc: string; // full `rustc -vV`
  readonly distribution: string; // the objects that are linked in
  readonly linking: Distribution['linking'];
  readonly modules: readonly string[]; // and those of extension modules
  readonly flags: Readonly<Record<string, string>>; // what else changes generated code or the link
};

/** 1: the first. */
const programs: ResultType<ProjectKey, Stub> = { kind: 'cargo', version: 1 };

/** What else went into the last build: files of other crates, and what sources include. */
type FurtherKey = Pick<ProjectKey, 'folder' | 'binary' | 'profile'>;
const furtherInputs: ResultType<FurtherKey, readonly string[]> = { kind: 'cargo', version: 1 };

/** What an executable needs of its stub, beside the project. */
export type ProjectProgram = {
  readonly name: string;
  readonly profile: Profile;
  readonly distribution: Distribution;
  readonly modules: readonly StaticExtension[];
};

/** Returns the project's program, linked with a distribution. Throws a Failure with cargo's diagnostics. */
export async function buildProjectStub(
  context: Context,
  project: RustProject,
  { name, profile, distribution, modules }: ProjectProgram,
): Promise<Stub> {
  const toolchain = await findToolchain(context);
  const { folder } = project;
  const further: FurtherKey = { folder, binary: binaryFor(project, name), profile };
  const inputs = projectInputs(context, project);
  const keyOf = (files: readonly string[]): ProjectKey => ({
    ...further,
    files: [...new Set(files)].map((path) => [path, context.cache.hashFile(path)?.sha256 ?? null] as const),
    rustc: toolchain.rustc,
    distribution: distribution.id,
    linking: distribution.linking,
    modules: modules.map((module) => `${module.name} ${module.variant}`),
    flags: buildFlags(context),
  });
  context.trace.directory(join(folder, 'src'));
  const more = context.cache.get(furtherInputs, further) ?? [];
  for (const path of [...inputs, ...more]) context.trace.file(path);
  const before = keyOf([...inputs, ...more]);
  const known = context.cache.get(programs, before);
  if (known !== undefined) return known;

  return withStep(context, 'cargo', further.binary, async (step) => {
    const live = liveFolder(context, folder);
    const target = join(live, 'target');
    const artifacts = await writeArtifacts(context, live, distribution, modules);
    const executable = await runCargo(context, {
      cargo: toolchain.cargo,
      args: [
        ...['build', '--bin', further.binary],
        ...(profile === 'release' ? ['--release'] : []),
        ...(isLocked(context) ? ['--locked'] : []),
        ...(isOffline(context) ? ['--offline'] : []),
      ],
      environment: {
        ...context.environment,
        OXD_ARTIFACT_DIR: artifacts,
        PYO3_CONFIG_FILE: join(artifacts, 'pyo3.txt'),
        ...(distribution.linking.kind === 'shared' ? { OXD_PYTHON_SHARED: '1' } : {}),
        CARGO_TARGET_DIR: target,
        CARGO_TERM_COLOR: 'never',
      },
      crates: cratesOf(folder),
      step,
      folder,
      binary: further.binary,
      isUsers: true,
    });
    const copy = context.cache.scratch();
    await copyFile(executable, copy);
    const stub = await storeStub(context, copy);
    const found = compiledFrom(executable, [live, ...inputs]);
    for (const path of found) context.trace.file(path);
    context.cache.put(furtherInputs, further, found);
    context.cache.put(programs, asBuilt(before, keyOf([...inputs, ...found]), folder), stub, {
      blobs: [stub.sha256],
    });
    return stub;
  });
}

/**
 * The key of what cargo built: files as they were before, since one may have been saved meanwhile; but the lock file as
 * cargo has left it, and files as they are now that nobody knew of before.
 */
function asBuilt(before: ProjectKey, after: ProjectKey, folder: string): ProjectKey {
  const known = new Map(before.files);
  known.delete(join(folder, 'Cargo.lock'));
  return { ...after, files: after.files.map(([path, sha256]) => [path, known.get(path) ?? sha256]) };
}

/** The folder that the project's build.rs takes: a Python to link, and a config that is packed behind the program. */
async function writeArtifacts(
  context: Context,
  live: string,
  distribution: Distribution,
  modules: readonly StaticExtension[],
): Promise<string> {
  const names = modules.map(({ name, variant }) => `${name} ${variant}`);
  const key = JSON.stringify([distribution.id, distribution.linking, names]);
  const folder = join(live, `python-${digest(key).slice(0, 32)}`);
  // The list is written last. A library that is linked of objects anew takes a second.
  if (existsSync(join(folder, linkArgumentsName))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pyo3.txt'), describeForPyo3(distribution));
  writeFileSync(join(folder, 'default_python_config.rs'), configSource);
  await writePythonToLink(context, distribution, modules, folder);
  return folder;
}

/** So that an edit of Python code is none of the program's. */
const configSource = `/// The settings that the config has, as they are packed into this program.
pub fn default_python_config() -> Result<oxd_runtime::InterpreterConfig, oxd_runtime::Error> {
    oxd_runtime::PackedResources::Executable.config()
}
`;

/** At the most: the lock file has those of other platforms too. */
function cratesOf(folder: string): number {
  try {
    return readFileSync(join(folder, 'Cargo.lock'), 'utf8').split('[[package]]').length - 1;
  } catch {
    return 0;
  }
}
