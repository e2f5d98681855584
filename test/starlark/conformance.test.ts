// The language, section by section of its specification, in the chunked files beside this one.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { readChunks, runChunk } from './chunks.ts';

const here = import.meta.dirname;

for (const folder of ['run', 'check']) {
  const files = readdirSync(join(here, folder)).filter((name) => name.endsWith('.star'));
  test(`${folder}: there are files`, () => assert.ok(files.length > 0));
  for (const file of files) {
    test(`${folder}/${basename(file, '.star')}`, () => {
      const problems = readChunks(join(here, folder, file)).flatMap((chunk) =>
        runChunk(file, chunk, folder === 'run' ? 'exec' : 'check'),
      );
      assert.deepEqual(problems, []);
    });
  }
}
