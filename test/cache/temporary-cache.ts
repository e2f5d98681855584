import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Cache, ResultType } from '../../cache/cache.ts';
import { type CacheOptions, openCache } from '../../cache/open.ts';

export const Anything: ResultType<object, object> = { kind: 'scan', version: 1 };

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-cache-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A cache that is closed and gone after the test; `warnings` are the messages it logged. */
export function temporaryCache(
  t: TestContext,
  options: CacheOptions & { readonly folder?: string } = {},
): { readonly cache: Cache; readonly folder: string; readonly warnings: string[] } {
  const folder = options.folder ?? temporaryFolder(t);
  const warnings: string[] = [];
  const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
  const cache = openCache(folder, { log, ...options });
  t.after(() => cache.close());
  return { cache, folder, warnings };
}

/** Bytes that differ for different seeds and do not compress. */
export function bytesOf(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}
