// What the values of a config that stand for files come to: real contents, with the programs, wheels and archives among
// them built first.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { InstallerValue } from '../config/installer-value.ts';
import type {
  FileManifestValue,
  ManifestContent,
  ManifestEntry,
  WheelValue,
} from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import type { PackageInput } from '../licences/inputs.ts';
import type { NamedFile } from '../packaging/named-file.ts';
import { universalContent } from '../packaging/universal-binary.ts';
import { wheelContent } from '../packaging/wheel.ts';
import type { Content, Resource } from '../python/resource.ts';
import { type Resolve, installerTree } from './installer-tree.ts';
import { packagesOf } from './licence-inputs.ts';
import { modificationTime } from './modification-time.ts';
import { compiledFiles, contentOfFile, contentOfText } from './placed-files.ts';
import { type Workbench } from './packed.ts';
import { buildPythonExecutable } from './python-executable.ts';
import { signedFile } from './signed-files.ts';

/** Programs are built to one side first: a layout may hold several, at any depth, and takes them as files. */
export async function withStaging<T>(context: Context, body: (staging: string) => Promise<T>): Promise<T> {
  const staging = context.cache.scratch();
  mkdirSync(staging);
  try {
    return await body(staging);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * The files of a manifest, signed as ordered. Contents may be below `staging`, so they are to be used while it is there.
 * `below` is where the manifest's root will be, in the build's folder.
 */
export async function manifestFiles(
  context: Context,
  bench: Workbench,
  value: FileManifestValue,
  staging: string,
  below = '',
): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  const packages = loosePackages(context, bench, value);
  for (const entry of value.entries) files.push(...(await filesOf(context, bench, entry, staging, packages)));
  if (value.signing === undefined) return files;
  const signed: NamedFile[] = [];
  for (const file of files)
    signed.push(
      await signedFile(context, bench.signing, file, value.signing[file.path], join(below, file.path)),
    );
  return signed;
}

async function filesOf(
  context: Context,
  bench: Workbench,
  entry: ManifestEntry,
  staging: string,
  packages: readonly PackageInput[],
): Promise<NamedFile[]> {
  switch (entry.kind) {
    case 'file': {
      const content = await contentOf(context, bench, entry.content, staging);
      return [{ path: entry.path, content, executable: entry.executable }];
    }
    case 'resources':
      // Libraries outside of packages ("numpy.libs/…") come along; files of one path are one file.
      return [...chosen(bench, entry), ...bench.sets.get(entry.set).companions].map(
        ({ path, content, executable }) => ({
          path: join(entry.prefix, path),
          content,
          executable,
        }),
      );
    case 'bytecode': {
      const sources = chosen(bench, entry).filter(({ what }) => what.kind === 'module-source');
      return compiledFiles(
        context,
        bench.compiler,
        bench.sets.distribution(entry.distribution),
        sources.map(({ path, content }) => ({ path: join(entry.prefix, path), content, level: entry.level })),
      );
    }
    case 'executable': {
      const folder = mkdtempSync(join(staging, 'program-'));
      const { executable } = entry;
      const built = await buildPythonExecutable(context, bench, executable, folder, packages);
      const files = built.written.map((path, index) => ({
        path: join(entry.prefix, path.slice(folder.length + 1)),
        content: contentOfFile(context, path),
        executable: index === 0,
      }));
      const { licences } = built;
      if (licences === undefined) return files;
      const { path, content } = licences;
      return [{ path: join(entry.prefix, path), content, executable: false }, ...files];
    }
  }
}

/** Packages that lie in the layout as files: the document of a program beside them names them too. */
export function loosePackages(
  context: Context,
  { sets }: Pick<Workbench, 'sets'>,
  { entries }: FileManifestValue,
): PackageInput[] {
  const used = entries.flatMap((entry) => (entry.kind === 'resources' ? [entry.set] : []));
  return [...new Set(used)].flatMap((set) => packagesOf(context, sets.get(set)).map(({ input }) => input));
}

const chosen = (
  bench: Workbench,
  { set, indexes }: { readonly set: string; readonly indexes?: readonly number[] },
): readonly Resource[] => {
  const { resources } = bench.sets.get(set);
  return indexes?.map((index) => resources[index]!) ?? resources;
};

async function contentOf(
  context: Context,
  bench: Workbench,
  content: ManifestContent,
  staging: string,
): Promise<Content> {
  switch (content.at) {
    case 'file':
      context.trace.file(content.path);
      return contentOfFile(context, content.path);
    case 'text':
      return contentOfText(context, content.text);
    case 'resource':
      return bench.sets.get(content.set).resources[content.index]!.content;
    case 'executable': {
      const folder = mkdtempSync(join(staging, 'program-'));
      const { written } = await buildPythonExecutable(context, bench, content.executable, folder);
      const [program] = written;
      if (program === undefined) throw new Error(`${basename(folder)} holds no program`);
      return contentOfFile(context, program);
    }
    case 'universal-binary': {
      const inputs: Content[] = [];
      for (const input of content.inputs) inputs.push(await contentOf(context, bench, input, staging));
      return universalContent(context, content.filename, inputs);
    }
    case 'installer':
      return contentOfInstaller(context, bench, content.installer, staging);
    case 'wheel':
      return contentOfWheel(context, bench, content.wheel, staging);
  }
}

/** The archive of a wheel. */
export async function contentOfWheel(
  context: Context,
  bench: Workbench,
  wheel: WheelValue,
  staging: string,
): Promise<Content> {
  const files = await manifestFiles(context, bench, wheel.files, staging);
  return wheelContent(context, wheel.description, files, modificationTime(context));
}

/** How values of the config become files, for what needs several. */
export const resolveWith = (context: Context, bench: Workbench, staging: string): Resolve => ({
  manifest: (value, below) => manifestFiles(context, bench, value, staging, below),
  signing: bench.signing,
  content: (value) => contentOf(context, bench, value, staging),
});

/** A file cannot be there later: whoever takes an installer as one needs it made. */
async function contentOfInstaller(
  context: Context,
  bench: Workbench,
  installer: InstallerValue,
  staging: string,
): Promise<Content> {
  const { made } = await installerTree(context, resolveWith(context, bench, staging), installer);
  if (made.outcome === 'made') return made.content;
  throw inputFailure(`Cannot make ${installer.filename} here: ${made.why}`, {
    hint: 'build its builder as a target: its sources are written, with a script that makes it on Windows',
  });
}
