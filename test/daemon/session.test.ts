// One connection, from both ends: the real server on a real socket, and either the real client or hand-made bytes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { type Connection, connectTo } from '../../client/connection.ts';
import { LostConnection, Refused } from '../../client/link.ts';
import { openLog } from '../../daemon/log.ts';
import { listen, type Server } from '../../daemon/server.ts';
import type { Services } from '../../daemon/session.ts';
import type { BuildEvent } from '../../protocol/events.ts';
import { Failure } from '../../protocol/failure.ts';
import { encodeMessage, MessageDecoder } from '../../protocol/framing.ts';
import { Build, type BuildRequest, Hello, type Identity, Status, Targets } from '../../protocol/requests.ts';
import { heldEngine } from '../support/held-engine.ts';
import { eventually } from '../support/rig.ts';

const timeout = 20_000;
const identity: Identity = { protocol: 1, version: '1', packageFolder: '/package', cacheFolder: '/cache' };
const token = 'right';
const folder = mkdtempSync(join(tmpdir(), 'oxd-session-'));
const stopping = new AbortController();
const roomMade: string[] = [];
let running = 0;
let server: Server;

const services: Services = {
  log: openLog(join(folder, 'log'), {}),
  logFile: join(folder, 'log'),
  token,
  self: { daemonId: 'me', pid: process.pid, version: '1' },
  mismatch: (theirs) => (theirs.version === '1' ? undefined : `it is 1, this is ${theirs.version}`),
  engine: async () => heldEngine(),
  report: () => {
    throw new Error('no report');
  },
  begin: () => {
    running++;
    return { [Symbol.dispose]: () => void running-- };
  },
  stopping: stopping.signal,
  stop: () => stopping.abort(),
  makeRoom: (reason) => void roomMade.push(reason),
};

