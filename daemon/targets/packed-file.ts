import { rm } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { type Image, writeImage } from '../executable/image.ts';
import type { NamedFile } from '../packaging/named-file.ts';
import { contentOfFile } from './placed-files.ts';

/** What is packed, as a file beside the executable at `path`. Its content is there until it is disposed of. */
export async function packedFile(
  context: Context,
  image: Omit<Image, 'stub' | 'output'>,
  path: string,
): Promise<AsyncDisposable & { readonly file: NamedFile }> {
  const output = context.cache.scratch();
  await writeImage({ ...image, stub: undefined, output }, context.signal);
  return {
    file: { path, content: contentOfFile(context, output), executable: false },
    [Symbol.asyncDispose]: () => rm(output, { force: true }),
  };
}
