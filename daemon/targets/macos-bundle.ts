// What building a MacOsApplicationBundleBuilder does: the folder NAME.app.
import { inputFailure } from '../../protocol/failure.ts';
import type { MacOsBundleValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { machOSlices } from '../packaging/mach-o.ts';
import type { NamedFile } from '../packaging/named-file.ts';
import { writeLayout } from './layout.ts';
import { manifestFiles, withStaging } from './manifest-files.ts';
import type { Workbench } from './python-executable.ts';

/** Writes the bundle and returns the absolute paths of its files. */
export async function buildMacOsBundle(
  context: Context,
  bench: Workbench,
  value: MacOsBundleValue,
  folder: string,
): Promise<readonly string[]> {
  return withStaging(context, async (staging) => {
    const files = await manifestFiles(context, bench, value.files, staging);
    return writeLayout(context, folder, withProgram(context, value, files), { replace: true });
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
