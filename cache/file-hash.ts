import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { Sha256 } from './cache.ts';
import { sameFingerprint } from './fingerprint.ts';

/** Read and hashed in one piece up to here; larger files in pieces of this size. */
const pieceBytes = 1024 * 1024;
/** A file that changes each time while it is read is being written: whoever needs it comes too early. */
const attemptsMax = 4;

/** Text counts as UTF-8. */
export const sha256Of = (bytes: Uint8Array | string): Sha256 => hash('sha256', bytes) as Sha256;

/**
 * SHA-256 of a regular file's content, with the stat that belongs to exactly this content. undefined when there is no
 * such file, it cannot be read, or it kept changing.
 */
export function hashContent(path: string): { readonly sha256: Sha256; readonly stat: Stats } | undefined {
  let descriptor: number;
  try {
    // A named pipe would block the open until somebody writes.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const before = fstatSync(descriptor);
      if (!before.isFile()) return undefined;
      const sha256 = before.size <= pieceBytes ? hashWhole(descriptor, before.size) : hashPieces(descriptor);
      if (sameFingerprint(before, fstatSync(descriptor))) return { sha256, stat: before };
    }
    return undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** A file that grew or shrank meanwhile gives a wrong hash, and another stat afterwards. */
function hashWhole(descriptor: number, size: number): Sha256 {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const read = readSync(descriptor, bytes, length, size - length, length);
    if (read === 0) break;
    length += read;
  }
  return sha256Of(bytes.subarray(0, length));
}

function hashPieces(descriptor: number): Sha256 {
  const digest = createHash('sha256');
  const piece = Buffer.allocUnsafe(pieceBytes);
  let position = 0;
  for (;;) {
    const read = readSync(descriptor, piece, 0, piece.length, position);
    if (read === 0) return digest.digest('hex') as Sha256;
    digest.update(piece.subarray(0, read));
    position += read;
  }
}
