// Builds that nobody waits for: real files and real events around a build that fails on purpose.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EarlyBuilds } from '../../daemon/early-builds.ts';
import { inputFailure } from '../../protocol/failure.ts';
import type { BuildRequest } from '../../protocol/requests.ts';
import { eventually } from '../support/rig.ts';

const ignore = (): void => {};
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const request = { config: '/project/pyoxidizer.bzl' } as BuildRequest;

for (const [what, error] of [
  ['a failure', inputFailure('wrong')],
  ['a full disk', Object.assign(new Error('no space'), { code: 'ENOSPC' })],
] as const) {
  test(`after ${what} the next save builds again`, { timeout: 20_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oxd-early-'));
    const module = join(folder, 'app.py');
    writeFileSync(module, '0\n');
    let builds = 0;
    const early = new EarlyBuilds({
      log,
      lookedAt: () => ({ files: [module], directories: [] }),
      build: () => {
        builds += 1;
        return builds === 1 ? Promise.reject(error) : Promise.resolve([]);
      },
    });
    try {
      early.follow('key', request, 'built');
      let text = 0;
      const save = (): void => writeFileSync(module, `${(text += 1)}\n`);
      // The watch is set up a moment after `follow`; saves go on until one is met.
      await eventually(() => (save(), builds > 0));
      await eventually(() => (save(), builds > 1));
      assert.deepEqual(early.untold('key'), []);
    } finally {
      await early[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    }
  });
}
