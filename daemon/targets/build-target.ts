// What building each type of target does: one file a type.
import { join } from 'node:path';
import type { Artifact } from '../../protocol/requests.ts';
import type { Installation, ResolvedTarget } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { SigningRecord } from '../packaging/signing/signing-record.ts';
import { buildEmbeddedResources } from './embedding-artifacts.ts';
import { buildFileManifest } from './file-manifest.ts';
import { buildInstaller } from './installer.ts';
import { buildMacOsBundle } from './macos-bundle.ts';
import { type Workbench } from './packed.ts';
import { buildPythonExecutable } from './python-executable.ts';
import { buildPythonLibrary } from './python-library.ts';
import { buildPythonWheel } from './python-wheel.ts';
import { writeSigningRecord } from './signed-files.ts';
import { buildSnap } from './snap.ts';

export type BuiltTarget = {
  readonly artifacts: readonly Artifact[];
  /** Absolute paths of all that was written. */
  readonly written: readonly string[];
  /** What `oxd run` starts. */
  readonly run: string | undefined;
};

/** Builds one target into its folder, replacing what the last build of it left there. */
export async function buildTarget(
  context: Context,
  bench: Omit<Workbench, 'signing'>,
  target: ResolvedTarget,
): Promise<BuiltTarget> {
  const signing = new SigningRecord();
  const built = await buildUnrecorded(context, { ...bench, signing }, target);
  const record = writeSigningRecord(context, signing, target.folder);
  return { ...built, written: [...built.written, ...record] };
}

async function buildUnrecorded(
  context: Context,
  bench: Workbench,
  { name, folder, value }: ResolvedTarget,
): Promise<BuiltTarget> {
  const artifact = (kind: Artifact['kind'], path: string): Artifact => ({ target: name, kind, path });
  switch (value.type) {
    case 'PythonExecutable': {
      const { written } = await buildPythonExecutable(context, bench, value, folder);
      const path = join(folder, value.name);
      return { artifacts: [artifact('executable', path)], written, run: path };
    }
    case 'FileManifest': {
      const written = await buildFileManifest(context, bench, value, folder);
      const run = value.run === undefined ? undefined : join(folder, value.run);
      return { artifacts: [artifact('directory', folder)], written, run };
    }
    case 'PythonWheelBuilder': {
      const written = await buildPythonWheel(context, bench, value, folder);
      return { artifacts: written.map((path) => artifact('file', path)), written, run: undefined };
    }
    case 'MacOsApplicationBundleBuilder': {
      const written = await buildMacOsBundle(context, bench, value, folder);
      return { artifacts: [artifact('directory', join(folder, value.name))], written, run: undefined };
    }
    case 'SnapcraftBuilder': {
      const { written, packages } = await buildSnap(context, bench, value, folder);
      const files = packages.map((path) => artifact('file', path));
      return { artifacts: [artifact('directory', folder), ...files], written, run: undefined };
    }
    case 'WiXInstaller':
    case 'WiXMSIBuilder':
    case 'WiXBundleBuilder': {
      const { written, made } = await buildInstaller(context, bench, value, folder);
      const file = made === undefined ? [] : [artifact('file', made)];
      return { artifacts: [artifact('directory', folder), ...file], written, run: undefined };
    }
    case 'PythonLibrary': {
      const { written, library } = await buildPythonLibrary(context, bench, value, folder);
      return { artifacts: [artifact('file', library)], written, run: undefined };
    }
    case 'PythonEmbeddedResources': {
      const written = await buildEmbeddedResources(context, bench, value, folder);
      return { artifacts: [artifact('directory', folder)], written, run: undefined };
    }
  }
}

/** Does what `install()` or `write_to_directory()` asked for. Returns the absolute paths of what was written. */
export async function install(
  context: Context,
  bench: Omit<Workbench, 'signing'>,
  { path, replace, value }: Installation,
): Promise<readonly string[]> {
  if (value.type === 'FileManifest') {
    const signing = new SigningRecord();
    const written = await buildFileManifest(context, { ...bench, signing }, value, path, { replace });
    return [...written, ...writeSigningRecord(context, signing, path)];
  }
  const { written } = await buildTarget(context, bench, { name: 'install', folder: path, value });
  return written;
}
