// Folders, interpreters and rivals that the measurements share.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { oxd, oxdEnvironment } from '../e2e/oxd.ts';

/** Kept between runs: virtual environments and the cache, which hold no measurement. */
export const workshop = join(tmpdir(), 'oxd-bench');
mkdirSync(workshop, { recursive: true });

export const cache = join(workshop, 'cache');
export const environment = oxdEnvironment({ cache });
export const client = resolve('dist/oxd.cjs');

export function freshFolder(name: string): string {
  return mkdtempSync(join(workshop, `${name}-`));
}

/** `oxd ARGS` that must succeed; returns its standard output. */
export function build(...args: string[]): string {
  const result = oxd(args, { cache });
  if (result.code !== 0) throw new Error(`oxd ${args.join(' ')} ended with ${result.code}\n${result.stderr}`);
  return result.stdout;
}

/** The interpreter of the distribution that oxd takes by default: the rival runs on the very same one. */
export function basePython(): string {
  const status = process.env['OXD_BENCH_PYTHON'];
  if (status !== undefined) return status;
  const folder = freshFolder('which-python');
  build(
    'init-config-file',
    '--python-code',
    'import sys; print(sys.version.split()[0])',
    join(folder, 'app'),
  );
  const version = oxd(['run', '--path', join(folder, 'app')], { cache }).stdout.trim();
  const minor = version.split('.').slice(0, 2).join('.');
  const candidates = [
    join(process.env['HOME'] ?? '/', '.pyenv/versions', version, 'bin/python3'),
    `/usr/local/bin/python${minor}`,
    `/usr/bin/python${minor}`,
  ];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`cannot find Python ${version}: set OXD_BENCH_PYTHON`);
  return found;
}

/** A virtual environment of the base interpreter with these requirements; made once. */
export function virtualEnvironment(name: string, requirements: readonly string[]): string {
  const folder = join(workshop, `venv-${name}`);
  if (!existsSync(join(folder, 'ready'))) {
    execFileSync(basePython(), ['-m', 'venv', folder], { stdio: 'ignore' });
    execFileSync(join(folder, 'bin/python'), ['-m', 'pip', 'install', '-q', ...requirements], {
      stdio: 'inherit',
    });
    mkdirSync(join(folder, 'ready'));
  }
  return folder;
}
