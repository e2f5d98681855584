// A quick part of CPython's own tests inside a packed executable. `npm run test:cpython` runs all of them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { testPython } from '../daemon/executable/packing.ts';
import { writeTestExecutable } from './executable.ts';
import { explainedTests } from './explained.ts';
import { judge } from './judge.ts';
import { modulesOf, quickModules } from './modules.ts';

suite("CPython's own tests pass in a packed executable as in the plain interpreter", () => {
  const python = testPython();
  const folder = mkdtempSync(join(tmpdir(), 'oxd-cpython-'));
  const packed = join(folder, 'python');
  before(() => writeTestExecutable(python, packed));
  after(() => rmSync(folder, { recursive: true, force: true }));

  // Distributions may come without their tests.
  const there = modulesOf(python, { further: true });
  for (const module of quickModules)
    test(module, { skip: !there.includes(module) }, async () => {
      const { plain, worse, stderr } = await judge({ plain: python.executable, packed }, module);
      assert.ok(plain.size > 10, `${module} ran ${plain.size} tests`);
      const isExplained = explainedTests();
      assert.deepEqual(
        worse.filter((id) => !isExplained(id)),
        [],
        stderr,
      );
    });
});

test('explanations are patterns of whole names', () => {
  const isExplained = explainedTests();
  const rows: [id: string, expected: boolean][] = [
    ['test.test_posix.TestPosixSpawn.test_multiple_file_actions', true],
    ['test.test_site._pthFileTests.test_underpth_basic', true],
    ['test.test_posix.TestPosixSpawn.test_multiple_file_actions_too', false],
    ['test.another_test_site._pthFileTests.x', false],
    ['test.test_json.test_speedups.TestDecode.test_make_scanner', false],
  ];
  for (const [id, expected] of rows) assert.equal(isExplained(id), expected, id);
});
