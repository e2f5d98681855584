// What building a FileManifest does: an install layout in the build's folder.
import type { FileManifestValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { type LayoutOptions, writeLayout } from './layout.ts';
import { manifestFiles, withStaging } from './manifest-files.ts';
import type { Workbench } from './packed.ts';

/** Writes the layout and returns the absolute paths of its files. */
export async function buildFileManifest(
  context: Context,
  bench: Workbench,
  value: FileManifestValue,
  folder: string,
  options: LayoutOptions = { replace: true },
): Promise<readonly string[]> {
  return withStaging(context, async (staging) =>
    writeLayout(context, folder, await manifestFiles(context, bench, value, staging), options),
  );
}
