// What building a SnapcraftBuilder does: the folder for snapcraft and, where that is on the machine, the package.
import type { SnapValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { makeSnap } from '../packaging/snapcraft.ts';
import { textContent } from '../packaging/named-file.ts';
import { writeLayout } from './layout.ts';
import { manifestFiles, withStaging } from './manifest-files.ts';
import type { Workbench } from './packed.ts';

export type BuiltSnap = { readonly written: readonly string[]; readonly packages: readonly string[] };

/** Writes the files and makes what can be made; `packages` are among the written. Absolute paths. */
export async function buildSnap(
  context: Context,
  bench: Workbench,
  { yaml, files, calls }: SnapValue,
  folder: string,
): Promise<BuiltSnap> {
  const { written, own } = await withStaging(context, async (staging) => {
    const all = [
      ...(await manifestFiles(context, bench, files, staging)),
      { path: 'snap/snapcraft.yaml', content: textContent(context, yaml), executable: false },
    ];
    return {
      written: writeLayout(context, folder, all, { replace: true }),
      own: new Set(all.map(({ path }) => path.split('/')[0] ?? path)),
    };
  });
  const packages = await makeSnap(context, folder, own, calls);
  return { written: [...written, ...packages], packages };
}
