// What an ELF file of any machine asks of the system that loads it: libraries and versions of their symbols (System V
// gABI, chapter 5; versions: Linux Standard Base Core 5.0, chapter 10.7).
import type { ReadAt } from './file-bytes.ts';

export type ElfDemands = {
  /** The program that loads it, such as "/lib64/ld-linux-x86-64.so.2"; null for libraries and static executables. */
  readonly loader: string | null;
  /** DT_NEEDED, in order. */
  readonly needed: readonly string[];
  /** Symbol versions that must be there, such as "GLIBC_2.34"; weak ones may be absent and are left out. */
  readonly versions: readonly string[];
};

/** The file claims to be ELF, but its tables do not hold together. */
export class DamagedElf extends Error {}

type Segment = {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
};

const loadType = 1;
const dynamicType = 2;
const loaderType = 3;
const tags = { end: 0, needed: 1, strings: 5, stringsSize: 10, versions: 0x6fff_fffe } as const;
const weak = 2;

/** Real ones have a dozen segments, some hundred dynamic entries and a hundred versions; more is damage. */
const segmentsMax = 4096;
const tableBytesMax = 64 * 1024 * 1024;
const versionsMax = 10_000;

/** Undefined when this is no ELF file. Throws DamagedElf. */
export function elfDemands(read: ReadAt): ElfDemands | undefined {
  const head = read(0, 64);
  if (head.length < 4 || head.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const fields = fieldsOf(head);
  if (fields === undefined) throw new DamagedElf('its header makes no sense');
  const { isWide, number, table } = fields;
  const segments = table(
    read,
    number(head, isWide ? 32 : 28, isWide),
    number(head, isWide ? 56 : 44, 'half'),
    isWide ? 56 : 32,
  ).map((bytes): Segment => ({
    type: number(bytes, 0),
    offset: number(bytes, isWide ? 8 : 4, isWide),
    address: number(bytes, isWide ? 16 : 8, isWide),
    size: number(bytes, isWide ? 32 : 16, isWide),
  }));
  const loader = segments.find(({ type }) => type === loaderType);
  const dynamic = segments.find(({ type }) => type === dynamicType);
  const demands = {
    loader: loader === undefined ? null : text(whole(read, loader.offset, loader.size), 0),
    needed: [],
    versions: [],
  };
  // Static, or an object file.
  if (dynamic === undefined) return demands;
  const word = isWide ? 8 : 4;
  const bytes = whole(read, dynamic.offset, dynamic.size);
  const entries = Array.from({ length: Math.floor(bytes.length / (2 * word)) }, (_, index) => ({
    tag: number(bytes, 2 * word * index, isWide),
    value: number(bytes, 2 * word * index + word, isWide),
  }));
  const end = entries.findIndex(({ tag }) => tag === tags.end);
  const used = end === -1 ? entries : entries.slice(0, end);
  const first = (wanted: number): number | undefined => used.find(({ tag }) => tag === wanted)?.value;
  const stringsAt = first(tags.strings);
  if (stringsAt === undefined) return demands;
  const strings = whole(read, fileOffset(segments, stringsAt), first(tags.stringsSize) ?? 0);
  const versionsAt = first(tags.versions);
  return {
    ...demands,
    needed: used.filter(({ tag }) => tag === tags.needed).map(({ value }) => text(strings, value)),
    versions:
      versionsAt === undefined
        ? []
        : neededVersions(read, fileOffset(segments, versionsAt), fields.number).map((at) =>
            text(strings, at),
          ),
  };
}

/** Offsets of the names of all versions of the chain of Verneed entries, each with its own chain of Vernaux. */
function neededVersions(read: ReadAt, start: number, number: ReadNumber): number[] {
  const found: number[] = [];
  for (let at = start, seen = 0; ; seen++) {
    const library = whole(read, at, 16);
    let entryAt = at + number(library, 8);
    for (let left = number(library, 2, 'half'); left > 0; left--) {
      if (found.length + seen > versionsMax) throw new DamagedElf('its table of versions has no end');
      const entry = whole(read, entryAt, 16);
      if ((number(entry, 4, 'half') & weak) === 0) found.push(number(entry, 8));
      entryAt += number(entry, 12);
    }
    const next = number(library, 12);
    if (next === 0) return found;
    if (seen > versionsMax) throw new DamagedElf('its table of versions has no end');
    at += next;
  }
}

/** 16 bits for 'half', 64 for true, else 32. */
type ReadNumber = (bytes: Buffer, at: number, width?: 'half' | boolean) => number;

function fieldsOf(head: Buffer) {
  const [wide, order] = [head[4], head[5]];
  if (head.length < 52 || (wide !== 1 && wide !== 2) || (order !== 1 && order !== 2)) return undefined;
  const isWide = wide === 2;
  const isLittle = order === 1;
  if (isWide && head.length < 64) return undefined;
  const number: ReadNumber = (bytes, at, width = false) => {
    if (width === 'half') return isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
    if (width) return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    return isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  };
  const table = (read: ReadAt, offset: number, count: number, entryBytes: number): Buffer[] => {
    if (count > segmentsMax) throw new DamagedElf('it has too many segments');
    const all = whole(read, offset, count * entryBytes);
    return Array.from({ length: count }, (_, index) =>
      all.subarray(index * entryBytes, (index + 1) * entryBytes),
    );
  };
  return { isWide, number, table };
}

function whole(read: ReadAt, offset: number, length: number): Buffer {
  if (!Number.isSafeInteger(offset) || length > tableBytesMax)
    throw new DamagedElf('its headers make no sense');
  const bytes = read(offset, length);
  if (bytes.length < length) throw new DamagedElf('it is cut short');
  return bytes;
}

function fileOffset(segments: readonly Segment[], address: number): number {
  const holder = segments.find(
    ({ type, address: start, size }) => type === loadType && address >= start && address < start + size,
  );
  if (holder === undefined) throw new DamagedElf('its dynamic section points outside of the file');
  return address - holder.address + holder.offset;
}

function text(bytes: Buffer, at: number): string {
  if (at > bytes.length) throw new DamagedElf('one of its names lies outside of the file');
  const end = bytes.indexOf(0, at);
  return bytes.toString('utf8', at, end === -1 ? bytes.length : end);
}
