import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { foreignFiles, tracing } from './traced-files.ts';

/** What a shell command is found to have done, `$OUT` being a folder that is not its own. */
function check(command: string, expected: readonly string[]): void {
  test(command, () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'oxd-traced-')));
    const out = join(folder, 'out');
    const records = join(folder, 'records');
    try {
      execFileSync('mkdir', [out, records]);
      const [strace = '', ...options] = tracing(records);
      execFileSync(strace, [...options, '/bin/sh', '-c', command], {
        env: { PATH: '/usr/bin:/bin', OUT: out },
      });
      const found = foreignFiles(records, records, ['/usr/bin', '/bin']);
      assert.deepEqual(
        found.map((file) => file.replace(out, '$OUT')),
        expected,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

check('true', []);
check('echo x > /dev/null', []);
check('echo x > $OUT/a', ['writes $OUT/a']);
check('cd $OUT && mkdir b && mv b c', ['writes $OUT/b', 'writes $OUT/c']);
check('test -e $OUT/missing || cat < /etc/hostname > /dev/null', []);
check('(cat < /usr/share/perl/none || ls $OUT) 2> /dev/null', ['reads $OUT']);
