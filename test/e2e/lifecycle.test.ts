// The daemon comes, stays, and goes: whatever the state it was left in, the next command just works.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readlinkSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { eventually, finished, isAlive, printed, Rig } from '../support/rig.ts';

const timeout = 60_000;

test('fifty clients at once start one daemon', { timeout }, async () => {
  await using rig = new Rig();
  const results = await Promise.all(Array.from({ length: 50 }, () => rig.oxd(['daemon', 'start', '--json'])));
  assert.deepEqual(
    results.filter(({ code, error }) => code !== 0 || error !== ''),
    [],
  );
  const answers = results.map(({ out }) => JSON.parse(out) as { pid: number; outcome: string });
  assert.equal(new Set(answers.map(({ pid }) => pid)).size, 1);
  assert.equal(answers.filter(({ outcome }) => outcome === 'started').length >= 1, true);
});

test('status, stop and logs start none', { timeout }, async () => {
  await using rig = new Rig();
  const status = await rig.oxd(['daemon', 'status']);
  assert.deepEqual([status.code, status.out], [3, 'No daemon runs\n']);
  const stop = await rig.oxd(['daemon', 'stop']);
  assert.deepEqual([stop.code, stop.out], [0, 'No daemon runs\n']);
  assert.equal((await rig.oxd(['daemon', 'logs'])).code, 1);
  assert.deepEqual(readdirSync(rig.runtimeFolder), []);
});

test('start, status, restart, stop, logs', { timeout }, async () => {
  await using rig = new Rig();
  const started = await rig.oxd(['daemon', 'start']);
  const pid = rig.daemonPid;
  assert.equal(started.out, `Started the daemon (pid ${pid})\n`);
  assert.equal((await rig.oxd(['daemon', 'start'])).out, `The daemon runs already (pid ${pid})\n`);
  const status = await rig.oxd(['daemon', 'status', '--json']);
  assert.equal(status.code, 0);
  const report = JSON.parse(status.out) as { pid: number; rssBytes: number; cacheFolder: string };
  assert.deepEqual([report.pid, report.cacheFolder], [pid, rig.cacheFolder]);
  assert.equal((await rig.oxd(['daemon', 'restart'])).code, 0);
  const second = rig.daemonPid;
  assert.notEqual(second, pid);
  assert.equal((await rig.oxd(['daemon', 'stop'])).out, `Stopped the daemon (pid ${second})\n`);
  assert.equal(isAlive(second ?? 0), false);
  assert.match((await rig.oxd(['daemon', 'logs'])).out, /daemon started.*\n(.*\n)*.*daemon ended/);
});

const state = (fields: object): string =>
  JSON.stringify({
    schema: 1,
    pid: process.pid,
    startTime: '1',
    bootId: 'x',
    daemonId: 'x',
    socket: 'gone.sock',
    token: 'x',
    identity: {},
    startedAt: '',
    ...fields,
  });

/** What may lie in the folder where no daemon runs. */
const leftovers: [name: string, leave: (folder: string) => void][] = [
  ['an empty state', (folder) => writeFileSync(join(folder, 'daemon.json'), '')],
  ['half a state', (folder) => writeFileSync(join(folder, 'daemon.json'), state({}).slice(0, 40))],
  [
    'bytes for a state',
    (folder) => writeFileSync(join(folder, 'daemon.json'), Buffer.from([0, 255, 1, 254])),
  ],
  ['a state of another schema', (folder) => writeFileSync(join(folder, 'daemon.json'), state({ schema: 2 }))],
  ["somebody else's process number", (folder) => writeFileSync(join(folder, 'daemon.json'), state({}))],
  [
    'a socket path that leads away',
    (folder) => writeFileSync(join(folder, 'daemon.json'), state({ socket: '../x' })),
  ],
  ['a folder for a state', (folder) => mkdirSync(join(folder, 'daemon.json'))],
  [
    'a file for a socket',
    (folder) => {
      writeFileSync(join(folder, 'daemon.json'), state({ socket: 's.sock' }));
      writeFileSync(join(folder, 's.sock'), '');
    },
  ],
  ['a lock that is none', (folder) => writeFileSync(join(folder, 'lock.db'), 'x'.repeat(5000))],
];
for (const [name, leave] of leftovers) {
  test(`starts over ${name}`, { timeout }, async () => {
    await using rig = new Rig();
    leave(rig.runtimeFolder);
    const started = await rig.oxd(['daemon', 'start']);
    assert.deepEqual([started.code, started.error], [0, '']);
    assert.equal((await rig.oxd(['daemon', 'status'])).code, 0);
    assert.ok(isAlive(process.pid));
  });
}

