import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { download } from '../../../daemon/python/download.ts';
import { makeCertificate } from '../../support/standalone-archive.ts';
import { openRig } from './python-rig.ts';

const body = randomBytes(300_000);
const sha256 = createHash('sha256').update(body).digest('hex');

type Handler = (request: IncomingMessage, response: ServerResponse, attempt: number) => void | Promise<void>;

const folder = mkdtempSync(join(tmpdir(), 'oxd-download-'));
after(() => rmSync(folder, { recursive: true, force: true }));
/** Absent where there is no openssl: then the faults come over HTTP. */
const certificate = makeCertificate(folder);
const trust: Record<string, string> = certificate === undefined ? {} : { SSL_CERT_FILE: certificate.cert };

/** A server on this machine; `requests` are the ranges that were asked for. */
async function serve(handler: Handler, isSecure = false) {
  const requests: string[] = [];
  const answer: RequestListener = (request, response) => {
    requests.push(request.headers.range ?? 'all');
    void handler(request, response, requests.length);
  };
  const secure = isSecure ? certificate : undefined;
  const server =
    secure === undefined
      ? createServer(answer)
      : createSecureServer({ key: readFileSync(secure.key), cert: readFileSync(secure.cert) }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: secure === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    requests,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const whole: Handler = (_request, response) =>
  void response.writeHead(200, { 'content-length': body.length }).end(body);
/** From the asked place on. */
const rest: Handler = ({ headers }, response) => {
  const start = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
  response
    .writeHead(start === 0 ? 200 : 206, {
      'content-length': body.length - start,
      ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }),
    })
    .end(body.subarray(start));
};
const cutAt =
  (length: number): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, length), () => void setTimeout(50).then(() => response.destroy()));
  };
/** A thirtieth at a time, with pauses. */
const trickle: Handler = async (_request, response) => {
  response.writeHead(200, { 'content-length': body.length });
  for (let at = 0; at < body.length; at += 10_000) {
    response.write(body.subarray(at, at + 10_000));
    await setTimeout(10);
  }
  response.end();
};
const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    void response.writeHead(code, headers).end('no');
const inTurn =
  (...handlers: Handler[]): Handler =>
  (request, response, attempt) =>
    (handlers[attempt - 1] ?? handlers.at(-1))?.(request, response, attempt);

const good: [name: string, handler: Handler, requests: RegExp][] = [
  ['a whole file', whole, /^all$/],
  ['a file that breaks off and is resumed', inTurn(cutAt(200_000), rest), /^all,bytes=[1-9]\d*-$/],
  ['one that breaks off where resuming is not known', inTurn(cutAt(200_000), whole), /^all,bytes=[1-9]\d*-$/],
  ['an overloaded server', inTurn(status(503), whole), /^all,all$/],
  ['a file from a slow server', trickle, /^all$/],
  ['a redirect', inTurn(status(302, { location: '/elsewhere' }), whole), /^all,all$/],
  [
    'a resumed one of which another file was the start',
    inTurn(
      (_request, response) => {
        response.writeHead(200, { 'content-length': body.length });
        response.write(randomBytes(100_000), () => void setTimeout(50).then(() => response.destroy()));
      },
      rest,
      whole,
    ),
    /^all,bytes=[1-9]\d*-,all$/,
  ],
];
for (const [name, handler, requests] of good) {
  test(`downloads ${name}`, async () => {
    using rig = openRig(trust);
    using server = await serve(handler, true);
    const seen: number[] = [];
    const path = await download(rig.context, {
      url: `${server.url}/python.tar.zst`,
      sha256,
      progress: (done) => seen.push(done),
    });
    assert.ok(readFileSync(path).equals(body));
    assert.match(server.requests.join(','), requests);
    assert.equal(seen.at(-1), body.length);
  });
}

