// `npm run test:cpython [-- --further | MODULE…]`: CPython's own tests inside a packed executable and in the plain interpreter.
// OXD_TEST_PYTHON=3.12 chooses the version. Exit code 1 when a test does worse in the executable and
// docs/reference/cpython-tests.md does not say why.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testPython } from '../daemon/executable/packing.ts';
import { writeTestExecutable } from './executable.ts';
import { explainedTests } from './explained.ts';
import { judge, type Outcomes } from './judge.ts';
import { modulesOf } from './modules.ts';

const python = testPython();
const folder = mkdtempSync(join(tmpdir(), 'oxd-cpython-'));
try {
  const packed = join(folder, 'python');
  await writeTestExecutable(python, packed);
  const isFurther = process.argv.includes('--further');
  const asked = process.argv.slice(2).filter((argument) => argument !== '--further');
  const isExplained = explainedTests();
  let unexplained = 0;
  console.log(`CPython ${python.version}: passed / skipped / failed tests`);
  console.log(row('module', 'plain', 'packed', 'explained', 'unexplained'));
  for (const module of asked.length > 0 ? asked : modulesOf(python, { further: isFurther })) {
    const judgement = await judge({ plain: python.executable, packed }, module);
    const unknown = judgement.worse.filter((id) => !isExplained(id));
    unexplained += unknown.length;
    const known = judgement.worse.length - unknown.length;
    console.log(
      row(module, counts(judgement.plain), counts(judgement.packed), String(known), String(unknown.length)),
    );
    for (const id of unknown)
      console.log(`    ${id}: ${judgement.plain.get(id)} -> ${judgement.packed.get(id) ?? 'did not run'}`);
    if (unknown.length > 0) console.error(judgement.stderr);
    if (judgement.plain.size === 0) {
      console.log(`    the plain interpreter ran no test`);
      unexplained++;
    }
  }
  process.exitCode = unexplained > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function counts(outcomes: Outcomes): string {
  const values = [...outcomes.values()];
  const of = (outcome: string): number => values.filter((value) => value === outcome).length;
  return `${of('pass')} / ${of('skip')} / ${of('fail')}`;
}

function row(module: string, ...cells: readonly string[]): string {
  return module.padEnd(32) + cells.map((cell) => cell.padStart(16)).join('');
}
