// What a shared library asks of the dynamic linker: its DT_ entries (System V gABI, chapter 5), 64-bit little-endian.
import { closeSync, openSync, readSync } from 'node:fs';

export type ElfNeeds = {
  /** DT_NEEDED, in order. */
  readonly needed: readonly string[];
  readonly soname: string | null;
  /** DT_RUNPATH, or DT_RPATH where there is none; "$ORIGIN" is as it stands. */
  readonly searchPaths: readonly string[];
};

const nothing: ElfNeeds = { needed: [], soname: null, searchPaths: [] };

const segmentLoad = 1;
const segmentDynamic = 2;
const dynamicNeeded = 1n;
const dynamicStrings = 5n;
const dynamicStringsSize = 10n;
const dynamicSoname = 14n;
const dynamicRpath = 15n;
const dynamicRunpath = 29n;

/** Real ones have a dozen segments and some hundred dynamic entries; more is damage. */
const segmentsMax = 256;
const tableBytesMax = 16 * 1024 * 1024;

/** Nothing when the file is not such an ELF file or is damaged: then it asks for nothing that could be packed. */
export function elfNeeds(path: string): ElfNeeds {
  const file = openSync(path, 'r');
  try {
    return readNeeds((offset, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    });
  } finally {
    closeSync(file);
  }
}

function readNeeds(read: (offset: number, length: number) => Buffer): ElfNeeds {
  const head = read(0, 64);
  if (head.length < 64 || head.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return nothing;
  const count = head.readUInt16LE(56);
  const size = head.readUInt16LE(54);
  if (count > segmentsMax || size < 56) return nothing;
  const table = read(Number(head.readBigUInt64LE(32)), count * size);
  if (table.length < count * size) return nothing;
  const segments = Array.from({ length: count }, (_, index) => segmentAt(table, index * size));
  const dynamic = segments.find(({ type }) => type === segmentDynamic);
  if (dynamic === undefined || dynamic.size > tableBytesMax) return nothing;
  const entries = dynamicEntries(read(dynamic.offset, dynamic.size));
  const first = (tag: bigint): number | undefined => {
    const value = entries.find((entry) => entry.tag === tag)?.value;
    return value === undefined ? undefined : Number(value);
  };
  const address = first(dynamicStrings);
  const length = first(dynamicStringsSize) ?? 0;
  const holder = segments.find(
    ({ type, address: start, size }) =>
      type === segmentLoad && address !== undefined && address >= start && address < start + size,
  );
  if (address === undefined || holder === undefined || length > tableBytesMax) return nothing;
  const strings = read(address - holder.address + holder.offset, length);
  const text = (offset: number): string => {
    const end = strings.indexOf(0, offset);
    return strings.toString('utf8', offset, end === -1 ? strings.length : end);
  };
  const soname = first(dynamicSoname);
  const paths = first(dynamicRunpath) ?? first(dynamicRpath);
  return {
    needed: entries.filter(({ tag }) => tag === dynamicNeeded).map(({ value }) => text(Number(value))),
    soname: soname === undefined ? null : text(soname),
    searchPaths: paths === undefined ? [] : text(paths).split(':'),
  };
}

function segmentAt(
  table: Buffer,
  at: number,
): { type: number; offset: number; address: number; size: number } {
  return {
    type: table.readUInt32LE(at),
    offset: Number(table.readBigUInt64LE(at + 8)),
    address: Number(table.readBigUInt64LE(at + 16)),
    size: Number(table.readBigUInt64LE(at + 32)),
  };
}

function dynamicEntries(table: Buffer): { tag: bigint; value: bigint }[] {
  const entries = [];
  for (let at = 0; at + 16 <= table.length; at += 16) {
    const tag = table.readBigInt64LE(at);
    if (tag === 0n) break;
    entries.push({ tag, value: table.readBigUInt64LE(at + 8) });
  }
  return entries;
}
