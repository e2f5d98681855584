// Makes MSI files on Linux with wixl and msibuild of GNOME's msitools: https://wiki.gnome.org/msitools
import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ResultType, Sha256 } from '../../../cache/cache.ts';
import type { Context } from '../../context.ts';
import type { Content } from '../../python/resource.ts';
import { withStep } from '../../step.ts';
import { fileContent, type NamedFile } from '../named-file.ts';
import { findProgram, tryProgram } from '../program.ts';
import type { WixSource } from './build-script.ts';
import { pathComponent, type WixArchitecture } from './msi-source.ts';

export type MsiInput = {
  readonly filename: string;
  readonly arch: WixArchitecture;
  /** In the form that wixl reads; they are among the files. */
  readonly sources: readonly WixSource[];
  /** All that the sources refer to, relative to the folder of the installer. */
  readonly files: readonly NamedFile[];
  /** Whether the component for the PATH variable is in there. */
  readonly addsToPath: boolean;
};

export type MadeMsi =
  | { readonly outcome: 'made'; readonly content: Content }
  /** `why` goes on: "the installer is not made: …". */
  | { readonly outcome: 'not-made'; readonly why: string };

type MsiKey = {
  readonly wixl: Sha256; // another version writes other tables
  readonly arch: WixArchitecture;
  readonly sources: readonly (readonly [path: string, parameters: readonly (readonly [string, string])[]])[];
  readonly files: readonly (readonly [path: string, sha256: Sha256])[];
  readonly addsToPath: boolean;
};
const msiFiles: ResultType<MsiKey, { readonly sha256: Sha256; readonly size: number }> = {
  kind: 'package',
  version: 1,
};

/** Tables that wixl does not write, as msibuild takes them: the environment variable, and when it is set and removed. */
const environmentTable = [
  ['Environment', 'Name', 'Value', 'Component_'],
  ['s72', 'l255', 'L255', 's72'],
  ['Environment', 'Environment'],
  // "=-": set when installed, removed when removed; "*": of the machine. "[~];": after what is there.
  ['PATH', '=-*PATH', '[~];[APPLICATIONFOLDER]', pathComponent],
];
/** Numbers as Microsoft's suggested InstallExecuteSequence has them. */
const environmentActions = [
  ['RemoveEnvironmentStrings', 3300],
  ['WriteEnvironmentStrings', 5200],
] as const;

/** Makes the installer where the programs for it are and take the sources. */
export async function makeMsi(context: Context, input: MsiInput): Promise<MadeMsi> {
  const [wixl, msibuild] = [findProgram(context, 'wixl'), findProgram(context, 'msibuild')];
  if (wixl === undefined || msibuild === undefined)
    return { outcome: 'not-made', why: `${wixl === undefined ? 'wixl' : 'msibuild'} is not on this machine` };
  if (input.arch === 'arm64') return { outcome: 'not-made', why: 'wixl makes none for arm64' };
  const program = context.cache.hashFile(wixl);
  if (program === undefined) return { outcome: 'not-made', why: `${wixl} cannot be read` };
  const key: MsiKey = {
    wixl: program.sha256,
    arch: input.arch,
    sources: input.sources.map(({ path, parameters }) => [path, [...parameters]]),
    files: input.files.map(({ path, content }) => [path, content.sha256]),
    addsToPath: input.addsToPath,
  };
  const known = context.cache.get(msiFiles, key);
  if (known !== undefined) return { outcome: 'made', content: { at: 'blob', ...known } };
  const folder = context.cache.scratch();
  try {
    return await withStep(context, 'package', input.filename, async () => {
      const made = await makeIn(context, folder, input, { wixl, msibuild });
      if (made.outcome === 'made') {
        const { sha256, size } = made.content;
        context.cache.put(msiFiles, key, { sha256, size }, { blobs: [sha256] });
      }
      return made;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeIn(
  context: Context,
  folder: string,
  { arch, sources, files, addsToPath }: MsiInput,
  programs: { readonly wixl: string; readonly msibuild: string },
): Promise<MadeMsi> {
  mkdirSync(folder);
  for (const { path, content } of files) {
    const from = content.at === 'file' ? content.path : context.cache.blobs.path(content.sha256);
    if (from === undefined) throw new Error(`the cache lost ${content.sha256}`);
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(from, join(folder, path));
  }
  // No clean name: what the sources bring must not be overwritten.
  const output = join(folder, '.output.msi');
  const defines = sources.flatMap(({ parameters }) =>
    [...parameters].flatMap(([name, value]) => ['-D', `${name}=${value}`]),
  );
  const inputs = sources.map(({ path }) => join('wxs', path));
  const args = ['--arch', arch, ...defines, '--output', output, ...inputs];
  const end = await tryProgram(context, { program: programs.wixl, args, cwd: folder });
  if (!end.ok) return { outcome: 'not-made', why: `wixl does not take its sources: ${end.why}` };
  if (addsToPath) {
    const table = join(folder, 'Environment.idt');
    writeFileSync(table, environmentTable.map((row) => `${row.join('\t')}\r\n`).join(''));
    const queries = environmentActions.map(
      ([action, sequence]) =>
        `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Sequence\`) VALUES ('${action}', ${sequence})`,
    );
    const added = await tryProgram(context, {
      program: programs.msibuild,
      args: [output, '-i', table, '-q', ...queries],
      cwd: folder,
    });
    if (!added.ok) return { outcome: 'not-made', why: `msibuild says: ${added.why}` };
  }
  return { outcome: 'made', content: await fileContent(context, output, statSync(output).size) };
}
