// The little that the image writer needs of ELF: make the appended payload a loaded, read-only segment and a section.
// The stub reserves a program header for it, a note named "oxd" (runtime/src/reserved_note.rs): no header is lost.
import type { ReadAt } from './file-bytes.ts';

/** Bytes to overwrite at an offset. */
export type Patch = { readonly offset: number; readonly bytes: Buffer };

/** A stub as the image writer sees it. */
export type Stub = {
  /** Where in the file the payload begins. */
  readonly payloadOffset: number;
  /** Where in memory, relative to the load address. */
  readonly address: number;
  readonly header: Buffer;
  readonly programs: readonly Buffer[];
  readonly sections: readonly Buffer[];
  readonly sectionNames: Buffer;
  readonly reserved: number;
};

export const pageBytes = 4096;
export const pageAligned = (offset: number): number => Math.ceil(offset / pageBytes) * pageBytes;

const headerBytes = 64;
const programBytes = 56;
const sectionBytes = 64;
const loadType = 1;
const noteType = 4;
const readOnly = 4;
const progbits = 1;
const allocated = 2;
/** namesz 4, descsz 16, type 1, "oxd": the whole note fills 32 bytes. */
const reservedNote = Buffer.from('0400000010000000010000006f786400', 'hex');

/** Throws an Error with the reason when this is no executable that can carry a payload. */
export function readStub(read: ReadAt, fileBytes: number): Stub {
  const header = read(0, headerBytes);
  if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01' || header.readUInt16LE(18) !== 62)
    throw new Error('not an x86-64 ELF executable');
  const programs = table(read, number64(header, 32), header.readUInt16LE(56), programBytes);
  const reserved = programs.findIndex(
    (program) =>
      program.readUInt32LE(0) === noteType &&
      number64(program, 32) >= reservedNote.length &&
      read(number64(program, 8), reservedNote.length).equals(reservedNote),
  );
  if (reserved === -1) throw new Error('it has no program header reserved for a payload');
  const sections = table(read, number64(header, 40), header.readUInt16LE(60), sectionBytes);
  const names = sections[header.readUInt16LE(62)];
  const ends = programs
    .filter((program) => program.readUInt32LE(0) === loadType)
    .map((program) => number64(program, 16) + number64(program, 40));
  return {
    payloadOffset: pageAligned(fileBytes),
    address: pageAligned(Math.max(...ends)),
    header,
    programs,
    sections,
    sectionNames: names === undefined ? Buffer.alloc(1) : read(number64(names, 24), number64(names, 32)),
    reserved,
  };
}

/**
 * The changes that make `payloadBytes` bytes at `stub.payloadOffset` a segment and the section ".oxd", with the section
 * headers moved behind them.
 */
export function payloadPatches(stub: Stub, payloadBytes: number): Patch[] {
  const namesAt = stub.payloadOffset + payloadBytes;
  const named = Buffer.concat([stub.sectionNames, Buffer.from('.oxd\0')]);
  const sectionsAt = Math.ceil((namesAt + named.length) / 8) * 8;
  const names = Buffer.concat([named, Buffer.alloc(sectionsAt - namesAt - named.length)]);
  const reservedAt = number64(stub.programs[stub.reserved] ?? Buffer.alloc(programBytes), 8);
  const nameSection = stub.header.readUInt16LE(62);

  const section = Buffer.alloc(sectionBytes);
  section.writeUInt32LE(stub.sectionNames.length, 0);
  section.writeUInt32LE(progbits, 4);
  for (const [at, value] of [allocated, stub.address, stub.payloadOffset, payloadBytes].entries())
    section.writeBigUInt64LE(BigInt(value), 8 + at * 8);
  section.writeBigUInt64LE(BigInt(pageBytes), 48);
  const sections = stub.sections.map((old, index) => {
    const kept = Buffer.from(old);
    // No longer a note that a program header refers to.
    if (number64(old, 24) === reservedAt) kept.writeUInt32LE(progbits, 4);
    if (index === nameSection) {
      kept.writeBigUInt64LE(BigInt(namesAt), 24);
      kept.writeBigUInt64LE(BigInt(named.length), 32);
    }
    return kept;
  });

  const header = Buffer.from(stub.header);
  header.writeBigUInt64LE(BigInt(sectionsAt), 40);
  header.writeUInt16LE(sections.length + 1, 60);
  return [
    { offset: 0, bytes: header },
    { offset: number64(stub.header, 32), bytes: Buffer.concat(programsWithPayload(stub, payloadBytes)) },
    { offset: namesAt, bytes: names },
    { offset: sectionsAt, bytes: Buffer.concat([...sections, section]) },
  ];
}

/** Loaded segments must stand in the order of their addresses, so the reserved header moves behind the last of them. */
function programsWithPayload(stub: Stub, payloadBytes: number): Buffer[] {
  const load = Buffer.alloc(programBytes);
  load.writeUInt32LE(loadType, 0);
  load.writeUInt32LE(readOnly, 4);
  const fields = [stub.payloadOffset, stub.address, stub.address, payloadBytes, payloadBytes, pageBytes];
  for (const [at, value] of fields.entries()) load.writeBigUInt64LE(BigInt(value), 8 + at * 8);
  const others = stub.programs.filter((_, index) => index !== stub.reserved);
  const last = others.findLastIndex((program) => program.readUInt32LE(0) === loadType);
  return others.toSpliced(last + 1, 0, load);
}

/** Where the payload of a finished executable lies: its last loaded segment, when that is read-only. */
export function findPayload(read: ReadAt): { readonly offset: number; readonly length: number } | undefined {
  const header = read(0, headerBytes);
  if (header.length < headerBytes || header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined;
  const programs = table(read, number64(header, 32), header.readUInt16LE(56), programBytes);
  const last = programs.findLast((program) => program.readUInt32LE(0) === loadType);
  if (last === undefined || last.readUInt32LE(4) !== readOnly) return undefined;
  return { offset: number64(last, 8), length: number64(last, 32) };
}

function table(read: ReadAt, offset: number, count: number, entryBytes: number): Buffer[] {
  const all = read(offset, count * entryBytes);
  if (all.length < count * entryBytes) throw new Error('its headers are cut short');
  return Array.from({ length: count }, (_, index) =>
    all.subarray(index * entryBytes, (index + 1) * entryBytes),
  );
}

const number64 = (buffer: Buffer, offset: number): number => Number(buffer.readBigUInt64LE(offset));
