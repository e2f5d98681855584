// Fetches large files: resumed, bounded in time, hashed on the way, from mirrors first.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type IncomingMessage, Agent as HttpAgent, get as getHttp } from 'node:http';
import { Agent as HttpsAgent, get as getHttps } from 'node:https';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { getCACertificates } from 'node:tls';
import { environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { isOffline } from './strictness.ts';

export type Download = {
  readonly url: string;
  /** Of the whole file, lower-case hex. */
  readonly sha256: string;
  readonly progress: (done: number, total: number | undefined) => void;
  /** There is something to go on with when nothing answers: one attempt, and a short one. */
  readonly isOptional?: boolean;
};

/** Answered by a machine that is there; a firewall that swallows packets must not hold up a build. */
const connectTimeoutMs = 10_000;
const optionalConnectTimeoutMs = 3_000;
/** Without a byte for this long a transfer is dead. */
const silenceTimeoutMs = 30_000;
/** Pauses before further attempts at one place. */
const retryPausesMs = [250, 1_000, 3_000];
const redirectsMax = 5;
/** The largest archive of a Python is 130 MB. */
const bytesMax = 1024 * 1024 * 1024;
const progressEveryMs = 100;

/** A base URL that has the files as the original has them below "releases/download/", or by name alone. */
const mirrorVariable = 'OXD_DISTRIBUTION_MIRROR';

/** Returns the path of the verified file; the caller removes it. Parts of it stay for a later attempt. */
export async function download(context: Context, request: Download): Promise<string> {
  if (isOffline(context))
    throw environmentFailure(`Cannot download ${withoutPassword(request.url)} offline`, {
      hint: 'build once with the network, or use an installed CPython',
    });
  const folder = join(context.cache.folder, 'downloads');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${request.sha256}.part`);
  const problems: string[] = [];
  for (const url of places(context, request.url)) {
    for (const pause of [...(request.isOptional === true ? [] : retryPausesMs), undefined]) {
      const problem = await attempt(context, url, path, request);
      if (problem === undefined) return path;
      context.log.warn({ url: withoutPassword(url), problem: problem.text }, 'download failed');
      if (problem.isFinal || pause === undefined) {
        problems.push(`  ${withoutPassword(url)}: ${problem.text}`);
        break;
      }
      await setTimeout(pause, undefined, { signal: context.signal });
    }
  }
  throw environmentFailure(`Cannot download a Python\n${problems.join('\n')}`, {
    hint: `check the network and proxy settings, name a mirror with ${mirrorVariable}, or use an installed CPython`,
  });
}

function places(context: Context, url: string): string[] {
  context.trace.variable(mirrorVariable);
  const mirror = context.environment[mirrorVariable]?.replace(/\/+$/, '');
  if (mirror === undefined || mirror === '') return [url];
  const path = url.split('/releases/download/')[1] ?? url.slice(url.lastIndexOf('/') + 1);
  return [`${mirror}/${path}`, url];
}

/** `isFinal`: trying again at the same place cannot help. */
type Problem = { readonly text: string; readonly isFinal: boolean };

async function attempt(
  context: Context,
  url: string,
  path: string,
  request: Download,
): Promise<Problem | undefined> {
  context.signal.throwIfAborted();
  try {
    const start = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const connectMs = request.isOptional === true ? optionalConnectTimeoutMs : connectTimeoutMs;
    const response = await open(context, url, { start, connectMs, redirects: redirectsMax });
    return await receive(context, response, path, start, request);
  } catch (error) {
    context.signal.throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC')
      throw environmentFailure('Cannot download a Python: the disk is full', {
        hint: 'free some space',
        cause: error,
      });
    return { text: message, isFinal: hopeless.test(code ?? '') };
  }
}

/** An absent network, a wrong certificate and a loop of redirects are still there a second later. */
const hopeless =
  /^(ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|OXD_REDIRECTS|ERR_TLS.*|.*CERT.*|UNABLE_TO_.*)$/;

/** The answer to a GET, redirects followed. */
async function open(
  context: Context,
  url: string,
  from: { readonly start: number; readonly connectMs: number; readonly redirects: number },
): Promise<IncomingMessage> {
  const { start, connectMs, redirects } = from;
  const { protocol } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:')
    throw inputFailure(`Cannot download "${url}": only http and https are supported`);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const secure = protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ proxyEnv: context.environment, ca: certificates(context) })
    : new HttpAgent({ proxyEnv: context.environment });
  const sent = (secure ? getHttps : getHttp)(url, {
    agent,
    signal: context.signal,
    timeout: silenceTimeoutMs,
    headers: { 'user-agent': 'oxd', ...(start > 0 ? { range: `bytes=${start}-` } : {}) },
  });
  const connecting = AbortSignal.timeout(connectMs);
  const tooSlow = (): void => void sent.destroy(new Error(`no connection within ${connectMs / 1000} s`));
  connecting.addEventListener('abort', tooSlow, { once: true });
  sent.on('socket', (socket) =>
    socket.once(secure ? 'secureConnect' : 'connect', () => connecting.removeEventListener('abort', tooSlow)),
  );
  sent.on('timeout', () => sent.destroy(new Error(`silence for ${silenceTimeoutMs / 1000} s`)));
  sent.on('response', resolve).on('error', reject);
  const response = await promise;
  const { statusCode = 0, headers } = response;
  if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return response;
  response.resume();
  if (redirects === 0) throw Object.assign(new Error('too many redirects'), { code: 'OXD_REDIRECTS' });
  return open(context, new URL(headers.location, url).href, { ...from, redirects: redirects - 1 });
}

/** A company's own authority comes in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS of the user's shell, not of the daemon's. */
function certificates(context: Context): string[] {
  const { SSL_CERT_FILE, NODE_EXTRA_CA_CERTS } = context.environment;
  const own = [SSL_CERT_FILE, NODE_EXTRA_CA_CERTS].flatMap((file) => {
    try {
      return file === undefined ? [] : [readFileSync(file, 'utf8')];
    } catch {
      return [];
    }
  });
  return [...getCACertificates('default'), ...own];
}

async function receive(
  context: Context,
  response: IncomingMessage,
  path: string,
  start: number,
  request: Download,
): Promise<Problem | undefined> {
  const { statusCode = 0, headers } = response;
  const resumed = statusCode === 206 && headers['content-range']?.startsWith(`bytes ${start}-`) === true;
  if (statusCode !== 200 && !resumed) {
    response.destroy();
    // 416: what we have is not the start of what they have, or all of it.
    if (statusCode === 416 || statusCode === 206) {
      if (start > 0 && (await hashOf(path, context.signal)) === request.sha256) return undefined;
      rmSync(path, { force: true });
      return { text: `cannot be resumed (${statusCode})`, isFinal: false };
    }
    const isFinal = statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 429;
    return { text: `the server answers ${statusCode} ${response.statusMessage ?? ''}`.trimEnd(), isFinal };
  }
  const before = resumed ? start : 0;
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  const total = length === undefined ? undefined : before + length;
  if ((total ?? 0) > bytesMax) {
    response.destroy();
    return { text: `it is larger than ${bytesMax / 1024 / 1024} MB`, isFinal: true };
  }
  let done = before;
  let reported = 0;
  let broken: string | undefined;
  // A transfer that breaks off ends here as if it were whole, so that what came is written for the next attempt.
  const watch = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of source) {
        done += chunk.length;
        if (done > bytesMax) throw new Error(`it is larger than ${bytesMax / 1024 / 1024} MB`);
        const now = performance.now();
        if (now - reported > progressEveryMs) {
          reported = now;
          request.progress(done, total);
        }
        yield chunk;
      }
    } catch (error) {
      broken = (error as Error).message;
    }
  };
  mkdirSync(dirname(path), { recursive: true });
  await pipeline(response, watch, createWriteStream(path, { flags: resumed ? 'a' : 'w' }), {
    signal: context.signal,
  });
  context.signal.throwIfAborted();
  if (broken !== undefined || (total !== undefined && done < total))
    return { text: broken ?? `it ended after ${done} of ${total} bytes`, isFinal: false };
  request.progress(done, total);
  const sha256 = await hashOf(path, context.signal);
  if (sha256 === request.sha256) return undefined;
  rmSync(path, { force: true });
  // After a resume the first part may have been another file's: once more from the start.
  return { text: `its SHA-256 is ${sha256}, wanted ${request.sha256}`, isFinal: !resumed };
}

/** SHA-256 of a file, as lower-case hex. */
export async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash, { signal });
  return hash.digest('hex');
}

const withoutPassword = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