const bad: [name: string, handler: Handler, message: RegExp, requests: number][] = [
  ['a missing file', status(404), /the server answers 404/, 1],
  [
    'a wrong file',
    (_request, response) => void response.end('something else'),
    /its SHA-256 is .*, wanted/,
    1,
  ],
  ['redirects without end', status(302, { location: '/again' }), /too many redirects/, 6],
  [
    'a file that is far too large',
    (_request, response) => {
      response.writeHead(200, { 'content-length': 2 ** 31 });
      response.write('x');
    },
    /it is larger than 1024 MB/,
    1,
  ],
];
for (const [name, handler, message, requests] of bad) {
  test(`refuses ${name}, and leaves nothing of it`, async () => {
    using rig = openRig(trust);
    using server = await serve(handler, true);
    await assert.rejects(
      download(rig.context, { url: `${server.url}/p.tar`, sha256, progress: () => {} }),
      (error: Error & { kind?: string; hint?: string }) => {
        assert.match(error.message, message);
        assert.equal(error.kind, 'environment');
        assert.match(error.hint ?? '', /OXD_DISTRIBUTION_MIRROR/);
        return true;
      },
    );
    assert.equal(server.requests.length, requests);
    assert.ok(!existsSync(join(rig.context.cache.folder, `downloads/${sha256}.part`)));
  });
}

test('a mirror is asked first, and the origin when it fails', async () => {
  using origin = await serve(whole);
  using mirror = await serve((request, response, attempt) =>
    (request.url === '/base/20240224/p.tar' ? whole : status(404))(request, response, attempt),
  );
  const url = (path: string): string => `${origin.url}/x/releases/download/${path}`;
  using rig = openRig({ OXD_DISTRIBUTION_MIRROR: `${mirror.url}/base/` });
  await download(rig.context, { url: url('20240224/p.tar'), sha256, progress: () => {} });
  assert.deepEqual([mirror.requests.length, origin.requests.length], [1, 0]);
  using other = openRig({ OXD_DISTRIBUTION_MIRROR: `${mirror.url}/base/` });
  await download(other.context, { url: url('20240224/q.tar'), sha256, progress: () => {} });
  assert.deepEqual([mirror.requests.length, origin.requests.length], [2, 1]);
});

test('a proxy of the user is used', async () => {
  using proxy = await serve((request, response) => {
    assert.equal(request.url, 'http://nowhere.invalid/p.tar');
    void whole(request, response, 1);
  });
  using rig = openRig({ http_proxy: proxy.url, HTTP_PROXY: proxy.url, no_proxy: '', NO_PROXY: '' });
  await download(rig.context, { url: 'http://nowhere.invalid/p.tar', sha256, progress: () => {} });
  assert.equal(proxy.requests.length, 1);
});

test("https is checked against the user's authorities", async (t) => {
  using rig = openRig();
  const files = makeCertificate(rig.folder);
  if (files === undefined) return t.skip('there is no openssl');
  const server = createSecureServer(
    { key: readFileSync(files.key), cert: readFileSync(files.cert) },
    (_request, response) => void response.end(body),
  ).listen(0);
  await once(server, 'listening');
  try {
    const url = `https://localhost:${(server.address() as AddressInfo).port}/p.tar`;
    using strange = openRig({ SSL_CERT_FILE: '' });
    await assert.rejects(
      download(strange.context, { url, sha256, progress: () => {} }),
      /self-signed certificate/,
    );
    using trusting = openRig({ SSL_CERT_FILE: files.cert });
    await download(trusting.context, { url, sha256, progress: () => {} });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a cancelled download keeps its part, and the next one goes on from there', async () => {
  using rig = openRig();
  using server = await serve(
    inTurn((_request, response) => {
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, 100_000));
    }, rest),
  );
  const request = { url: `${server.url}/p.tar`, sha256 };
  await assert.rejects(
    download(rig.context, { ...request, progress: () => setImmediate(() => rig.abort.abort()) }),
    { name: 'AbortError' },
  );
  const part = join(rig.context.cache.folder, `downloads/${sha256}.part`);
  writeFileSync(part, body.subarray(0, 50_000));
  const context = { ...rig.context, signal: new AbortController().signal };
  const path = await download(context, { ...request, progress: () => {} });
  assert.ok(readFileSync(path).equals(body));
  assert.deepEqual(server.requests, ['all', 'bytes=50000-']);
});
