// The real client and daemon in a world of their own: folders, environment, and processes that all end with the test.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { parseDaemonState } from '../../protocol/daemon-state.ts';

export const packageFolder = dirname(dirname(import.meta.dirname));

export type Result = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly error: string;
};
export type RunOptions = {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
};

export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'oxd-test-'));
  readonly runtimeFolder = join(this.folder, 'run');
  readonly cacheFolder = join(this.folder, 'cache');
  /** Has a config, whose text the held engine never reads. */
  readonly project = join(this.folder, 'project');
  readonly #children = new Set<ChildProcess>();

  constructor() {
    mkdirSync(this.project);
    mkdirSync(this.runtimeFolder, { mode: 0o700 });
    writeFileSync(join(this.project, 'pyoxidizer.bzl'), 'print("never read")\n');
  }

  get environment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      OXD_RUNTIME_DIR: this.runtimeFolder,
      OXD_CACHE_DIR: this.cacheFolder,
    };
  }

  /** Starts a program that is ended with the rig. */
  spawn(command: string, args: readonly string[], { cwd, environment }: RunOptions = {}): ChildProcess {
    const child = spawn(command, args, {
      cwd: cwd ?? this.project,
      env: { ...this.environment, ...environment },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    // A client that reads nothing of its input may be gone before it is written.
    child.stdin?.on('error', () => undefined);
    return child;
  }

  /** A running `oxd`. */
  client(args: readonly string[], options?: RunOptions): ChildProcess {
    return this.spawn(process.execPath, [clientPath(), ...args], options);
  }

  /** Runs `oxd` to its end. */
  async oxd(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return finished(this.client(args, options), options.input);
  }

  /** A daemon around the held engine, listening. */
  async heldDaemon(...args: string[]): Promise<ChildProcess> {
    const entry = join(packageFolder, 'test', 'support', 'held-daemon.ts');
    const daemon = this.spawn(process.execPath, [
      entry,
      '--runtime',
      this.runtimeFolder,
      '--cache',
      this.cacheFolder,
      ...args,
    ]);
    const [line] = (await once(daemon.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer];
    if (!(JSON.parse(line.toString()) as { ready: boolean }).ready) throw new Error(line.toString());
    return daemon;
  }

  get daemonPid(): number | undefined {
    try {
      return parseDaemonState(readFileSync(join(this.runtimeFolder, 'daemon.json'), 'utf8'))?.pid;
    } catch {
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pid = this.daemonPid;
    if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all([...this.#children].map((child) => once(child, 'exit')));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What a process printed and how it ended. */
export async function finished(child: ChildProcess, input = ''): Promise<Result> {
  child.stdin?.end(input);
  let [out, error] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (error += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, out, error };
}

/** Resolves with the match once the stream has printed it. */
export function printed(stream: NodeJS.ReadableStream | null, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream?.on('data', (chunk: Buffer | string) => {
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match !== null) resolve(match);
    });
    stream?.on('end', () => reject(new Error(`ended without ${String(pattern)}: ${text}`)));
  });
}

/** Whether a process lives; one that is dead but not yet looked at by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

/** Looks again and again until the condition holds; the test's own time limit is the only one. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

let isBundled = false;

/** The bundled client, as `npm ci` leaves it; bundled again when its sources are newer. */
export function clientPath(): string {
  const path = join(packageFolder, 'dist', 'oxd.cjs');
  if (!isBundled && isOlderThanSources(path)) bundle();
  isBundled = true;
  return path;
}

/** Does what `npm run prepare` does, aside and renamed: test files run at the same time. */
function bundle(): void {
  const { scripts } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    scripts: { prepare: string };
  };
  const dist = join(packageFolder, 'dist');
  mkdirSync(dist, { recursive: true });
  const aside = mkdtempSync(join(dist, 'aside-'));
  const command = scripts.prepare
    .replace('--outdir=dist', `--outdir=${aside}`)
    .replace('dist/oxd.cjs', `${aside}/oxd.cjs`);
  execFileSync('sh', ['-c', command], {
    cwd: packageFolder,
    env: { ...process.env, PATH: `${join(packageFolder, 'node_modules', '.bin')}:${process.env['PATH']}` },
  });
  // Which Node finds first is replaced last.
  for (const name of ['main.cjs', 'oxd.cjs']) renameSync(join(aside, name), join(dist, name));
  rmSync(aside, { recursive: true });
}

function isOlderThanSources(path: string): boolean {
  const built = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return ['client', 'protocol'].some((part) =>
    readdirSync(join(packageFolder, part), { recursive: true, encoding: 'utf8' }).some(
      (name) => statSync(join(packageFolder, part, name)).mtimeMs > built,
    ),
  );
}
