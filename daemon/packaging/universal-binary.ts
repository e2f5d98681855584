// Joins Mach-O files of several architectures into one, as lipo does. Format: <mach-o/fat.h> of Apple's SDK.
import { closeSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Content } from '../python/resource.ts';
import { withStep } from '../step.ts';
import { architectureName, fatMagic, machOSlices, type Slice } from './mach-o.ts';
import { fileContent } from './named-file.ts';

/** Where a slice comes from, and where it goes. */
type Placed = Slice & { readonly path: string; readonly align: number; readonly at: number };

/** Powers of two. Slices are mapped as they are, and pages of ARM are 16 KB. */
const pages: Readonly<Record<number, number>> = { 0x01000007: 12, 0x7: 12 };
const largestPage = 14;

/** What is copied at a time. */
const pieceBytes = 4 * 1024 * 1024;
/** Offsets and sizes of the narrow form have 32 bits. */
const narrowMax = 0xffff_ffff;

type UniversalKey = { readonly inputs: readonly Sha256[] }; // in their order, though the output does not depend on it
const universalBinaries: ResultType<UniversalKey, { readonly sha256: Sha256; readonly size: number }> = {
  kind: 'package',
  version: 1,
};

/** One file with the architectures of all inputs, each of which may have several. `name` is for people. */
export async function universalContent(
  context: Context,
  name: string,
  inputs: readonly Content[],
): Promise<Content> {
  const key: UniversalKey = { inputs: inputs.map(({ sha256 }) => sha256) };
  const known = context.cache.get(universalBinaries, key);
  if (known !== undefined) return { at: 'blob', ...known };
  return withStep(context, 'package', name, async () => {
    const slices = inputs.flatMap((input) => slicesOf(context, name, input));
    checkDistinct(name, slices);
    const path = context.cache.scratch();
    const content = await fileContent(context, path, writeUniversal(context, path, slices));
    const { sha256 } = content;
    context.cache.put(universalBinaries, key, { sha256, size: content.size }, { blobs: [sha256] });
    return content;
  });
}

type Source = Slice & { readonly path: string };

function slicesOf(context: Context, name: string, input: Content): readonly Source[] {
  const path = input.at === 'file' ? input.path : context.cache.blobs.path(input.sha256);
  if (path === undefined) throw new Error(`the cache lost ${input.sha256}`);
  const slices = machOSlices(path);
  if (slices === undefined)
    throw inputFailure(`Cannot make the universal binary ${name}: ${path} is not a Mach-O file`, {
      hint: 'add programs or libraries that were built for macOS, one for each architecture',
    });
  return slices.map((slice) => ({ ...slice, path }));
}

function checkDistinct(name: string, slices: readonly Source[]): void {
  const seen = new Map<string, string>();
  for (const slice of slices) {
    const architecture = architectureName(slice);
    const before = seen.get(`${slice.cpu} ${slice.subtype}`);
    if (before !== undefined)
      throw inputFailure(
        `Cannot make the universal binary ${name}: ${before} and ${slice.path} are both for ${architecture}`,
        { hint: 'add one file for each architecture' },
      );
    seen.set(`${slice.cpu} ${slice.subtype}`, slice.path);
  }
}

/** Returns the length in bytes. The file is gone after a failure. */
function writeUniversal(context: Context, output: string, sources: readonly Source[]): number {
  const { slices, isWide, end } = placed(sources);
  const file = openSync(output, 'wx', 0o755);
  try {
    const header = headerOf(slices, isWide);
    writeSync(file, header, 0, header.length, 0);
    for (const slice of slices) copySlice(context, slice, file);
    ftruncateSync(file, end);
    return end;
  } catch (error) {
    rmSync(output, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Small alignments go first, which leaves the smallest gaps; equal inputs in any order give equal bytes. */
export function placed(sources: readonly Source[]): {
  readonly slices: readonly Placed[];
  readonly isWide: boolean;
  readonly end: number;
} {
  const aligned = sources
    .map((slice) => ({ ...slice, align: pages[slice.cpu] ?? largestPage }))
    .toSorted((a, b) => a.align - b.align || a.cpu - b.cpu || a.subtype - b.subtype);
  const layOut = (entrySize: number): { slices: Placed[]; end: number } => {
    let end = 8 + entrySize * aligned.length;
    const slices = aligned.map((slice) => {
      const unit = 2 ** slice.align;
      const at = Math.ceil(end / unit) * unit;
      end = at + slice.size;
      return { ...slice, at };
    });
    return { slices, end };
  };
  const narrow = layOut(20);
  return narrow.end <= narrowMax ? { ...narrow, isWide: false } : { ...layOut(32), isWide: true };
}

function headerOf(slices: readonly Placed[], isWide: boolean): Uint8Array {
  const entrySize = isWide ? 32 : 20;
  const view = new DataView(new ArrayBuffer(8 + entrySize * slices.length));
  view.setUint32(0, isWide ? fatMagic.wide : fatMagic.narrow);
  view.setUint32(4, slices.length);
  for (const [index, { cpu, subtypeField, at, size, align }] of slices.entries()) {
    const entry = 8 + entrySize * index;
    view.setUint32(entry, cpu);
    view.setUint32(entry + 4, subtypeField);
    if (isWide) {
      view.setBigUint64(entry + 8, BigInt(at));
      view.setBigUint64(entry + 16, BigInt(size));
      view.setUint32(entry + 24, align);
    } else {
      view.setUint32(entry + 8, at);
      view.setUint32(entry + 12, size);
      view.setUint32(entry + 16, align);
    }
  }
  return new Uint8Array(view.buffer);
}

function copySlice(context: Context, { path, offset, size, at }: Placed, output: number): void {
  const input = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, size));
    for (let done = 0; done < size;) {
      context.signal.throwIfAborted();
      const read = readSync(input, piece, 0, Math.min(piece.length, size - done), offset + done);
      if (read === 0) throw inputFailure(`Cannot read ${path}: it became shorter meanwhile`);
      for (let written = 0; written < read;)
        written += writeSync(output, piece, written, read - written, at + done + written);
      done += read;
    }
  } finally {
    closeSync(input);
  }
}
