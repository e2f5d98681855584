// Runs an executable where nothing of this machine's Pythons, caches and checkouts can be seen.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export type ForeignRun = {
  readonly executable: string;
  readonly args?: readonly string[];
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Further folders to hide: the workspace and the cache that the executable was built from. */
  readonly hide: readonly string[];
  /** A program and its arguments that start the executable, such as strace. */
  readonly under?: readonly string[];
  readonly timeoutMs?: number;
};

export type ForeignResult = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Where CPythons and their site-packages live on machines that run these tests. */
const pythons = [
  join(homedir(), '.pyenv'),
  join(homedir(), '.local'),
  '/usr/lib/python3',
  '/usr/lib/python3.11',
  '/usr/local/lib/python3.11',
  // And its Tcl.
  '/usr/share/tcltk',
  '/usr/lib/tcltk',
];

/**
 * Copies the executable alone into an empty folder and starts it there, in a mount namespace of its own where empty file
 * systems lie over every CPython, the workspace and the cache. The working directory is read-only and stays empty.
 */
export function runElsewhere(run: ForeignRun): ForeignResult {
  const home = mkdtempSync(join(tmpdir(), 'oxd-elsewhere-'));
  try {
    const executable = join(home, basename(run.executable));
    copyFileSync(run.executable, executable);
    const script = `
      mkdir -p "$1/empty" && cd "$1/empty" || exit 99
      shift
      while [ "$1" != -- ]; do [ ! -d "$1" ] || mount -t tmpfs -o ro none "$1" || exit 98; shift; done
      shift
      exec "$@"`;
    const result = spawnSync(
      'unshare',
      [
        '--mount',
        ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
        'sh',
        '-c',
        script,
        'sh',
        home,
        ...pythons,
        ...run.hide,
        '--',
        ...(run.under ?? []),
        executable,
        ...(run.args ?? []),
      ],
      {
        input: run.input ?? '',
        encoding: 'utf8',
        env: { PATH: '/usr/bin:/bin', ...run.environment },
        timeout: run.timeoutMs ?? 60_000,
      },
    );
    if (result.error !== undefined) throw result.error;
    if (result.status === 98 || result.status === 99)
      throw new Error(`cannot hide the machine: ${result.stderr}`);
    const left = readdirSync(join(home, 'empty'));
    if (left.length > 0) throw new Error(`the program left ${left.join(', ')} behind`);
    return { code: result.status, signal: result.signal, stdout: result.stdout, stderr: result.stderr };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
