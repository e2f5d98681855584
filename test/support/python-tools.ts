// Programs and modules from PyPI that judge what was built, in an environment that is kept between runs of the tests.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type ToolResult = { readonly code: number | null; readonly text: string };

/** The folder of an environment with these requirements, and with `data`, which come without what they require. */
export function pythonTools(requirements: readonly string[], data: readonly string[] = []): string {
  const name = createHash('sha256')
    .update([...requirements, '', ...data].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const folder = join(tmpdir(), `oxd-test-tools-${process.getuid?.() ?? 0}-${name}`);
  const marker = join(folder, 'complete');
  if (existsSync(marker)) return folder;
  rmSync(folder, { recursive: true, force: true });
  freshEnvironment(folder);
  const install = (args: readonly string[]): Buffer =>
    execFileSync(join(folder, 'bin/pip'), ['install', '--quiet', ...args], { stdio: 'pipe' });
  install(requirements);
  if (data.length > 0) install(['--no-deps', ...data]);
  writeFileSync(marker, '');
  return folder;
}

/** A new virtual environment with nothing but pip. */
export function freshEnvironment(folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
}

/** Runs a program of an environment; what it prints on both streams is the text. */
export function runTool(environment: string, program: string, args: readonly string[]): ToolResult {
  const { status, stdout, stderr } = spawnSync(join(environment, 'bin', program), args, { encoding: 'utf8' });
  return { code: status, text: stdout + stderr };
}
