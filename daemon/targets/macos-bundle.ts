// What building a MacOsApplicationBundleBuilder does: the folder NAME.app.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { MacOsBundleValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { machOSlices } from '../packaging/mach-o.ts';
import { bytesOf, type NamedFile } from '../packaging/named-file.ts';
import { signBundle } from '../packaging/signing/sign.ts';
import { writeLayout } from './layout.ts';
import { manifestFiles, withStaging } from './manifest-files.ts';
import type { Workbench } from './packed.ts';
import { contentOfFile } from './placed-files.ts';

/** Writes the bundle and returns the absolute paths of its files. */
export async function buildMacOsBundle(
  context: Context,
  bench: Workbench,
  value: MacOsBundleValue,
  folder: string,
): Promise<readonly string[]> {
  return withStaging(context, async (staging) => {
    const files = withProgram(context, value, await manifestFiles(context, bench, value.files, staging));
    return writeLayout(context, folder, await signedBundle(context, bench, value, files, staging), {
      replace: true,
    });
  });
}

/** The bundle's files with its signature, which is in some of them, or as they are. */
async function signedBundle(
  context: Context,
  { signing }: Workbench,
  { name, signing: order }: MacOsBundleValue,
  files: readonly NamedFile[],
  staging: string,
): Promise<readonly NamedFile[]> {
  if (order === undefined) return files;
  const [plain, output] = [join(staging, 'plain'), join(staging, 'signed')];
  mkdirSync(output);
  for (const { path, content, executable } of files) {
    const target = join(plain, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, await bytesOf(context, content), { mode: executable ? 0o755 : 0o644 });
  }
  const signed = await signBundle(context, join(plain, name), join(output, name), order);
  const kind = 'app-bundle';
  if (signed.outcome === 'not-signed') {
    signing.add({ file: name, kind, order, state: { is: 'unsigned', why: signed.why } });
    return files;
  }
  signing.add({ file: name, kind, order, state: { is: 'signed', by: signed.by } });
  return readdirSync(output, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): NamedFile => {
      const path = join(entry.parentPath, entry.name);
      const executable = (statSync(path).mode & 0o111) !== 0;
      return { path: relative(output, path), content: contentOfFile(context, path), executable };
    });
}

/** The files, with the program that Info.plist names among them, which can be started. */
function withProgram(
  context: Context,
  { name, executable }: MacOsBundleValue,
  files: readonly NamedFile[],
): readonly NamedFile[] {
  const path = `${name}/Contents/MacOS/${executable}`;
  const program = files.findLast((file) => file.path === path);
  if (program === undefined)
    throw inputFailure(`Cannot make ${name}: its executable "${executable}" is not among its files`, {
      hint: 'add it with add_macos_file() or add_macos_manifest()',
    });
  const { content } = program;
  const there = content.at === 'file' ? content.path : context.cache.blobs.path(content.sha256);
  if (there !== undefined && machOSlices(there) === undefined)
    context.report({
      event: 'notice',
      text: `${name}: its executable "${executable}" is not a program for macOS, which will not start it`,
    });
  return files.map((file) => (file.path === path ? { ...file, executable: true } : file));
}
