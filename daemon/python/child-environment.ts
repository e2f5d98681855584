import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { Distribution } from './distribution.ts';

/**
 * What a started Python sees: the client's variables without those that would make it another Python (PYTHONPATH of
 * the user's shell must not decide what gets packed), and `extra` on top, taken as it is. Nothing may write bytecode
 * into a distribution: one in the cache would no longer be what was unpacked.
 */
export function childEnvironment(
  context: Context,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const kept = Object.entries(context.environment).filter(
    ([name]) => !/^(PYTHON|VIRTUAL_ENV|CONDA_|__PYVENV)/.test(name),
  );
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...Object.fromEntries(kept),
    PYTHONDONTWRITEBYTECODE: '1',
    ...extra,
  };
}

/**
 * Arguments that keep a distribution as it is while it runs. An installed one has its bytecode; one from an archive has
 * none, and pip would take two seconds to start: its bytecode goes beside.
 */
export function bytecodeArguments(context: Context, { origin }: Distribution): string[] {
  return origin === 'local' ? ['-B'] : ['-X', `pycache_prefix=${join(context.cache.folder, 'pycache')}`];
}
