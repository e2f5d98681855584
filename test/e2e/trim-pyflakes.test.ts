// The trimmed pyflakes is small and passes pyflakes' own tests.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { testPython } from '../daemon/executable/packing.ts';
import { oxd, stopDaemon } from './oxd.ts';

/** The size that is promised; bench/programs.ts measures it too. */
const bytesMax = 10e6;

const folder = mkdtempSync(join(tmpdir(), 'oxd-pyflakes-'));
after(() => {
  stopDaemon();
  rmSync(folder, { recursive: true, force: true });
});

test('the trimmed pyflakes passes its own tests', () => {
  const python = testPython();
  const workspace = join(folder, 'pyflakes');
  cpSync('examples/pyflakes', workspace, { recursive: true, filter: (path) => !path.endsWith('/build') });
  writeFileSync(join(workspace, 'bad.py'), 'import os\nprint(undefined)\n');
  const environment = { OXD_PYTHON_DISTRIBUTION: python.executable };
  const trimmed = oxd(
    [
      'trim',
      '--json',
      '--write',
      '--path',
      '.',
      '--scenario',
      '--version',
      '--scenario',
      'bad.py',
      '--',
      '-',
    ],
    { cwd: workspace, environment },
  );
  assert.equal(trimmed.code, 0, trimmed.stdout);
  const { program } = JSON.parse(trimmed.stdout.trimEnd().split('\n').at(-1) ?? '') as { program: string };
  assert.ok(statSync(program).size <= bytesMax, `${statSync(program).size} bytes`);

  const installed = join(folder, 'installed');
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-compile', '--target', installed, 'pyflakes==3.2.0'];
  execFileSync(python.executable, pip, { stdio: ['ignore', 'ignore', 'inherit'] });
  const suite = spawnSync(
    `${dirname(program)}/.//./${basename(program)}`,
    [resolve('test/e2e/pyflakes_suite.py'), installed, python.stdlib],
    { encoding: 'utf8', env: { ...process.env, OXD_PROGRAM: program, PYTHONIOENCODING: 'utf-8' } },
  );
  assert.equal(suite.status, 0, suite.stdout + suite.stderr);
  assert.match(suite.stdout, /^ran 7\d\d$/m);
});
