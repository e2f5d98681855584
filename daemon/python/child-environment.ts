import type { Context } from '../context.ts';

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
