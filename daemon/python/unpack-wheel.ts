import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { childEnvironment } from './child-environment.ts';
import type { Distribution } from './distribution.ts';

/** Some 3 GB; the largest wheels on PyPI are below 1 GB. */
const unpackMs = 120_000;

/**
 * A new folder with what a wheel would put on sys.path, whatever platform it is for: its root, with `purelib`,
 * `platlib` and `data` of NAME.data over it. Programs and headers have no place there. The caller removes the folder.
 */
export async function unpackWheel(
  context: Context,
  distribution: Distribution,
  wheel: string,
): Promise<string> {
  const folder = context.cache.scratch();
  mkdirSync(folder);
  const run = await execa(distribution.executable, ['-I', '-m', 'zipfile', '-e', wheel, folder], {
    reject: false,
    stdin: 'ignore',
    env: childEnvironment(context),
    extendEnv: false,
    timeout: unpackMs,
    cancelSignal: context.signal,
    killDescendants: true,
  });
  if (run.failed) {
    rmSync(folder, { recursive: true, force: true });
    context.signal.throwIfAborted();
    throw inputFailure(`Cannot read the wheel "${wheel}": ${run.stderr?.trim().split('\n').at(-1) ?? ''}`, {
      hint: 'the file is damaged or no wheel; fetch it again',
    });
  }
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.data'))) {
    for (const part of ['purelib', 'platlib', 'data'])
      if (existsSync(join(folder, name, part))) cpSync(join(folder, name, part), folder, { recursive: true });
    rmSync(join(folder, name), { recursive: true });
  }
  return folder;
}
