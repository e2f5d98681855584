// The real client, started as a user does, with a cache and a daemon of the tests' own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const client = resolve('dist/oxd.cjs');

/** Kept between runs of the tests, so that only the first one waits for cargo. */
export const sharedCache =
  process.env['OXD_TEST_CACHE_DIR'] ?? join(tmpdir(), `oxd-test-cache-${process.getuid?.() ?? 0}`);

/** A daemon for each test file: files run at the same time, and each stops its own. */
const runtimeFolder = join(tmpdir(), `oxd-test-run-${process.pid}`);

export type OxdResult = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type OxdOptions = {
  readonly cwd?: string;
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly cache?: string;
  /** Another installation's. */
  readonly client?: string;
  readonly timeoutMs?: number;
};

/** Cargo's first build on a slow machine; everything else is far below. */
const timeoutMs = 300_000;

export function oxdEnvironment(options: OxdOptions = {}): NodeJS.ProcessEnv {
  const cache = options.cache ?? sharedCache;
  mkdirSync(cache, { recursive: true });
  return {
    ...process.env,
    OXD_CACHE_DIR: cache,
    OXD_RUNTIME_DIR: options.cache === undefined ? runtimeFolder : join(cache, 'run'),
    NO_COLOR: '1',
    ...options.environment,
  };
}

/** Runs `oxd ARGS` to its end. */
export function oxd(args: readonly string[], options: OxdOptions = {}): OxdResult {
  const result = spawnSync(process.execPath, [options.client ?? client, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: oxdEnvironment(options),
    input: options.input ?? '',
    encoding: 'utf8',
    timeout: options.timeoutMs ?? timeoutMs,
  });
  return { code: result.status, signal: result.signal, stdout: result.stdout, stderr: result.stderr };
}

export function stopDaemon(options: OxdOptions = {}): void {
  oxd(['daemon', 'stop'], options);
  if (options.cache === undefined) rmSync(runtimeFolder, { recursive: true, force: true });
}