test('a damaged or removed state is written again', { timeout }, async () => {
  await using rig = new Rig();
  const { pid } = await rig.heldDaemon();
  const path = join(rig.runtimeFolder, 'daemon.json');
  for (const damage of [() => writeFileSync(path, '{'), () => rmSync(path)]) {
    damage();
    assert.equal((await rig.oxd(['build'])).code, 0);
    assert.equal(rig.daemonPid, pid);
  }
});

test('a daemon whose socket was removed makes room', { timeout }, async () => {
  await using rig = new Rig();
  const daemon = await rig.heldDaemon();
  const [socket = ''] = readdirSync(rig.runtimeFolder).filter((name) => name.endsWith('.sock'));
  rmSync(join(rig.runtimeFolder, socket));
  await once(daemon, 'exit');
  assert.equal((await rig.oxd(['daemon', 'start'])).code, 0);
});

test('after SIGKILL the next command works', { timeout }, async () => {
  await using rig = new Rig();
  const daemon = await rig.heldDaemon();
  daemon.kill('SIGKILL');
  await once(daemon, 'exit');
  assert.equal((await rig.oxd(['daemon', 'status'])).code, 3);
  const started = await rig.oxd(['daemon', 'start']);
  assert.deepEqual([started.code, started.error], [0, '']);
});

test('a stopped daemon is replaced', { timeout }, async () => {
  await using rig = new Rig();
  const daemon = await rig.heldDaemon();
  daemon.kill('SIGSTOP');
  const started = await rig.oxd(['daemon', 'start']);
  assert.equal(started.code, 0);
  assert.match(started.error, /^replacing the daemon: it does not answer \(pid \d+\)\n$/);
  assert.notEqual(rig.daemonPid, daemon.pid);
});

test('a daemon with another cache makes room, and its builds go on', { timeout }, async () => {
  await using rig = new Rig();
  const daemon = await rig.heldDaemon();
  const building = rig.client(['build', 'lasts:800']);
  await printed(building.stderr, /begun/);
  const result = finished(building);
  const other = join(rig.folder, 'other-cache');
  const started = await rig.oxd(['daemon', 'start'], { environment: { OXD_CACHE_DIR: other } });
  assert.equal(started.code, 0);
  assert.equal(
    started.error,
    `replacing the daemon: its cache is ${rig.cacheFolder}, this one's is ${other}\n`,
  );
  const ended = once(daemon, 'exit');
  assert.equal((await result).code, 0);
  await ended;
  assert.ok(isAlive(rig.daemonPid ?? 0));
});

test('ends when idle, counted from the end of the last work', { timeout }, async () => {
  await using rig = new Rig();
  const daemon = await rig.heldDaemon('--idle-ms', '300');
  const ended = once(daemon, 'exit');
  const result = await rig.oxd(['build', 'lasts:700']);
  assert.deepEqual([result.code, result.error], [0, 'begun\nexe is up to date: /build/exe\n']);
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(
    readdirSync(rig.runtimeFolder).filter((name) => name.endsWith('.sock') || name === 'daemon.json'),
    [],
  );
});

