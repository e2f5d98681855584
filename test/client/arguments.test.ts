import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseArguments } from '../../client/arguments.ts';
import { nearest } from '../../client/spelling.ts';

type Understood = {
  readonly command: string;
  readonly flags?: Record<string, string[][]>;
  readonly words?: string[];
  readonly programArguments?: string[];
};

const understood: [line: string, expected: Understood][] = [
  ['build', { command: 'build' }],
  ['build exe install', { command: 'build', words: ['exe', 'install'] }],
  ['build --path p --release', { command: 'build', flags: { '--path': [['p']], '--release': [[]] } }],
  ['build --path=p=q', { command: 'build', flags: { '--path': [['p=q']] } }],
  ['--json build', { command: 'build', flags: { '--json': [[]] } }],
  ['--path p build exe', { command: 'build', flags: { '--path': [['p']] }, words: ['exe'] }],
  [
    '--var a build --release --var=b c build',
    {
      command: 'build',
      flags: {
        '--var': [
          ['a', 'build'],
          ['b', 'c'],
        ],
        '--release': [[]],
      },
    },
  ],
  ['build --json', { command: 'build', flags: { '--json': [[]] } }],
  [
    'build --var a 1 exe --var b -2',
    {
      command: 'build',
      flags: {
        '--var': [
          ['a', '1'],
          ['b', '-2'],
        ],
      },
      words: ['exe'],
    },
  ],
  ['run --target exe', { command: 'run', flags: { '--target': [['exe']] } }],
  ['run -- --version -- x', { command: 'run', programArguments: ['--version', '--', 'x'] }],
  ['run --', { command: 'run' }],
  ['list-targets some/where', { command: 'list-targets', words: ['some/where'] }],
  ['daemon logs -f', { command: 'daemon logs', flags: { '--follow': [[]] } }],
  ['cache stats', { command: 'cache stats' }],
  [
    'init-config-file . --pip-install a --pip-install b==1',
    { command: 'init-config-file', flags: { '--pip-install': [['a'], ['b==1']] }, words: ['.'] },
  ],
];
for (const [line, expected] of understood) {
  test(`oxd ${line}`, () => {
    const parsed = parseArguments(line.split(' '));
    assert.equal(parsed.kind, 'command');
    if (parsed.kind !== 'command') return;
    assert.deepEqual(
      {
        command: parsed.command,
        flags: Object.fromEntries(parsed.flags),
        words: parsed.words,
        programArguments: parsed.programArguments,
      },
      { flags: {}, words: [], programArguments: [], ...expected },
    );
  });
}

const wrong: [line: string, message: string, meant?: string][] = [
  ['buidl', 'unknown command "buidl"', 'build'],
  ['daemon strat', 'unknown command "daemon strat"', 'start'],
  ['build --relaese', 'unknown flag --relaese', '--release'],
  ['build --no-deamon', 'unknown flag --no-deamon', '--no-daemon'],
  ['--json', 'which command?'],
  ['build --path', '--path needs PATH'],
  ['build --var a', '--var needs NAME and VALUE'],
  ['build --release=yes', '--release takes no value'],
  ['build --path a --path b', '--path was given twice'],
  ['build -- x', '`oxd build` starts no program that could take what follows `--`'],
  ['run a.py b', 'unexpected "b": the program\'s arguments follow `--`'],
  ['list-targets a b', 'unexpected "b"'],
  ['init-config-file', '`oxd init-config-file` needs PATH'],
  ['init-config-file ', '`oxd init-config-file` needs PATH'],
];
for (const [line, message, meant] of wrong) {
  test(`oxd ${line} is refused`, () => {
    const parsed = parseArguments(line.split(' '));
    assert.equal(parsed.kind, 'usage-error');
    if (parsed.kind !== 'usage-error') return;
    assert.equal(parsed.message, message);
    const { misspelt } = parsed;
    assert.equal(misspelt && nearest(misspelt.word, misspelt.candidates), meant);
  });
}

const others: [line: string, kind: string, about?: string][] = [
  ['', 'help'],
  ['--help', 'help'],
  ['help', 'help'],
  ['help build', 'help', 'build'],
  ['build -h', 'help', 'build'],
  ['init-config-file --help', 'help', 'init-config-file'],
  ['run --help -- x', 'help', 'run'],
  ['daemon', 'help', 'daemon'],
  ['daemon --help', 'help', 'daemon'],
  ['--version', 'version'],
  ['-V', 'version'],
];
for (const [line, kind, about] of others) {
  test(`oxd ${line} asks for ${kind}`, () => {
    const parsed = parseArguments(line === '' ? [] : line.split(' '));
    assert.equal(parsed.kind, kind);
    if (parsed.kind === 'help') assert.equal(parsed.about, about);
  });
}
