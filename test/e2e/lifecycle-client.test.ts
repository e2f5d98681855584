// What a user sees of the client: output, Ctrl-C, exit codes, and the program that `run` becomes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { clientPath, finished, isAlive, printed, Rig } from '../support/rig.ts';

const timeout = 60_000;
let rig: Rig;

before(async () => {
  rig = new Rig();
  await rig.heldDaemon();
});
after(async () => rig[Symbol.asyncDispose]());

const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test('a build in words', { timeout }, async () => {
  const { code, out, error } = await rig.oxd(['build', 'events']);
  assert.deepEqual([code, out], [0, '']);
  assert.equal(
    error,
    `installing black==19.3b0 with pip...
  Collecting black
installing black==19.3b0 with pip: done in 3.2 s
hello from the config
writing executable to /build/exe
`,
  );
});

test('a build in JSON', { timeout }, async () => {
  const { code, out, error } = await rig.oxd(['build', '--json', 'events']);
  assert.deepEqual([code, error], [0, '']);
  const events = lines(out) as { event: string; exitCode?: number; outcome?: string }[];
  const names = events.map(({ event }) => event);
  assert.deepEqual(names, [
    'step-started',
    'output',
    'step-progress',
    'step-finished',
    'step-started',
    'step-finished',
    'output',
    'artifact',
    'result',
  ]);
  assert.deepEqual([events.at(-1)?.outcome, events.at(-1)?.exitCode], ['built', 0]);
});

test('a failure in words, with its place', { timeout }, async () => {
  const { code, error } = await rig.oxd(['build', 'fails']);
  assert.equal(code, 1);
  assert.equal(
    error,
    `error: undefined: registr_target
 --> /project/pyoxidizer.bzl:3:5
  |
3 |     registr_target("exe", make_exe)
  |     ^^^^^^^^^^^^^^
hint: did you mean register_target?
`,
  );
  const colored = await rig.oxd(['build', 'fails'], { environment: { FORCE_COLOR: '1' } });
  assert.ok(colored.error.includes('\x1b[31m'));
  const plain = await rig.oxd(['build', 'fails'], { environment: { FORCE_COLOR: '1', NO_COLOR: '1' } });
  assert.ok(!plain.error.includes('\x1b'));
});

test('a failure in JSON', { timeout }, async () => {
  const { code, out, error } = await rig.oxd(['build', '--json', 'fails']);
  assert.deepEqual([code, error], [1, '']);
  const [result] = lines(out) as Record<string, unknown>[];
  assert.deepEqual(
    [result?.['outcome'], result?.['kind'], result?.['exitCode'], result?.['message']],
    ['failed', 'input', 1, 'undefined: registr_target'],
  );
});

test('a bug says where to look', { timeout }, async () => {
  const { code, error } = await rig.oxd(['build', 'bug']);
  assert.equal(code, 70);
  assert.match(error, /^error: oxd has a bug: TypeError: Cannot read .*\nhint: .*\nlog: .*daemon\.log\n$/);
  const logs = await rig.oxd(['daemon', 'logs']);
  assert.match(logs.out, /error bug .*\nTypeError: Cannot read/);
});

test('more output than a slow reader takes arrives whole or says what is missing', { timeout }, async () => {
  const { code, error } = await rig.oxd(['build', 'flood:30000']);
  assert.equal(code, 0);
  const shown = error.split('\n').filter((line) => /^ *x{1000}$/.test(line)).length;
  const missing = [...error.matchAll(/^(\d+) characters of output were left out/gm)];
  const total = missing.reduce((sum, [, count]) => sum + Number(count), shown * 1001);
  assert.equal(total, 30_000 * 1001);
});

test('targets and cache', { timeout }, async () => {
  assert.equal((await rig.oxd(['list-targets'])).out, '*exe\ninstall\n');
  assert.match((await rig.oxd(['cache', 'stats'])).out, /^\/cache\n.*\n {2}pip +2 +1\.2 MB\n$/);
});

test('the request carries what the command line and the environment say', { timeout }, async () => {
  mkdirSync(join(rig.project, 'deep', 'er'), { recursive: true });
  const args = ['build', 'echo', '--release', '--target-triple', 't', '--path', 'deep/er'];
  const variables = ['--var', 'a', '1', '--var-env', 'b', 'SET', '--var-env', 'c', 'UNSET'];
  const { error } = await rig.oxd([...args, ...variables], {
    environment: { SET: 'yes', RUSTFLAGS: '-O', PYTHONPATH: '/x' },
  });
  const request = JSON.parse(error.split('\n')[0] ?? '') as Record<string, unknown>;
  const { environment, ...rest } = request as { environment: Record<string, string> };
  assert.deepEqual(rest, {
    config: join(rig.project, 'pyoxidizer.bzl'),
    release: true,
    triple: 't',
    variables: { a: '1', b: 'yes', c: null },
    targets: ['echo'],
    mode: 'build',
  });
  assert.deepEqual(
    [environment['RUSTFLAGS'], environment['PYTHONPATH'], environment['SET']],
    ['-O', undefined, undefined],
  );
});

const refused: [name: string, args: string[], code: number, error: RegExp][] = [
  [
    'no config',
    ['build', '--path', '/'],
    1,
    /^error: unable to find PyOxidizer config file at \/\nhint: .*init-config-file/,
  ],
  [
    'a folder that is not there',
    ['build', '--path', '/no/where'],
    1,
    /config file at \/no\/where\nhint: there is no where/,
  ],
  [
    'a variable twice',
    ['build', '--var', 'a', '1', '--var-env', 'a', 'A'],
    64,
    /^error: Starlark variable a already defined\n/,
  ],
  [
    'an unknown flag',
    ['build', '--relase'],
    64,
    /^error: unknown flag --relase\nhint: did you mean --release\?/,
  ],
];
for (const [name, args, expected, pattern] of refused) {
  test(`refuses ${name}`, { timeout }, async () => {
    const { code, error } = await rig.oxd(args);
    assert.equal(code, expected);
    assert.match(error, pattern);
  });
}

