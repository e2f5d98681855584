// Which architectures are in a Mach-O file, thin or universal. Format: <mach-o/loader.h> and <mach-o/fat.h> of Apple's SDK.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** One architecture's part of a file. */
export type Slice = {
  /** CPU_TYPE_*; with the bit for 64-bit registers. */
  readonly cpu: number;
  /** CPU_SUBTYPE_*, without the bits for capabilities. */
  readonly subtype: number;
  /** As the file has it: with the bits for capabilities. */
  readonly subtypeField: number;
  /** Bytes in the file. */
  readonly offset: number;
  readonly size: number;
};

export const fatMagic = { narrow: 0xcafebabe, wide: 0xcafebabf } as const;

const capabilities = 0xff000000;
/** Java's class files begin as universal binaries do, and have their version, 45 or more, where those count architectures. */
const slicesMax = 30;

const cpuNames: Readonly<Record<number, string>> = {
  0x7: 'i386',
  0xc: 'arm',
  0x12: 'ppc',
  0x01000007: 'x86_64',
  0x0100000c: 'arm64',
  0x0200000c: 'arm64_32',
};

/** As lipo says it: "arm64", "x86_64h". */
export function architectureName({ cpu, subtype }: Pick<Slice, 'cpu' | 'subtype'>): string {
  if (cpu === 0x01000007 && subtype === 8) return 'x86_64h';
  if (cpu === 0x0100000c && subtype === 2) return 'arm64e';
  return cpuNames[cpu] ?? `CPU type ${cpu}`;
}

/** What is in a file; undefined when it is no Mach-O, or is cut off. */
export function machOSlices(path: string): readonly Slice[] | undefined {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const read = (offset: number, length: number): DataView | undefined => {
      const bytes = new Uint8Array(length);
      return offset + length <= size && readSync(file, bytes, 0, length, offset) === length
        ? new DataView(bytes.buffer)
        : undefined;
    };
    const head = read(0, 12);
    if (head === undefined) return undefined;
    const magic = head.getUint32(0);
    if (magic !== fatMagic.narrow && magic !== fatMagic.wide) {
      const thin = thinSlice(head, 0, size);
      return thin === undefined ? undefined : [thin];
    }
    const count = head.getUint32(4);
    if (count === 0 || count > slicesMax) return undefined;
    const entrySize = magic === fatMagic.narrow ? 20 : 32;
    const table = read(8, count * entrySize);
    if (table === undefined) return undefined;
    const slices: Slice[] = [];
    for (let at = 0; at < count * entrySize; at += entrySize) {
      const isNarrow = magic === fatMagic.narrow;
      const offset = isNarrow ? table.getUint32(at + 8) : Number(table.getBigUint64(at + 8));
      const length = isNarrow ? table.getUint32(at + 12) : Number(table.getBigUint64(at + 16));
      const inner = read(offset, 12);
      const slice = inner === undefined ? undefined : thinSlice(inner, offset, length);
      if (slice === undefined || offset + length > size) return undefined;
      slices.push(slice);
    }
    return slices;
  } finally {
    closeSync(file);
  }
}

function thinSlice(head: DataView, offset: number, size: number): Slice | undefined {
  const little = [0xfeedface, 0xfeedfacf].includes(head.getUint32(0, true));
  if (!little && ![0xfeedface, 0xfeedfacf].includes(head.getUint32(0))) return undefined;
  const subtypeField = head.getUint32(8, little);
  return {
    cpu: head.getUint32(4, little),
    subtype: (subtypeField & ~capabilities) >>> 0,
    subtypeField,
    offset,
    size,
  };
}
