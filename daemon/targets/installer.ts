// What building one of the WiX types does: the folder of its sources, and the MSI beside them where it can be made.
import { join } from 'node:path';
import type { InstallerValue } from '../config/installer-value.ts';
import type { Context } from '../context.ts';
import { buildScriptName } from '../packaging/wix/build-script.ts';
import { installerTree } from './installer-tree.ts';
import { writeLayout } from './layout.ts';
import { resolveWith, withStaging } from './manifest-files.ts';
import type { Workbench } from './packed.ts';

export type BuiltInstaller = {
  readonly written: readonly string[];
  /** Absolute path of the installer, when it was made. */
  readonly made: string | undefined;
};

/** Writes all that there is, and says what is to be run on Windows for the rest. */
export async function buildInstaller(
  context: Context,
  bench: Workbench,
  value: InstallerValue,
  folder: string,
): Promise<BuiltInstaller> {
  return withStaging(context, async (staging) => {
    const { files, made } = await installerTree(context, resolveWith(context, bench, staging), value);
    const { filename } = value;
    if (made.outcome === 'not-made') {
      const text = `The sources of ${filename} are written, the installer is not made: ${made.why}. Where the WiX Toolset is, run ${buildScriptName} in a copy of ${folder}`;
      context.report({ event: 'notice', text });
      return { written: writeLayout(context, folder, files, { replace: true }), made: undefined };
    }
    const all = [...files, { path: filename, content: made.content, executable: false }];
    return { written: writeLayout(context, folder, all, { replace: true }), made: join(folder, filename) };
  });
}
