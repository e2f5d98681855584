// A short differential run where Go is installed; `npm run fuzz:starlark` is the long one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildRival, fuzz } from './fuzz.ts';

// Whoever installed the implementation has its module; others would wait for a download.
const isInstalled =
  existsSync(join(homedir(), 'go', 'bin', 'starlark')) && spawnSync('go', ['version']).status === 0;

test(
  'random programs do as in Go',
  { skip: !isInstalled && 'the Go implementation is not installed' },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'starlark-fuzz-'));
    try {
      const rival = buildRival(folder);
      assert.ok(rival, 'the driver builds');
      assert.deepEqual(fuzz(rival, 500, 4), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
