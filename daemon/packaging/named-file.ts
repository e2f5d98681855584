import { readFile } from 'node:fs/promises';
import type { Context } from '../context.ts';
import type { Content } from '../python/resource.ts';

/** A file that is to be: where it stands in a folder, an archive or an installer. */
export type NamedFile = {
  /** Relative to the root, with "/" and without "..". */
  readonly path: string;
  readonly content: Content;
  readonly executable: boolean;
};

/** All bytes of a content; for what fits into memory, which is everything that is packed file by file. */
export async function bytesOf(context: Context, content: Content): Promise<Buffer> {
  if (content.at === 'file') return readFile(content.path);
  const bytes = context.cache.blobs.get(content.sha256);
  if (bytes === undefined) throw new Error(`the cache lost ${content.sha256}`);
  return bytes;
}

/** Text as a content in the blob store. */
export function textContent(context: Context, text: string): Content {
  const bytes = Buffer.from(text);
  return { at: 'blob', sha256: context.cache.blobs.put(bytes), size: bytes.length };
}

/** A finished file of ours on the cache's file system, moved into the blob store. */
export async function fileContent(context: Context, path: string, size: number): Promise<Content> {
  return { at: 'blob', sha256: await context.cache.blobs.putFile(path), size };
}
