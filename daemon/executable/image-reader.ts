// Looks into a finished executable: what is packed, from which layers, and the bytes of each file.
import { closeSync, openSync } from 'node:fs';
import { crc32, zstdDecompressSync } from 'node:zlib';
import type { Sha256 } from '../../cache/cache.ts';
import { inputFailure } from '../../protocol/failure.ts';

import { findPayload, pageBytes } from './elf.ts';
import { type ReadAt, readerOf } from './file-bytes.ts';
import type { InterpreterConfig } from './interpreter-config.ts';

export type PackedFile = {
  /** Relative to the executable. */
  readonly path: string;
  /** When unpacked. */
  readonly size: number;
  /** Bytes that it takes in the executable. */
  readonly stored: number;
  readonly executable: boolean;
  /** Index into the image's layers. */
  readonly layer: number;
};

export type OpenImage = {
  readonly config: InterpreterConfig;
  readonly mtime: number;
  readonly layers: readonly { readonly sha256: Sha256; readonly length: number }[];
  /** Sorted by path; only what can be seen: a file that a later layer hides is not listed. */
  readonly files: readonly PackedFile[];
  /** Unpacked and verified. */
  read(file: PackedFile): Buffer;
  [Symbol.dispose](): void;
};

type Located = PackedFile & { readonly offset: number; readonly crc: number; readonly zstd: boolean };

const nodeBytes = 48;

/** Opens an executable that oxd built. Throws a Failure when it is none or is damaged. */
export function openImage(path: string): OpenImage {
  const file = openSync(path, 'r');
  try {
    return { ...parse(path, readerOf(file)), [Symbol.dispose]: () => closeSync(file) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function parse(path: string, read: ReadAt): Omit<OpenImage, typeof Symbol.dispose> {
  const damaged = (what: string) =>
    inputFailure(`"${path}" is damaged: ${what}`, { hint: 'build it or copy it again' });
  const payload = findPayload(read);
  const page = payload === undefined ? Buffer.alloc(0) : read(payload.offset, pageBytes);
  if (payload === undefined || page.toString('latin1', 0, 8) !== 'OXDIMG\0\x01')
    throw inputFailure(`"${path}" is not an executable that oxd built`);
  const crc = page.readUInt32LE(60);
  page.writeUInt32LE(0, 60);
  if (crc32(page) !== crc) throw damaged('its header does not match its checksum');

  const readPayload: ReadAt = (offset, length) => read(payload.offset + offset, length);
  const layers = Array.from({ length: page.readUInt32LE(12) }, (_, index) => {
    const at = 64 + 64 * index;
    return {
      offset: number64(page, at),
      length: number64(page, at + 8),
      indexCrc: page.readUInt32LE(at + 16),
      sha256: page.toString('hex', at + 24, at + 56) as Sha256,
    };
  });
  const visible = new Map<string, Located>();
  for (const [number, layer] of layers.entries()) {
    const index = readPayload(layer.offset, number64(readPayload(layer.offset, 96), 72));
    if (crc32(index) !== layer.indexCrc)
      throw damaged(`the index of layer ${number} does not match its checksum`);
    for (const found of filesOf(index, layer.offset, number)) visible.set(found.path, found);
  }
  const config = readPayload(number64(page, 24), number64(page, 32));
  if (crc32(config) !== page.readUInt32LE(56)) throw damaged('its configuration does not match its checksum');
  return {
    config: JSON.parse(config.toString()) as InterpreterConfig,
    mtime: number64(page, 40),
    layers: layers.map(({ sha256, length }) => ({ sha256, length })),
    files: [...visible.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    read: (file) => {
      const located = visible.get(file.path);
      if (located === undefined) throw new Error(`not packed: "${file.path}"`);
      const stored = readPayload(located.offset, located.stored);
      if (stored.length !== located.stored || crc32(stored) !== located.crc)
        throw damaged(`"${file.path}" in it does not match its checksum`);
      return located.zstd ? zstdDecompressSync(stored) : stored;
    },
  };
}

function filesOf(index: Buffer, layerOffset: number, layer: number): Located[] {
  const nodes = number64(index, 24);
  const strings = number64(index, 56);
  return Array.from({ length: index.readUInt32LE(8) }, (_, number) => nodes + number * nodeBytes)
    .filter((at) => index[at + 6] === 1)
    .map((at) => {
      const path = strings + index.readUInt32LE(at);
      const flags = index[at + 7] ?? 0;
      return {
        path: index.toString('utf8', path, path + index.readUInt16LE(at + 4)),
        size: number64(index, at + 24),
        stored: number64(index, at + 16),
        executable: (flags & 1) !== 0,
        layer,
        offset: layerOffset + number64(index, at + 8),
        crc: index.readUInt32LE(at + 32),
        zstd: (flags & 2) !== 0,
      };
    });
}

const number64 = (buffer: Buffer, offset: number): number => Number(buffer.readBigUInt64LE(offset));