before(async () => {
  server = await listen(folder, 's.sock', services);
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const path = join(folder, 's.sock');
const request = (target: string): BuildRequest => ({
  config: '/project/pyoxidizer.bzl',
  targets: [target],
  release: false,
  variables: {},
  environment: {},
  mode: 'build',
});

async function greeted(): Promise<Connection> {
  const link = await connectTo(path);
  assert.equal((await link.call(Hello, { token, pid: 1, identity }).result).daemonId, 'me');
  return link;
}

const isRefused =
  (message: string) =>
  (error: unknown): boolean =>
    error instanceof Refused && error.message === message;

test('a wrong token is refused', { timeout }, async () => {
  const link = await connectTo(path);
  await assert.rejects(link.call(Hello, { token: 'wrong', pid: 1 }).result, isRefused('wrong token'));
});

test('a token that is no text is refused', { timeout }, async () => {
  const link = await connectTo(path);
  const params = { token: { length: 5 } as unknown as string, pid: 1 };
  await assert.rejects(link.call(Hello, params).result, isRefused('wrong token'));
});

test('nothing is answered before hello', { timeout }, async () => {
  const link = await connectTo(path);
  await assert.rejects(link.call(Build, request('unchanged')).result, isRefused('hello comes first'));
});

test('another version is told of the difference, and gets its room', { timeout }, async () => {
  const link = await connectTo(path);
  const hello = link.call(Hello, { token, pid: 1, identity: { ...identity, version: '2' } });
  await assert.rejects(hello.result, isRefused('it is 1, this is 2'));
  assert.deepEqual(roomMade, ['it is 1, this is 2']);
  // What was sent along with hello fails for the same reason.
  await assert.rejects(link.call(Build, request('unchanged')).result, isRefused('it is 1, this is 2'));
});

test('who only looks need not be of the same version', { timeout }, async () => {
  const link = await connectTo(path);
  await link.call(Hello, { token, pid: 1 }).result;
});

test('requests share a connection; events come before their answer', { timeout }, async () => {
  const link = await greeted();
  const seen: BuildEvent[] = [];
  const [built, unchanged, targets] = await Promise.all([
    link.call(Build, request('events'), (events) => seen.push(...events)).result,
    link.call(Build, request('unchanged')).result,
    link.call(Targets, request('')).result,
  ]);
  assert.deepEqual([built.outcome, unchanged.outcome, targets.length], ['built', 'unchanged', 2]);
  assert.deepEqual([seen[0]?.event, seen.at(-1)?.event], ['step-started', 'artifact']);
});

test('equal requests are equal to the engine, also on one connection', { timeout }, async () => {
  const link = await greeted();
  const seen: BuildEvent[] = [];
  for (let turn = 0; turn < 2; turn++)
    await link.call(Build, request('echo'), (events) => seen.push(...events)).result;
  assert.equal(seen.length, 2);
  assert.deepEqual(seen[0], seen[1]);
});

const failures: [target: string, kind: string, message: RegExp][] = [
  ['fails', 'input', /^undefined: registr_target$/],
  ['bug', 'bug', /^oxd has a bug: TypeError: Cannot read properties of undefined$/],
];
for (const [target, kind, message] of failures) {
  test(`${target}: a failure keeps its kind`, { timeout }, async () => {
    const link = await greeted();
    await assert.rejects(
      link.call(Build, request(target)).result,
      (error) => error instanceof Failure && error.kind === kind && message.test(error.message),
    );
    // The daemon goes on.
    assert.equal((await link.call(Build, request('unchanged')).result).outcome, 'unchanged');
  });
}

test('a bug outside of a build is answered too', { timeout }, async () => {
  const link = await greeted();
  await assert.rejects(
    link.call(Status, {}).result,
    (error) => error instanceof Failure && error.kind === 'bug',
  );
});

test('cancelling one request leaves the others alone', { timeout }, async () => {
  const link = await greeted();
  const begun = Promise.withResolvers<void>();
  const held = link.call(Build, request('held'), () => begun.resolve());
  const other = link.call(Build, request('lasts:50'));
  await begun.promise;
  held.cancel();
  await assert.rejects(held.result, (error) => error instanceof Failure && error.kind === 'cancelled');
  assert.equal((await other.result).outcome, 'unchanged');
});

/** Events that wait to be sent when the client goes have nobody to go to; that must not end the daemon. */
const closing: [what: string, target: string][] = [
  ['cancels what it asked for', 'held'],
  ['is no trouble to a build in the middle of its words', 'talks:100'],
];
for (const [what, target] of closing) {
  test(`a connection that closes ${what}`, { timeout }, async () => {
    const socket = connect(path);
    const begun = Promise.withResolvers<void>();
    const decoder = new MessageDecoder();
    socket.on('data', (chunk) => {
      for (const message of decoder.push(chunk))
        if ((message as { method?: string }).method === 'oxd/events') begun.resolve();
    });
    send(socket, { id: 1, method: Hello.method, params: { token, pid: 1, identity } });
    send(socket, { id: 2, method: Build.method, params: { ...request(target), stream: 2 } });
    await begun.promise;
    assert.equal(running, 1);
    socket.destroy();
    await eventually(() => running === 0);
  });
}

/** What the daemon answers to bytes that are no client's: it hangs up, or goes on as if they had not come. */
const junk: [name: string, bytes: Buffer | string, hangsUp: boolean][] = [
  ['a web browser', 'GET / HTTP/1.1\r\n\r\n', true],
  ['a gigabyte announced', 'Content-Length: 1000000000\r\n\r\n', true],
  ['no JSON', 'Content-Length: 3\r\n\r\n{a}', true],
  ['binary', Buffer.alloc(5000, 0xfe), true],
  ['an unknown method', encodeMessage({ jsonrpc: '2.0', id: 9, method: 'oxd/nothing' }), false],
  ['an answer to nothing', encodeMessage({ jsonrpc: '2.0', id: 9, result: 1 }), false],
  [
    'a cancellation of nothing',
    encodeMessage({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 99 } }),
    false,
  ],
];
for (const [name, bytes, hangsUp] of junk) {
  test(`${name}: ${hangsUp ? 'hangs up' : 'goes on'}`, { timeout }, async () => {
    const socket = connect(path);
    socket.on('error', () => undefined);
    if (hangsUp) {
      const closed = once(socket, 'close');
      socket.resume();
      socket.write(bytes);
      await closed;
    } else {
      const decoder = new MessageDecoder();
      const answered = new Promise<void>((resolve) => {
        socket.on('data', (chunk) => {
          for (const message of decoder.push(chunk)) if ((message as { id?: number }).id === 1) resolve();
        });
      });
      socket.write(bytes);
      send(socket, { id: 1, method: Hello.method, params: { token, pid: 1, identity } });
      await answered;
      socket.destroy();
    }
    // And others are served.
    await greeted();
  });
}

test('a client that never reads costs a bounded amount of memory', { timeout }, async () => {
  const socket = connect(path);
  socket.on('error', () => undefined);
  socket.pause();
  send(socket, { id: 1, method: Hello.method, params: { token, pid: 1, identity } });
  send(socket, { id: 2, method: Build.method, params: { ...request('flood:200000'), stream: 2 } });
  // 200 MB of text; after it the server answers others, and has not kept it.
  const before = process.memoryUsage.rss();
  await (await greeted()).call(Build, request('lasts:1')).result;
  assert.ok(process.memoryUsage.rss() - before < 100e6);
  socket.destroy();
});

test('the answer to a dropped connection is an error', { timeout }, async () => {
  const link = await greeted();
  const held = link.call(Build, request('held'), () => void server.close());
  await assert.rejects(held.result, LostConnection);
});

function send(socket: Socket, message: object): void {
  socket.write(encodeMessage({ jsonrpc: '2.0', ...message }));
}
