// Assembles the executable: stub and layers copied by the kernel, then a header page, the config and ELF headers.
// Without a stub the same makes a bare payload.
import {
  close,
  closeSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants, copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Sha256 } from '../../cache/cache.ts';
import { pageAligned, pageBytes, payloadPatches, readStub, type Stub } from './elf.ts';
import { type ReadAt, readerOf, writeFully } from './file-bytes.ts';
import type { InterpreterConfig } from './interpreter-config.ts';

export type ImageLayer = {
  readonly sha256: Sha256;
  readonly length: number;
  /** An absolute path of the layer, or its bytes. */
  readonly content:
    | { readonly at: 'file'; readonly path: string }
    | { readonly at: 'bytes'; readonly bytes: Buffer };
};

export type Image = {
  /** Absolute path; undefined writes the payload alone, for a program that has it in a file or among its bytes. */
  readonly stub: string | undefined;
  /** What later ones hold hides the same path in earlier ones. */
  readonly layers: readonly ImageLayer[];
  readonly config: InterpreterConfig;
  /** Absolute path. An interrupted write leaves what was there. */
  readonly output: string;
  /** Of every packed file, seconds since 1970. */
  readonly mtime: number;
};

const magic = Buffer.from('OXDIMG\0\x01', 'latin1');
const layersMax = 60;
/** Where in the header page the layers are listed, and what each takes there. */
const entriesAt = 64;
const entryBytes = 64;
/** Large layers pass through memory in pieces of this size. */
const chunkBytes = 1 << 20;

/** Where each part lies, from the start of the payload. */
type Plan = {
  readonly offsets: readonly number[];
  readonly end: number;
};

/** A file of ours that already holds the stub and the first layers in their places: a copy of an earlier image. */
export type Prepared = { readonly path: string; readonly layers: number };

/**
 * Writes the executable, mode 0755, and returns its length in bytes. Equal inputs give equal bytes. A prepared file is
 * used up; without one all is copied into a new file beside the output.
 */
export async function writeImage(image: Image, signal: AbortSignal, prepared?: Prepared): Promise<number> {
  if (image.layers.length > layersMax) throw new Error(`more than ${layersMax} layers`);
  mkdirSync(dirname(image.output), { recursive: true });
  // Beside the output, so that the rename stays within one file system; the pid keeps builds of others apart.
  const aside = prepared?.path ?? `${image.output}.${process.pid}.partial`;
  try {
    if (prepared === undefined) {
      if (image.stub === undefined) writeFileSync(aside, '');
      else await copyFile(image.stub, aside, constants.COPYFILE_FICLONE);
    }
    const length = complete(image, aside, prepared?.layers ?? 0, signal);
    replace(image.output, aside);
    return length;
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

/**
 * Renames over the old executable. Freeing tens of megabytes takes the file system 10 ms, which falls due when the last
 * descriptor closes: ours, on another thread.
 */
function replace(output: string, aside: string): void {
  let old: number | undefined;
  try {
    old = openSync(output, 'r');
  } catch {
    // There is none, or it may not be read: then freeing it takes its time.
  }
  renameSync(aside, output);
  if (old !== undefined) close(old);
}

/** Writes all but the stub and the first `kept` layers, which are there. */
function complete(image: Image, aside: string, kept: number, signal: AbortSignal): number {
  const stub = image.stub === undefined ? undefined : openStub(image.stub);
  const start = stub?.payloadOffset ?? 0;
  const target = openSync(aside, 'r+');
  try {
    const plan = planOf(image.layers);
    const entries = Buffer.concat([
      readerOf(target)(start + entriesAt, kept * entryBytes),
      appendLayers(target, start, image.layers, plan, kept, signal),
    ]);
    const config = Buffer.from(JSON.stringify(image.config));
    writeFully(target, config, start + plan.end);
    const length = plan.end + config.length;
    const header = payloadHeader({
      entries,
      length,
      mtime: image.mtime,
      config: { offset: plan.end, bytes: config },
    });
    writeFully(target, header, start);
    let end = length;
    for (const { offset, bytes } of stub === undefined ? [] : payloadPatches(stub, length)) {
      writeFully(target, bytes, offset);
      end = Math.max(end, offset + bytes.length);
    }
    // A prepared file may have been longer.
    ftruncateSync(target, end);
    fchmodSync(target, stub === undefined ? 0o644 : 0o755);
    return end;
  } finally {
    closeSync(target);
  }
}

function openStub(path: string): Stub {
  const source = openSync(path, 'r');
  try {
    return readStub(readerOf(source), fstatSync(source).size);
  } finally {
    closeSync(source);
  }
}

/** Every layer, and the config after them, starts on a page. */
function planOf(layers: readonly ImageLayer[]): Plan {
  const offsets: number[] = [];
  let end = pageBytes;
  for (const { length } of layers) {
    offsets.push(end);
    end = pageAligned(end + length);
  }
  return { offsets, end };
}

/** Copies the layers from number `from` on to their places behind `start`. Returns their entries for the header page. */
function appendLayers(
  target: number,
  start: number,
  layers: readonly ImageLayer[],
  plan: Plan,
  from: number,
  signal: AbortSignal,
): Buffer {
  const entries = layers.slice(from).map((layer, index) => {
    const offset = plan.offsets[from + index] ?? 0;
    const entry = Buffer.alloc(entryBytes);
    entry.writeBigUInt64LE(BigInt(offset), 0);
    entry.writeBigUInt64LE(BigInt(layer.length), 8);
    Buffer.from(layer.sha256, 'hex').copy(entry, 24);
    withReader(layer, (read) => {
      entry.writeUInt32LE(crc32(indexOf(read)), 16);
      for (let done = 0; done < layer.length; done += chunkBytes) {
        signal.throwIfAborted();
        const bytes = read(done, Math.min(chunkBytes, layer.length - done));
        writeFully(target, bytes, start + offset + done);
      }
    });
    // Up to the next page: a prepared file may hold other bytes there.
    const end = offset + layer.length;
    writeFully(target, Buffer.alloc(pageAligned(end) - end), start + end);
    return entry;
  });
  return Buffer.concat(entries);
}

function withReader(layer: ImageLayer, use: (read: ReadAt) => void): void {
  if (layer.content.at === 'bytes') {
    const { bytes } = layer.content;
    use((offset, length) => bytes.subarray(offset, offset + length));
    return;
  }
  const source = openSync(layer.content.path, 'r');
  try {
    if (fstatSync(source).size !== layer.length)
      throw new Error(`"${layer.content.path}" is not the layer it should be`);
    use(readerOf(source));
  } finally {
    closeSync(source);
  }
}

/** All of a layer before its data. */
const indexOf = (read: ReadAt): Buffer => read(0, Number(read(72, 8).readBigUInt64LE()));

function payloadHeader(fields: {
  readonly entries: Buffer;
  readonly length: number;
  readonly mtime: number;
  readonly config: { readonly offset: number; readonly bytes: Buffer };
}): Buffer {
  const { entries, length, mtime, config } = fields;
  const page = Buffer.alloc(pageBytes);
  magic.copy(page);
  page.writeUInt32LE(1, 8);
  page.writeUInt32LE(entries.length / entryBytes, 12);
  page.writeBigUInt64LE(BigInt(length), 16);
  page.writeBigUInt64LE(BigInt(config.offset), 24);
  page.writeBigUInt64LE(BigInt(config.bytes.length), 32);
  page.writeBigUInt64LE(BigInt(mtime), 40);
  page.writeUInt32LE(crc32(config.bytes), 56);
  entries.copy(page, entriesAt);
  page.writeUInt32LE(crc32(page), 60);
  return page;
}
