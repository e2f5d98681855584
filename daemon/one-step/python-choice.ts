// Which Python a program without a config gets, where its author says which ones it works with.
import { Failure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Distribution } from '../python/distribution.ts';
import { resolveDistribution } from '../python/resolve.ts';
import { isVersionIn } from '../python/version-specifier.ts';
import type { Planning } from './plan.ts';

export type PythonChoice = {
  readonly distribution: Distribution;
  /** For the config; undefined for the best there is. */
  readonly version: string | undefined;
};

/** `requires` as in `requires-python`, and where it is written. */
export type Requires = { readonly text: string; readonly where: string };

/** Newest first: what is tried when the best Python there is will not do. */
const versions = ['3.13', '3.12', '3.11', '3.10'];

/** The Python that was asked for, or the best one that the program works with. */
export async function choosePython(
  context: Context,
  { oneStep, folder }: Planning,
  requires: Requires | undefined,
): Promise<PythonChoice> {
  // The config asks again, and that is when it is told.
  const quiet: Context = { ...context, report: (event) => event.event === 'notice' || context.report(event) };
  const resolve = (version: string | undefined): Promise<Distribution> =>
    resolveDistribution(quiet, {
      workspace: `${folder} (planned)`,
      ...(version === undefined ? {} : { version }),
    });
  const isFit = (version: string): boolean => {
    if (requires === undefined) return true;
    const isIn = isVersionIn(version, requires.text);
    if (isIn !== undefined) return isIn;
    throw inputFailure(`Cannot read requires-python = "${requires.text}" in ${requires.where}`, {
      hint: 'write it as ">=3.10"',
    });
  };
  const best = await resolve(oneStep.python);
  if (isFit(best.version)) return { distribution: best, version: oneStep.python };
  if (oneStep.python === undefined) {
    for (const version of versions) {
      const found = await resolve(version).catch((error: unknown) => {
        if (error instanceof Failure && !context.signal.aborted) return undefined;
        throw error;
      });
      if (found !== undefined && isFit(found.version)) return { distribution: found, version };
    }
  }
  throw inputFailure(
    `Cannot build with Python ${best.version}: ${requires?.where} requires ${requires?.text}`,
    {
      hint:
        oneStep.python === undefined
          ? 'install a Python that fits, or name one with OXD_PYTHON_DISTRIBUTION'
          : 'choose another one with --python',
    },
  );
}
