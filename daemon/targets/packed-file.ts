// What is packed as a file beside the program or library, which maps it when it starts, or packed nowhere.
import { rm } from 'node:fs/promises';
import type { PythonExecutableValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { type Image, writeImage } from '../executable/image.ts';
import type { NamedFile } from '../packaging/named-file.ts';
import { contentOfFile } from './placed-files.ts';

type Payload = Omit<Image, 'stub' | 'output'>;

/** What goes into the program itself by its load mode, and the files beside it: there until they are disposed of. */
export async function splitPacked(
  context: Context,
  payload: Payload,
  mode: PythonExecutableValue['packedResources'],
): Promise<AsyncDisposable & { readonly payload: Payload; readonly files: readonly NamedFile[] }> {
  if (typeof mode === 'string')
    return {
      payload: mode === 'embedded' ? payload : { ...payload, layers: [] },
      files: [],
      [Symbol.asyncDispose]: async () => {},
    };
  const path = mode.file;
  const output = context.cache.scratch();
  await writeImage({ ...payload, stub: undefined, output }, context.signal);
  return {
    payload: { ...payload, layers: [], config: { ...payload.config, packedFile: `$ORIGIN/${path}` } },
    files: [{ path, content: contentOfFile(context, output), executable: false }],
    [Symbol.asyncDispose]: () => rm(output, { force: true }),
  };
}
