// Makes snap packages with snapcraft, where that is: https://snapcraft.io/docs/snapcraft-overview
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { withStep } from '../step.ts';
import { findProgram, runProgram } from './program.ts';

export type SnapcraftCall = {
  readonly args: readonly string[];
  /** Remove what earlier calls left in the folder. */
  readonly purge: boolean;
};

/**
 * Runs the calls in a folder that holds snap/snapcraft.yaml; `own` are the names in it that are not snapcraft's. Returns
 * the paths of the packages that are there afterwards. Without snapcraft, or without calls, it says what is to be run.
 */
export async function makeSnap(
  context: Context,
  folder: string,
  own: ReadonlySet<string>,
  calls: readonly SnapcraftCall[],
): Promise<readonly string[]> {
  const snapcraft = calls.length === 0 ? undefined : findProgram(context, 'snapcraft');
  if (snapcraft === undefined) {
    const commands =
      calls.length === 0 ? ['snapcraft'] : calls.map(({ args }) => ['snapcraft', ...args].join(' '));
    const why = calls.length === 0 ? 'the config adds no invocation' : 'snapcraft is not on this machine';
    context.report({
      event: 'notice',
      text: `The files of the snap are written, the package is not made: ${why}. Where snapcraft is, run in a copy of ${folder}: ${commands.join(' && ')}`,
    });
    return [];
  }
  for (const { args, purge } of calls) {
    if (purge)
      for (const name of readdirSync(folder))
        if (!own.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
    await withStep(context, 'package', ['snapcraft', ...args].join(' '), () =>
      runProgram(context, 'Cannot make the snap', { program: snapcraft, args, cwd: folder }),
    );
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith('.snap') && !own.has(name))
    .toSorted()
    .map((name) => join(folder, name));
}
