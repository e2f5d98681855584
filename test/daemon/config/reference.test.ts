import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { referencePages } from '../../../daemon/config/reference.ts';

const folder = join(import.meta.dirname, '../../../docs/reference/config');

test('the reference pages say what the declarations say', () => {
  const pages = referencePages();
  // OXD_UPDATE=1 writes them anew.
  if (process.env['OXD_UPDATE'] === '1') {
    mkdirSync(folder, { recursive: true });
    for (const { file, text } of pages) writeFileSync(join(folder, file), text);
  }
  assert.deepEqual(readdirSync(folder).toSorted(), pages.map(({ file }) => file).toSorted());
  for (const { file, text } of pages) assert.equal(readFileSync(join(folder, file), 'utf8'), text, file);
});
