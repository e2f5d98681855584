// What makes a bill of materials the same document when it is made again.
import { createHash } from 'node:crypto';

/** A version-8 UUID (RFC 9562) of the content: equal programs give equal documents. */
export function uuidOf(content: string): string {
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** SOURCE_DATE_EPOCH as a timestamp; a clock would make each document another one. */
export function timestampOf(epoch: string | undefined): string | undefined {
  const seconds = Number(epoch);
  if (epoch === undefined || epoch === '' || !Number.isSafeInteger(seconds) || seconds < 0) return undefined;
  return new Date(seconds * 1000).toISOString().replace(/\.000Z$/, 'Z');
}
