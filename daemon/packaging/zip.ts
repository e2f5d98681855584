// Writes zip archives that come out equal for equal files: no clock, no time zone, no owner.
// Format: APPNOTE.TXT of PKWARE, 4.3; Unix modes in the external attributes as Info-ZIP has them.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

export type ZipEntry = {
  /** Relative, with "/". */
  readonly path: string;
  readonly executable: boolean;
  readonly bytes: () => Promise<Uint8Array>;
};

/** Seconds since 1970 that a zip can hold: 1980-01-01 to the end of 2107. */
export const zipTimes = { first: 315_532_800, last: 4_354_819_199 } as const;

/** Sizes and offsets have 32 bits, and their last value means Zip64, which not every reader of wheels knows. */
const bytesMax = 0xffff_fffe;
const entriesMax = 0xfffe;

/** Readers need version 2.0 for deflate. */
const needed = 20;
/** Made on Unix (3), by version 2.0: readers take modes from the external attributes. */
const madeBy = (3 << 8) | needed;
const utf8Names = 0x0800;
const regularFile = 0o100000;

const compress = promisify(deflateRaw);

type Written = {
  readonly name: Buffer;
  readonly mode: number;
  readonly offset: number;
  readonly fields: Buffer;
};

/**
 * Writes an archive to a new file, which is gone after a failure, and returns its length in bytes. Entries are read one
 * at a time, in their order. `seconds` since 1970 is the time of all of them, as UTC, to an accuracy of two seconds.
 */
export async function writeZip(
  output: string,
  entries: readonly ZipEntry[],
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  if (entries.length > entriesMax) throw new RangeError(`a zip holds at most ${entriesMax} files`);
  const time = dosTime(seconds);
  const file = openSync(output, 'wx', 0o644);
  try {
    let end = 0;
    const put = (bytes: Uint8Array): void => {
      if (end + bytes.length > bytesMax) throw new RangeError('a zip without Zip64 ends at 4 GB');
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      end += bytes.length;
    };
    const written: Written[] = [];
    for (const entry of entries) {
      signal.throwIfAborted();
      const bytes = await entry.bytes();
      const packed = await compress(bytes);
      const stored = packed.length >= bytes.length;
      const data = stored ? bytes : packed;
      const name = Buffer.from(entry.path);
      const fields = Buffer.alloc(26);
      fields.writeUInt16LE(needed, 0);
      fields.writeUInt16LE(utf8Names, 2);
      fields.writeUInt16LE(stored ? 0 : 8, 4);
      fields.writeUInt32LE(time, 6);
      fields.writeUInt32LE(crc32(bytes), 10);
      fields.writeUInt32LE(data.length, 14);
      fields.writeUInt32LE(bytes.length, 18);
      fields.writeUInt16LE(name.length, 22);
      written.push({ name, mode: entry.executable ? 0o755 : 0o644, offset: end, fields });
      put(signature(0x04034b50));
      put(fields);
      put(name);
      put(data);
    }
    const directory = end;
    for (const one of written) {
      put(directoryEntry(one));
      put(one.name);
    }
    put(endRecord(written.length, end - directory, directory));
    return end;
  } catch (error) {
    rmSync(output, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function directoryEntry({ fields, mode, offset }: Written): Buffer {
  const bytes = Buffer.alloc(46);
  bytes.writeUInt32LE(0x02014b50, 0);
  bytes.writeUInt16LE(madeBy, 4);
  fields.copy(bytes, 6);
  bytes.writeUInt32LE(((regularFile | mode) << 16) >>> 0, 38);
  bytes.writeUInt32LE(offset, 42);
  return bytes;
}

function endRecord(entries: number, size: number, offset: number): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x06054b50, 0);
  bytes.writeUInt16LE(entries, 8);
  bytes.writeUInt16LE(entries, 10);
  bytes.writeUInt32LE(size, 12);
  bytes.writeUInt32LE(offset, 16);
  return bytes;
}

/** Date in the upper, time in the lower 16 bits. */
function dosTime(seconds: number): number {
  const time = new Date(Math.min(Math.max(seconds, zipTimes.first), zipTimes.last) * 1000);
  const date = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  return ((date << 16) | clock) >>> 0;
}
