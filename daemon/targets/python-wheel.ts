// What building a PythonWheelBuilder does: one archive in the build's folder.
import type { WheelValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { wheelFileName } from '../packaging/wheel.ts';
import { contentOfWheel, withStaging } from './manifest-files.ts';
import { writeLayout } from './layout.ts';
import type { Workbench } from './packed.ts';

/** Writes the wheel and returns its absolute path, alone. */
export async function buildPythonWheel(
  context: Context,
  bench: Workbench,
  value: WheelValue,
  folder: string,
): Promise<readonly string[]> {
  return withStaging(context, async (staging) => {
    const content = await contentOfWheel(context, bench, value, staging);
    const path = wheelFileName(value.description);
    return writeLayout(context, folder, [{ path, content, executable: false }]);
  });
}
