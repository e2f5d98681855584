// What people read.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { colors, wantsColor } from '../../client/colors.ts';
import { diagnosticText } from '../../client/diagnostic-text.ts';
import { formatBytes, formatMs } from '../../client/format.ts';
import { helpText } from '../../client/help.ts';
import { commands } from '../../client/command-line/commands.ts';
import { progressSentence, roundSentence, stepSentence } from '../../client/sentences.ts';
import type { Diagnostic } from '../../protocol/diagnostic.ts';

const bytes: [number, string][] = [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_234_567, '1.2 MB'],
  [99_950_000, '100 MB'],
  [999_600, '1.0 MB'],
  [15_000_000_000, '15.0 GB'],
];
for (const [count, text] of bytes) test(`${count} bytes`, () => assert.equal(formatBytes(count), text));

const times: [number, string][] = [
  [0.4, '0 ms'],
  [999, '999 ms'],
  [999.6, '1.0 s'],
  [3_249, '3.2 s'],
  [59_960, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [10_800_000, '3 h 0 min'],
];
for (const [ms, text] of times) test(`${ms} ms`, () => assert.equal(formatMs(ms), text));

test('steps', () => {
  assert.equal(stepSentence('pip', 'black==19.3b0'), 'installing black==19.3b0 with pip');
  assert.equal(stepSentence('distribution', ''), 'resolving Python distribution');
  const progress = { event: 'step-progress', step: 1, done: 12 } as const;
  assert.equal(
    progressSentence({ ...progress, total: 48, unit: 'crates', detail: 'libc' }),
    '12/48 crates libc',
  );
  assert.equal(progressSentence({ ...progress, unit: 'bytes' }), '12 B');
  assert.equal(progressSentence({ ...progress, done: 1, unit: 'files' }), '1 file');
});

test('rounds', () => {
  const round = { event: 'round', ms: 41 } as const;
  const changed = ['/a/main.py', '/a/views.py', '/a/x.py'];
  assert.equal(
    roundSentence({ ...round, outcome: 'built', changed }),
    'built in 41 ms (main.py, views.py and 1 more changed)',
  );
  assert.equal(
    roundSentence({ ...round, outcome: 'failed', changed: ['/a/b.py'] }),
    'failed in 41 ms (b.py changed)',
  );
  assert.equal(roundSentence({ ...round, outcome: 'unchanged', changed: [] }), 'nothing to do after 41 ms');
});

const at = (line: number, column: number): { line: number; column: number } => ({ line, column });
const error = { severity: 'error', message: 'wrong', source: 'config' } as const;
const diagnostics: [name: string, diagnostic: Diagnostic, text: string][] = [
  ['no place', error, 'error: wrong\n'],
  ['a file', { ...error, file: '/p/a.bzl' }, 'error: wrong\n--> a.bzl\n'],
  ['a file elsewhere', { ...error, file: '/q/a.bzl' }, 'error: wrong\n--> /q/a.bzl\n'],
  [
    'a place after a tab, in a line of two digits',
    {
      ...error,
      file: '/p/a.bzl',
      range: { start: at(12, 3), end: at(12, 6) },
      sourceLine: '\tx = 🐍y',
    },
    'error: wrong\n  --> a.bzl:12:3\n   |\n12 | \tx = 🐍y\n   | \t ^^^\n',
  ],
  [
    'a range over lines ends with its first',
    { ...error, file: '/p/a.bzl', range: { start: at(1, 3), end: at(4, 1) }, sourceLine: 'f(a,' },
    'error: wrong\n --> a.bzl:1:3\n  |\n1 | f(a,\n  |   ^^\n',
  ],
  [
    'calls and a hint',
    {
      ...error,
      stack: [
        { name: '<toplevel>', file: '/p/a.bzl', ...at(9, 1) },
        { name: 'make_exe', file: '/p/a.bzl', ...at(3, 5) },
      ],
      hint: 'do not',
    },
    'error: wrong\ncalled from, outermost first:\n  a.bzl:9:1 in <toplevel>\n  a.bzl:3:5 in make_exe\nhint: do not\n',
  ],
];
for (const [name, diagnostic, text] of diagnostics) {
  test(`a diagnostic with ${name}`, () => {
    assert.equal(diagnosticText(diagnostic, { cwd: '/p', colors: colors(false) }), text);
  });
}

const colorRows: [environment: Record<string, string>, isTerminal: boolean, wanted: boolean][] = [
  [{}, true, true],
  [{}, false, false],
  [{ TERM: 'dumb' }, true, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
];
for (const [environment, isTerminal, wanted] of colorRows) {
  test(`colors with ${JSON.stringify(environment)}, ${isTerminal ? 'terminal' : 'pipe'}`, () => {
    assert.equal(wantsColor(environment, isTerminal), wanted);
  });
}

test('every command and every flag is in the help', () => {
  // Long lines are broken.
  const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
  const all = inOneLine(helpText(undefined));
  for (const { name, summary, options } of commands) {
    assert.ok(all.includes(` ${name}`) && all.includes(summary), name);
    const own = inOneLine(helpText(name));
    for (const { flag, help } of options)
      assert.ok(own.includes(flag) && own.includes(help), `${name} ${flag}`);
  }
  assert.ok(helpText('daemon').includes('daemon restart'));
  const wide = [helpText(undefined), ...commands.map(({ name }) => helpText(name))]
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.length > 100);
  assert.deepEqual(wide, []);
});

test('the help of run', () => {
  assert.equal(
    helpText('run'),
    `Build a target and run its program
The program gets the current directory, the environment, the terminal and all that follows \`--\`; its
exit code is the exit code.

Usage: oxd run [FLAGS] [SCRIPT.py | FOLDER] [-- ARGUMENT...]

Flags:
  --path PATH               Folder to search for pyoxidizer.bzl, with its ancestors [default: .]
  --target-triple TRIPLE    Platform to build for [default: this machine]
  --release                 Build a release: slower to build, faster to run
  --var NAME VALUE ...      Set VARS[NAME] in the config
  --var-env NAME ENV ...    Set VARS[NAME] to the environment variable ENV, or None
  --target TARGET           Target to run [default: the default target]
  --locked                  Install only what a lock file or hashes pin (also OXD_LOCKED=1)
  --offline                 Do without the network (also OXD_OFFLINE=1)
  --pip REQUIREMENT ...     Without a config: a package to install, as pip takes it
  --entry ENTRY             What starts: module:function, a console script, or a module
  --name NAME               Name of the executable
  --python VERSION          Python to pack, such as 3.12 [default: the best there is]
  --extra NAME ...          One of the project's optional dependencies
  --group NAME ...          One of the project's dependency groups
  --requirements FILE ...   A requirements file to install, in place of the one beside a script
  --lock FILE               A lock file, pylock.*.toml [default: pylock.toml beside it]
  --include NAME ...        A module or folder beside the script that no import names

Flags of every command:
  --json                    Print events and results as JSON, one per line, on standard output
  --no-daemon               Do the work in this process, without a daemon (also OXD_DAEMON=0)
  -h, --help                Show help
  -V, --version             Show the version
`,
  );
});
