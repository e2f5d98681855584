// What a Windows installer comes to: a folder of sources, files and a script for WiX, and the MSI where it can be made.
import type { InstallerValue } from '../config/installer-value.ts';
import type { FileManifestValue, ManifestContent } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { type NamedFile, textContent } from '../packaging/named-file.ts';
import { buildScript, buildScriptName, type WixSource } from '../packaging/wix/build-script.ts';
import { bundleSource } from '../packaging/wix/bundle-source.ts';
import { installFilesSource, stagedFolder } from '../packaging/wix/install-files.ts';
import { msiSource, type WixReader } from '../packaging/wix/msi-source.ts';
import { makeMsi, type MadeMsi } from '../packaging/wix/wixl.ts';
import type { SigningRecord } from '../packaging/signing/signing-record.ts';
import type { Content } from '../python/resource.ts';
import { signedFile } from './signed-files.ts';

/** How values of the config become files. */
export type Resolve = {
  readonly manifest: (value: FileManifestValue, below?: string) => Promise<readonly NamedFile[]>;
  readonly content: (value: ManifestContent) => Promise<Content>;
  readonly signing: SigningRecord;
};

export type InstallerTree = {
  /** All that WiX needs. */
  readonly files: readonly NamedFile[];
  readonly made: MadeMsi;
};

const sourceFolder = 'wxs';
const mainSource = 'main.wxs';

/** Makes everything of an installer that can be made on this machine. */
export async function installerTree(
  context: Context,
  resolve: Resolve,
  value: InstallerValue,
): Promise<InstallerTree> {
  const installed = below(stagedFolder, await resolve.manifest(value.installFiles, stagedFolder));
  const others = [
    ...below(sourceFolder, await resolve.manifest(value.buildFiles)),
    ...(await resolve.manifest(value.assets)),
  ];
  const own: NamedFile[] = [];
  for (const { path, content } of value.sources)
    own.push(file(`${sourceFolder}/${path}`, await resolve.content(content)));
  const packages = await packagesOf(context, resolve, value);

  const sources: WixSource[] = [
    ...(value.main === undefined ? [] : [{ path: mainSource, parameters: new Map<string, string>() }]),
    ...(installed.length === 0
      ? []
      : [{ path: value.installFilesPath, parameters: new Map<string, string>() }]),
    ...value.sources.map(({ path, parameters }) => ({ path, parameters: new Map(parameters) })),
  ];
  const filesFor = (reader: WixReader): readonly NamedFile[] => [
    ...madeSources(context, value, installed, reader),
    ...own,
    ...installed,
    ...others,
  ];
  const script = buildScript({
    filename: value.filename,
    arch: value.arch,
    sources,
    variables: new Map(value.variables),
    packages: packages.scripts,
    redistributables:
      value.main?.kind === 'bundle'
        ? value.main.description.chain.flatMap((item) => (item.kind === 'msi' ? [] : [item.platform]))
        : [],
  });
  const made: MadeMsi = value.filename.toLowerCase().endsWith('.msi')
    ? await makeMsi(context, {
        filename: value.filename,
        arch: value.arch,
        sources,
        files: filesFor('wixl'),
        addsToPath: value.main?.kind === 'msi',
      })
    : { outcome: 'not-made', why: 'WiX makes installers of this kind on Windows only' };
  const files = [...filesFor('wix'), ...packages.files, file(buildScriptName, textContent(context, script))];
  return { files, made: await signed(context, resolve, value, made) };
}

/** The installer with its signature, or what is to be signed once it is made. */
async function signed(
  context: Context,
  { signing }: Resolve,
  { filename, signing: order }: InstallerValue,
  made: MadeMsi,
): Promise<MadeMsi> {
  if (order === undefined) return made;
  if (made.outcome === 'not-made') {
    const kind = filename.toLowerCase().endsWith('.msi') ? 'msi' : 'pe';
    signing.add({ file: filename, kind, order, state: { is: 'unsigned', why: 'it is to be made first' } });
    return made;
  }
  const installer = file(filename, made.content);
  return { ...made, content: (await signedFile(context, signing, installer, order)).content };
}

/** A bundle's MSI files: made, or in a folder each with what makes them. */
async function packagesOf(
  context: Context,
  resolve: Resolve,
  { packages }: InstallerValue,
): Promise<{
  readonly files: readonly NamedFile[];
  readonly scripts: { folder: string; filename: string }[];
}> {
  const files: NamedFile[] = [];
  const scripts: { folder: string; filename: string }[] = [];
  for (const one of packages) {
    const { files: tree, made } = await installerTree(context, resolve, one);
    if (made.outcome === 'made') files.push(file(one.filename, made.content));
    else {
      const folder = `packages/${one.filename.replace(/\.msi$/i, '')}`;
      files.push(...below(folder, tree));
      scripts.push({ folder, filename: one.filename });
    }
  }
  return { files, scripts };
}

function madeSources(
  context: Context,
  value: InstallerValue,
  installed: readonly NamedFile[],
  reader: WixReader,
): readonly NamedFile[] {
  const { main } = value;
  const sources: NamedFile[] = [];
  const add = (path: string, text: string): void =>
    void sources.push(file(`${sourceFolder}/${path}`, textContent(context, text)));
  if (main?.kind === 'msi') add(mainSource, msiSource(value, main.description, reader));
  if (main?.kind === 'bundle') add(mainSource, bundleSource(main.description));
  if (installed.length > 0) {
    const paths = installed.map(({ path }) => path.slice(stagedFolder.length + 1));
    add(value.installFilesPath, installFilesSource(value, value.installFilesRoot, paths));
  }
  return sources;
}

const file = (path: string, content: Content): NamedFile => ({ path, content, executable: false });

const below = (folder: string, files: readonly NamedFile[]): readonly NamedFile[] => [
  ...new Map(files.map((one) => [one.path, { ...one, path: `${folder}/${one.path}` }])).values(),
];
