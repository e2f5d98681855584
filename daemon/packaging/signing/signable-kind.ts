import { closeSync, openSync, readSync } from 'node:fs';
import { machOSlices } from '../mach-o.ts';
import type { SignableKind } from './signing-order.ts';

/** OLE compound files: https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb */
const compoundFile = 'd0cf11e0a1b11ae1';

/** What a file is, by its first bytes; undefined for what has no signature, such as a program for Linux. */
export function signableKindOf(path: string): Exclude<SignableKind, 'app-bundle'> | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const read = (length: number, at: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, at));
    };
    const head = read(64, 0);
    if (head.subarray(0, 8).toString('hex') === compoundFile) return 'msi';
    // "MZ", and where the PE header is: https://learn.microsoft.com/windows/win32/debug/pe-format
    if (head.length === 64 && head.toString('latin1', 0, 2) === 'MZ')
      return read(4, head.readUInt32LE(60)).toString('latin1') === 'PE\0\0' ? 'pe' : undefined;
  } finally {
    closeSync(file);
  }
  return machOSlices(path) === undefined ? undefined : 'mach-o';
}
