import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * What is wrong with "test/FILE.test.ts: `NAME`", which says that there is such a test; undefined when there is. Rows of a
 * table are tests by their key or by the text that makes their name.
 */
export function missingTest(shown: string): string | undefined {
  const [, file, name] = /^(test\/\S+\.ts): `(.+)`$/.exec(shown) ?? [];
  if (file === undefined || name === undefined) return `${shown} does not name a test`;
  if (!existsSync(join(root, file))) return `${file} is missing`;
  const text = readFileSync(join(root, file), 'utf8');
  const isThere =
    ['`', "'", '"'].some((quote) => text.includes(quote + name + quote)) ||
    // A key of one word needs no quotes.
    (/^\w+$/.test(name) && new RegExp(`^ *${name}: [[{]`, 'm').test(text));
  return isThere ? undefined : `${file} has no test "${name}"`;
}