test('the daemon keeps nothing of who started it', { timeout }, async () => {
  await using rig = new Rig();
  // Descriptor 27 is open for reading and writing in the shell and its client: a pipe that somebody waits on.
  const script = 'exec 27<>"$HOME/pipe"; mkfifo "$HOME/fifo"; exec 28<>"$HOME/fifo"; "$@"';
  const shell = rig.spawn(
    'bash',
    ['-c', script, 'bash', process.execPath, 'dist/oxd.cjs', 'daemon', 'start'],
    {
      cwd: join(import.meta.dirname, '..', '..'),
      environment: { FOO: 'secret', RUSTFLAGS: '-C debuginfo=0' },
    },
  );
  assert.equal((await finished(shell)).code, 0);
  const proc = `/proc/${rig.daemonPid}`;
  const environment = readFileSync(`${proc}/environ`, 'utf8').split('\0');
  assert.deepEqual(
    environment.filter((line) => /^(FOO|RUSTFLAGS)=/.test(line)),
    [],
  );
  assert.equal(readlinkSync(`${proc}/cwd`), rig.runtimeFolder);
  const open = await finished(rig.spawn('ls', ['-l', `${proc}/fd`]));
  assert.equal(open.code, 0);
  assert.doesNotMatch(open.out, /fifo|pipe$/m);
});

test('a runtime folder too deep for a socket path works', { timeout }, async () => {
  await using rig = new Rig();
  const environment = { OXD_RUNTIME_DIR: join(rig.folder, 'd'.repeat(100), 'e'.repeat(100)) };
  assert.equal((await rig.oxd(['daemon', 'start'], { environment })).code, 0);
  assert.equal((await rig.oxd(['daemon', 'status'], { environment })).code, 0);
  assert.equal((await rig.oxd(['daemon', 'stop'], { environment })).code, 0);
});

test('a runtime folder that is a file is an error with a way out', { timeout }, async () => {
  await using rig = new Rig();
  const environment = { OXD_RUNTIME_DIR: join(rig.project, 'pyoxidizer.bzl') };
  const { code, error } = await rig.oxd(['daemon', 'start'], { environment });
  assert.equal(code, 2);
  assert.match(error, /Cannot start the daemon: .*EEXIST/);
});

test('where no daemon can be, the work is done all the same', { timeout }, async () => {
  await using rig = new Rig();
  writeFileSync(
    join(rig.project, 'pyoxidizer.bzl'),
    'def make():\n    return 1\n\nregister_target("exe", make)\n',
  );
  const environment = { OXD_RUNTIME_DIR: join(rig.project, 'pyoxidizer.bzl') };
  const { code, out, error } = await rig.oxd(['list-targets'], { environment });
  assert.match(error, /^Cannot start the daemon: .*; going on without a daemon\n$/);
  assert.deepEqual([code, out], [0, '*exe\n']);
});

test('stopping cancels builds and leaves no child', { timeout }, async () => {
  await using rig = new Rig();
  const daemon = await rig.heldDaemon();
  const client = rig.client(['build', 'held']);
  const [, child] = await printed(client.stderr, /held by (\d+)/);
  const result = finished(client);
  const ended = once(daemon, 'exit');
  const stopped = await rig.oxd(['daemon', 'stop']);
  assert.equal(stopped.code, 0);
  assert.equal((await result).code, 130);
  await ended;
  assert.equal(isAlive(Number(child)), false);
});

test('a daemon that dies in a build is replaced once', { timeout }, async () => {
  await using rig = new Rig();
  await rig.heldDaemon();
  const { error } = await rig.oxd(['build', 'dies']);
  assert.match(error, /^the daemon ended unexpectedly; trying again with a new one\n/);
  // The new one is a real daemon, to which the project is no more than a config without targets.
  assert.notEqual(rig.daemonPid, undefined);
});

test('a client that is killed cancels its build', { timeout }, async () => {
  await using rig = new Rig();
  await rig.heldDaemon();
  const client = rig.client(['build', 'held']);
  const [, child] = await printed(client.stderr, /held by (\d+)/);
  client.kill('SIGKILL');
  await eventually(() => !isAlive(Number(child)));
});