test('a current directory that is gone', { timeout }, async () => {
  const command = 'mkdir gone && cd gone && rmdir ../gone && "$0" "$@"';
  const shell = rig.spawn('bash', ['-c', command, process.execPath, clientPath(), 'build']);
  const { code, error } = await finished(shell);
  assert.equal(code, 2);
  assert.match(error, /^error: Cannot work in the current directory: it has been removed\nhint: /m);
});

test('Ctrl-C cancels, and waits until everything is gone', { timeout }, async () => {
  const client = rig.client(['build', 'held']);
  const [, child] = await printed(client.stderr, /held by (\d+)/);
  const result = finished(client);
  client.kill('SIGINT');
  const { code } = await result;
  assert.equal(code, 130);
  assert.equal(isAlive(Number(child)), false);
});

test('logs go on until interrupted', { timeout }, async () => {
  const client = rig.client(['daemon', 'logs', '-f']);
  await printed(client.stdout, /daemon started/);
  const next = printed(client.stdout, /request answered .*oxd\/targets/);
  await rig.oxd(['list-targets']);
  await next;
  client.kill('SIGINT');
  assert.deepEqual(await once(client, 'exit'), [0, null]);
});

test('a second Ctrl-C leaves at once', { timeout }, async () => {
  const client = rig.client(['build', 'stubborn']);
  await printed(client.stderr, /held by nobody/);
  client.kill('SIGINT');
  await printed(client.stderr, /Ctrl-C again/);
  client.kill('SIGINT');
  assert.deepEqual(await once(client, 'exit'), [130, null]);
});

test('watching prints a line for each round and ends with Ctrl-C', { timeout }, async () => {
  const client = rig.client(['build', '--watch']);
  await printed(client.stderr, /built in 41 ms \(main\.py changed\)\n/);
  client.kill('SIGINT');
  assert.deepEqual(await once(client, 'exit'), [130, null]);
});

/** A program to become: a script, since what matters is what surrounds it. */
function program(text: string): string {
  const path = join(rig.folder, `program-${Math.random().toString(36).slice(2)}`);
  writeFileSync(path, `#!/bin/bash\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('run becomes the program', { timeout }, async () => {
  const path = program('echo "$PWD|$FOO|$$"; printf "<%s>" "$@"; cat; echo to stderr >&2; exit 7');
  const client = rig.client(['run', '--target', `run:${path}`, '--', 'a b', '--json', '--'], {
    environment: { FOO: 'bar' },
  });
  const { code, out, error } = await finished(client, 'from stdin');
  assert.equal(out, `${rig.project}|bar|${client.pid}\n<a b><--json><-->from stdin`);
  assert.deepEqual([code, error], [7, 'to stderr\n']);
});

test('run dies of the signal that its program dies of', { timeout }, async () => {
  const { code, signal } = await rig.oxd(['run', '--target', `run:${program('kill -TERM $$')}`]);
  assert.deepEqual([code, signal], [null, 'SIGTERM']);
});

test('run says why it cannot start the program', { timeout }, async () => {
  const { code, error } = await rig.oxd(['run', '--target', 'run:/no/such']);
  assert.equal(code, 2);
  assert.match(error, /^error: Cannot run "\/no\/such": ENOENT/);
});

test('a reader that leaves ends the client', { timeout }, async () => {
  const command = `"$0" "$@" | head -1; echo "\${PIPESTATUS[0]}"`;
  const shell = rig.spawn('bash', [
    '-c',
    command,
    process.execPath,
    clientPath(),
    'build',
    '--json',
    'flood:20000',
  ]);
  const { out } = await finished(shell);
  assert.match(out, /\n141\n$/);
});

test('output that cannot be written is no bug', { timeout, skip: !existsSync('/dev/full') }, async () => {
  const command = '"$0" "$@" > /dev/full';
  for (const args of [['--help'], ['list-targets'], ['build', '--json']]) {
    const shell = rig.spawn('bash', ['-c', command, process.execPath, clientPath(), ...args]);
    const { code, error } = await finished(shell);
    assert.equal(code, 2);
    assert.match(error, /^error: Cannot write to standard output: ENOSPC[^\n]*\n$/);
  }
});

const oldNode = '/usr/bin/node';
test('an old Node hands over to a new one', { timeout, skip: !existsSync(oldNode) }, async () => {
  const { code, out, error } = await finished(rig.spawn(oldNode, [clientPath(), 'list-targets']));
  assert.deepEqual([code, out, error], [0, '*exe\ninstall\n', '']);
});

test('in a terminal: one line that changes, and nothing of it stays', { timeout }, async () => {
  const command = `${process.execPath} ${clientPath()} build events`;
  const shell = rig.spawn('script', ['-qec', command, '/dev/null'], { environment: { TERM: 'xterm' } });
  const { code, out } = await finished(shell);
  assert.equal(code, 0);
  const text = out.replaceAll('\r\n', '\n');
  assert.match(text, /✓.* installing black==19\.3b0 with pip .*\(3\.2 s\)/);
  assert.ok(text.endsWith('writing executable to /build/exe\n'), text);
});
