// An executable with an extension module whose code is mapped from the executable's file.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryLayer, type Python, writeExecutable } from './packing.ts';

/** Where the module is packed. */
export const nativePath = (python: Python): string => `lib/python${python.version}/box/native.so`;

/**
 * Compiles native-module.c to `folder/native.so` and writes `folder/program`, in which it is packed as `box.native`. The
 * program runs its first argument as Python. Returns its path.
 */
export async function writeNativeProgram(python: Python, stub: string, folder: string): Promise<string> {
  const library = join(folder, 'native.so');
  const include = execFileSync(
    python.executable,
    ['-c', 'import sysconfig; print(sysconfig.get_path("include"))'],
    { encoding: 'utf8' },
  ).trim();
  execFileSync('cc', [
    ...['-g', '-O1', '-shared', '-fPIC', `-I${include}`, '-o', library],
    join(import.meta.dirname, 'native-module.c'),
  ]);
  const packed = (path: string, bytes: Uint8Array) =>
    ({ path, content: { at: 'bytes', bytes }, executable: false, compress: false }) as const;
  const init = `lib/python${python.version}/box/__init__.py`;
  const layer = memoryLayer(
    [packed(init, Buffer.from('')), packed(nativePath(python), readFileSync(library))],
    [
      { name: 'box', isPackage: true, has: { kind: 'python', source: init } },
      { name: 'box.native', isPackage: false, has: { kind: 'extension', library: nativePath(python) } },
    ],
  );
  const output = join(folder, 'program');
  await writeExecutable(python, {
    output,
    stub,
    layers: [layer],
    run: { mode: 'eval', code: 'import sys; exec(sys.argv[1])' },
  });
  return output;
}
