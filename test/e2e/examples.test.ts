// Each example is built by the real client and daemon, and runs as one file where nothing of the build is left.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { runElsewhere } from './foreign-machine.ts';
import { oxd, sharedCache, stopDaemon } from './oxd.ts';

type Example = {
  readonly name: string;
  readonly executable: string;
  readonly runs: readonly {
    readonly args: readonly string[];
    readonly input?: string;
    readonly code: number;
    readonly stdout?: RegExp;
    readonly stderr?: RegExp;
  }[];
};

const rows: readonly Example[] = [
  {
    name: 'pyflakes',
    executable: 'pyflakes',
    runs: [
      { args: ['--version'], code: 0, stdout: /^3\.2\.0 Python 3\./ },
      { args: [], input: 'import os\n', code: 1, stdout: /<stdin>:1:1: 'os' imported but unused/ },
    ],
  },
  {
    name: 'black',
    executable: 'black',
    runs: [
      { args: ['--version'], code: 0, stdout: /black, 24\.10\.0 \(compiled: yes\)/ },
      { args: ['-q', '-'], input: 'x = {  "a":1 }\n', code: 0, stdout: /^x = \{"a": 1\}\n$/ },
      { args: [], code: 1, stderr: /One of .SRC. or .code. is required/ },
    ],
  },
  {
    name: 'greeter',
    executable: 'greeter',
    runs: [
      {
        args: ['--language', 'fi', 'Ada'],
        code: 0,
        stdout: /^--- greeter ---\nTerve, Ada!\nfiles: banner\.txt, greetings\.json\n$/,
      },
      { args: ['--language', 'xx'], code: 3, stderr: /no greeting in 'xx'/ },
    ],
  },
  {
    name: 'numpy',
    executable: 'hilbert',
    runs: [
      {
        args: ['4'],
        code: 0,
        stdout: /numpy 2\.1\.3 from \/.*\/hilbert\/numpy\/__init__\.py\ncondition .* order 4: 15513\.7/,
      },
    ],
  },
];

suite('examples', { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-examples-'));
  before(() =>
    cpSync('examples', folder, { recursive: true, filter: (path) => !/\/(build|__pycache__)$/.test(path) }),
  );
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const example of rows) {
    test(example.name, () => {
      const workspace = join(folder, example.name);
      const built = oxd(['build', '--path', workspace]);
      assert.equal(built.code, 0, built.stderr);
      const executable = join(workspace, 'build/x86_64-unknown-linux-gnu/debug/exe', example.executable);
      for (const run of example.runs) {
        const result = runElsewhere({
          executable,
          args: run.args,
          ...(run.input === undefined ? {} : { input: run.input }),
          hide: [workspace, sharedCache],
        });
        assert.equal(result.code, run.code, result.stderr);
        if (run.stdout !== undefined) assert.match(result.stdout, run.stdout);
        if (run.stderr !== undefined) assert.match(result.stderr, run.stderr);
      }
      const again = oxd(['build', '--path', workspace]);
      assert.equal(again.code, 0, again.stderr);
    });
  }

  test('what is built needs libc and nothing else', () => {
    const executable = join(folder, 'pyflakes/build/x86_64-unknown-linux-gnu/debug/exe/pyflakes');
    const needed = [
      ...execFileSync('readelf', ['-d', executable], { encoding: 'utf8' }).matchAll(/NEEDED.*\[(.*)\]/g),
    ].map(([, name]) => name);
    const allowed = /^(libc|libm|libdl|libpthread|libutil|libgcc_s|ld-linux-x86-64)\.so/;
    assert.deepEqual(
      needed.filter((name) => !allowed.test(name ?? '')),
      [],
    );
  });
});
