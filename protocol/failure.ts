import type { Diagnostic } from './diagnostic.ts';

/** Who must act: the user (config, sources, command), the machine (no cargo, disk full, no network), or us. */
export type FailureKind = 'input' | 'environment' | 'cancelled' | 'bug';

export type FailureOptions = {
  /** The way out, as an imperative without a final stop. */
  readonly hint?: string;
  readonly diagnostics?: readonly Diagnostic[];
  /** A file with the whole output of the program that failed. */
  readonly logFile?: string;
  readonly cause?: unknown;
};

/** An expected failure: names the act, the object and the way out. Anything else that is thrown is a bug. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly hint: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly logFile: string | undefined;

  constructor(kind: FailureKind, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.hint = options.hint;
    this.diagnostics = options.diagnostics ?? [];
    this.logFile = options.logFile;
  }
}

export const inputFailure = (message: string, options?: FailureOptions): Failure =>
  new Failure('input', message, options);
export const environmentFailure = (message: string, options?: FailureOptions): Failure =>
  new Failure('environment', message, options);

/** Exit codes of `oxd`, a documented interface (docs/reference/exit-codes.md). `oxd run` gives the program's own. */
export const exitCodes = {
  ok: 0,
  input: 1,
  environment: 2,
  daemonNotRunning: 3,
  usage: 64,
  bug: 70,
  cancelled: 130,
} as const;
