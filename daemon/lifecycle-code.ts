import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Changes when the code in a checkout does, so that who works on oxd never talks to the code of a minute ago. A published
 * package does not change under its version, and has no such stamp: ''.
 */
export function codeStamp(checkout: string): string {
  if (checkout === '') return '';
  let newest = 0;
  let files = 0;
  for (const part of ['daemon', 'cache', 'protocol']) {
    for (const entry of readdirSync(join(checkout, part), { recursive: true })) {
      const name = String(entry);
      if (!name.endsWith('.ts')) continue;
      const found = statSync(join(checkout, part, name), { throwIfNoEntry: false });
      newest = Math.max(newest, found?.mtimeMs ?? 0);
      files++;
    }
  }
  return `${files} ${newest}`;
}
