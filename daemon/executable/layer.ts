// Writes one layer of the packed tree (docs/reference/image-format.md). The reader is runtime/src/payload/layer.rs.
import { closeSync, ftruncateSync, openSync, readFileSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { constants, crc32, zstdCompress } from 'node:zlib';
import { writeFully } from './file-bytes.ts';
import { aligned, layerIndex, layerTree, placeFor, type StoredFile } from './layer-index.ts';

export type LayerFile = {
  /** Relative to the executable, with "/", without "." and "..". */
  readonly path: string;
  readonly content:
    | { readonly at: 'bytes'; readonly bytes: Uint8Array }
    | { readonly at: 'file'; readonly path: string };
  readonly executable: boolean;
  /** Store it as a zstd frame where that saves a tenth or more: for what is seldom read, such as sources. */
  readonly compress: boolean;
};

export type LayerModule = {
  /** Dotted. */
  readonly name: string;
  readonly isPackage: boolean;
  /** Paths of files of the same layer. */
  readonly has:
    | {
        readonly kind: 'python';
        readonly source?: string;
        /** By optimization level. */
        readonly bytecode?: readonly (string | undefined)[];
      }
    | { readonly kind: 'extension'; readonly library: string };
};

/** Above 16 the time doubles for a thousandth of the size. */
const zstdLevels = { debug: 9, release: 16 } as const;
export type Profile = keyof typeof zstdLevels;
/** What compression may leave at most: below this saving the reader's work does not pay. */
const worthwhile = 0.9;
/** Compression runs on libuv's threads: enough of them in flight, and few enough bytes in memory. */
const filesAtOnce = 8;

const compressBytes = promisify(zstdCompress);

/**
 * Writes a layer to a new file, which is gone after a failure, and returns its length in bytes. Equal files and
 * modules give equal bytes, in whatever order they come. Each file is read once, and only a few are in memory at a time.
 */
export async function writeLayer(
  output: string,
  files: readonly LayerFile[],
  modules: readonly LayerModule[],
  signal: AbortSignal,
  profile: Profile = 'debug',
): Promise<number> {
  const tree = layerTree(files, modules);
  const target = openSync(output, 'w', 0o644);
  try {
    let end = tree.dataOffset;
    const stored: StoredFile[] = [];
    for (let from = 0; from < tree.files.length; from += filesAtOnce) {
      signal.throwIfAborted();
      const batch = tree.files.slice(from, from + filesAtOnce);
      for (const { bytes, size, crc, zstd } of await Promise.all(
        batch.map((file) => storedForm(file, profile)),
      )) {
        const offset = placeFor(bytes, end);
        writeFully(target, bytes, offset);
        // The bytes themselves are let go: the index needs their length only.
        stored.push({ offset, length: bytes.length, size, crc, zstd });
        end = aligned(offset + bytes.length);
      }
    }
    writeFully(target, layerIndex(tree, stored, end), 0);
    ftruncateSync(target, end);
    return end;
  } catch (error) {
    rmSync(output, { force: true });
    throw error;
  } finally {
    closeSync(target);
  }
}

/** The same in memory and in one go, for layers that change with every save: nothing is compressed. */
export function buildLayer(files: readonly LayerFile[], modules: readonly LayerModule[]): Buffer {
  const tree = layerTree(files, modules);
  const contents = tree.files.map(contentOf);
  let end = tree.dataOffset;
  const stored = contents.map((bytes) => {
    const offset = placeFor(bytes, end);
    end = aligned(offset + bytes.length);
    return { offset, length: bytes.length, size: bytes.length, crc: rememberedCrc(bytes), zstd: false };
  });
  const layer = Buffer.allocUnsafe(end).fill(0, 0, tree.dataOffset);
  for (const [at, bytes] of contents.entries()) {
    const { offset, length } = stored[at]!;
    layer.set(bytes, offset);
    layer.fill(0, offset + length, stored[at + 1]?.offset ?? end);
  }
  layer.set(layerIndex(tree, stored, end));
  return layer;
}

const crcs = new WeakMap<Uint8Array, number>();

/** The same bytes in memory come again with every build; they are never written to. */
function rememberedCrc(bytes: Uint8Array): number {
  let crc = crcs.get(bytes);
  if (crc === undefined) {
    crc = crc32(bytes);
    crcs.set(bytes, crc);
  }
  return crc;
}

const contentOf = ({ content }: LayerFile): Uint8Array =>
  content.at === 'bytes' ? content.bytes : readFileSync(content.path);

async function storedForm(
  file: LayerFile,
  profile: Profile,
): Promise<{ bytes: Uint8Array; size: number; crc: number; zstd: boolean }> {
  const plain = contentOf(file);
  if (file.compress) {
    const params = { [constants.ZSTD_c_compressionLevel]: zstdLevels[profile] };
    const packed = await compressBytes(plain, { params, pledgedSrcSize: plain.length });
    if (packed.length <= plain.length * worthwhile)
      return { bytes: packed, size: plain.length, crc: crc32(packed), zstd: true };
  }
  return { bytes: plain, size: plain.length, crc: crc32(plain), zstd: false };
}
