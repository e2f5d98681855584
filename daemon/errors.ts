// The one place where what was thrown becomes what is sent.
import { isNativeError } from 'node:util/types';

import { ResponseError } from 'vscode-jsonrpc/node';

import { errorCodes, failureData, type FailureData } from '../protocol/failure-data.ts';
import { Failure } from '../protocol/failure.ts';
import type { Log } from './context.ts';

/** The failure that an error is, as a user should see it. What nobody expected is a bug: logged with its stack. */
export function toFailure(error: unknown, signal: AbortSignal, log: Log, logFile?: string): Failure {
  if (error instanceof Failure) return error;
  if (signal.aborted)
    return signal.reason instanceof Failure ? signal.reason : new Failure('cancelled', 'Cancelled');
  const expected = systemFailure(error);
  if (expected !== undefined) return expected;
  log.error({ err: error }, 'bug');
  const message = isNativeError(error) ? `${error.name}: ${error.message}` : String(error);
  return new Failure('bug', `oxd has a bug: ${message}`, {
    hint: 'please report it with the log',
    ...(logFile === undefined ? {} : { logFile }),
    cause: error,
  });
}

/** The same for the wire. */
export function toResponseError(failure: Failure): ResponseError<FailureData> {
  return new ResponseError(errorCodes[failure.kind], failure.message, failureData(failure));
}

const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space, or move the cache with OXD_CACHE_DIR',
  EDQUOT: "the user's disk quota is used up: free some space, or move the cache with OXD_CACHE_DIR",
  EROFS: 'the file system is read-only',
  EACCES: 'check who owns it and its permissions',
  EPERM: 'check who owns it and its permissions',
  EMFILE: 'too many open files: raise the limit (ulimit -n)',
  ENFILE: 'too many open files on this machine',
};

/** Errors of the system that a user can do something about; and those of the cache, which names its reasons alike. */
function systemFailure(error: unknown): Failure | undefined {
  if (!isNativeError(error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  if (error.name === 'CacheError') {
    const { hint } = error as { hint?: unknown };
    return new Failure('environment', error.message, {
      hint: typeof hint === 'string' ? hint : 'move the cache with OXD_CACHE_DIR',
      cause: error,
    });
  }
  const hint = code === undefined ? undefined : systemHints[code];
  if (hint === undefined) return undefined;
  const where = path === undefined ? '' : ` "${path}"`;
  return new Failure('environment', `Cannot write or read${where}: ${error.message}`, { hint, cause: error });
}
