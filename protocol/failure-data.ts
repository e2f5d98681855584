import type { Diagnostic } from './diagnostic.ts';
import { Failure, type FailureKind, type FailureOptions } from './failure.ts';

/** A failure as it travels: the `data` of an error response. */
export type FailureData = {
  readonly kind: FailureKind;
  readonly hint?: string;
  readonly diagnostics?: readonly Diagnostic[];
  readonly logFile?: string;
};

/**
 * Error codes of the wire. JSON-RPC keeps -32768 to -32000 for itself and the Language Server Protocol's additions;
 * `cancelled` is one of those, the others are ours.
 */
export const errorCodes = {
  cancelled: -32800,
  input: 1001,
  environment: 1002,
  bug: 1003,
  /** Wrong or missing token, or a request before hello. */
  refused: 1010,
  /** The daemon is not the one this client needs and has begun to make room; the message says why. */
  replaced: 1011,
} as const satisfies Record<FailureKind | 'refused' | 'replaced', number>;

/** The plain data of a failure, without what is not there. */
export function failureData(failure: Failure): FailureData {
  return {
    kind: failure.kind,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    ...(failure.diagnostics.length === 0 ? {} : { diagnostics: failure.diagnostics }),
    ...(failure.logFile === undefined ? {} : { logFile: failure.logFile }),
  };
}

/** The failure that an error response tells of. Data that is not ours (an error of the library) makes it a bug. */
export function failureOfResponse(code: number, message: string, data: unknown): Failure {
  if (code === errorCodes.cancelled) return new Failure('cancelled', message);
  if (typeof data !== 'object' || data === null || !('kind' in data)) return new Failure('bug', message);
  const { kind, ...options } = data as FailureData;
  return new Failure(kind, message, options satisfies FailureOptions);
}
