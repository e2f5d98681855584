// Unpacks an archive into a folder that it cannot leave.
import { createReadStream, openSync, readSync, closeSync } from 'node:fs';
import { posix } from 'node:path';
import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type ReadEntry, Unpack } from 'tar';
import { environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';

/** A full archive with its objects unpacks to 700 MB and 8,000 files. */
const unpackedBytesMax = 4 * 1024 * 1024 * 1024;
const entriesMax = 200_000;

export type Extraction = {
  readonly archive: string;
  readonly into: string;
  readonly progress: (files: number) => void;
};

/**
 * Unpacks a .tar, .tar.gz or .tar.zst; what it is, its bytes say. Entries that would be written outside of `into`, links
 * that lead out of it, devices, and more than the bounds are refused. What is in `into` after a failure is the caller's.
 */
export async function extract(context: Context, { archive, into, progress }: Extraction): Promise<void> {
  let refused: string | undefined;
  let bytes = 0;
  let entries = 0;
  const stop = new AbortController();
  const refuse = (reason: string): false => {
    refused ??= reason;
    stop.abort();
    return false;
  };
  const unpack = new Unpack({
    cwd: into,
    strict: true,
    noMtime: true,
    filter: (path, entry) => {
      const member = entry as ReadEntry;
      entries += 1;
      bytes += member.size;
      if (entries % 256 === 0) progress(entries);
      if (entries > entriesMax) return refuse(`it has more than ${entriesMax} entries`);
      if (bytes > unpackedBytesMax)
        return refuse(`it unpacks to more than ${unpackedBytesMax / 1024 ** 3} GB`);
      return whyRefused(path, member) === undefined || refuse(`${whyRefused(path, member)}`);
    },
  });
  try {
    await pipeline(
      createReadStream(archive, { highWaterMark: 256 * 1024 }),
      decompressor(archive),
      // tar's own stream type predates Node's promises, which accept it all the same.
      unpack as unknown as NodeJS.WritableStream,
      { signal: AbortSignal.any([context.signal, stop.signal]) },
    );
  } catch (cause) {
    context.signal.throwIfAborted();
    if (refused !== undefined) throw inputFailure(`Refused to unpack "${archive}": ${refused}`, { cause });
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC')
      throw environmentFailure(`Cannot unpack "${archive}": the disk is full`, {
        hint: 'free some space',
        cause,
      });
    throw inputFailure(`Cannot unpack "${archive}": ${(cause as Error).message}`, {
      hint: 'the file is damaged or no archive; fetch it again',
      cause,
    });
  }
  if (refused !== undefined) throw inputFailure(`Refused to unpack "${archive}": ${refused}`);
}

/** Why an entry is not let in; undefined when it is. */
function whyRefused(path: string, entry: ReadEntry): string | undefined {
  if (leaves(path)) return `"${path}" leads out of it`;
  if (plainTypes.has(entry.type)) return undefined;
  const target = entry.linkpath ?? '';
  // A symbolic link is relative to its folder, a hard one to the archive.
  const from = entry.type === 'SymbolicLink' ? posix.dirname(path) : '.';
  if (entry.type !== 'SymbolicLink' && entry.type !== 'Link') return `"${path}" is a ${entry.type}`;
  return target === '' || target.startsWith('/') || leaves(posix.join(from, target))
    ? `the link "${path}" leads out of it, to "${target}"`
    : undefined;
}

const plainTypes: ReadonlySet<string> = new Set([
  'File',
  'OldFile',
  'ContiguousFile',
  'Directory',
  'GNUDumpDir',
]);

const leaves = (path: string): boolean => {
  const normal = posix.normalize(path);
  return normal.startsWith('/') || normal === '..' || normal.startsWith('../') || path.includes('\0');
};

function decompressor(archive: string): Duplex {
  const start = Buffer.alloc(4);
  const file = openSync(archive, 'r');
  try {
    readSync(file, start, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  if (start.readUInt32BE(0) === 0x28b52ffd) return createZstdDecompress();
  if (start.readUInt16BE(0) === 0x1f8b) return createGunzip();
  return new PassThrough();
}
