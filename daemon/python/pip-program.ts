// Finds the pip of a distribution.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ResultType } from '../../cache/cache.ts';
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { bytecodeArguments, childEnvironment } from './child-environment.ts';
import type { Distribution } from './distribution.ts';

export type PipProgram = {
  readonly version: string;
  /** What follows the executable: isolated from the user's shell and folder, writing no bytecode. */
  readonly command: readonly string[];
};

type PipKey = {
  readonly distribution: string;
  readonly folders: readonly string[]; // an upgraded pip renames its metadata, which changes their times
};

const pips: ResultType<PipKey, PipProgram> = { kind: 'scan', version: 1 };

/** Importing pip on a cold disk took 2 s. */
const pipTimeoutMs = 30_000;

/** The pip that is installed with the distribution, or the one that its ensurepip carries. */
export async function findPip(context: Context, distribution: Distribution): Promise<PipProgram> {
  const { stdlib, version } = distribution;
  const short = version.split('.').slice(0, 2).join('.');
  const folders = [
    join(stdlib, 'site-packages'),
    '/usr/lib/python3/dist-packages',
    `/usr/local/lib/python${short}/dist-packages`,
  ];
  const key: PipKey = {
    distribution: distribution.id,
    folders: folders.map((folder) => String(statSync(folder, { throwIfNoEntry: false })?.mtimeMs)),
  };
  const known = context.cache.get(pips, key);
  if (known !== undefined) return known;
  const isolated = ['-I', ...bytecodeArguments(context, distribution)];
  const found = (await installedPip(context, distribution, isolated)) ?? bundledPip(distribution, isolated);
  if (found === undefined)
    throw environmentFailure(`Cannot install packages: ${distribution.executable} has no pip`, {
      hint: `install it, such as with "${distribution.executable} -m ensurepip" or the package python3-pip`,
    });
  context.cache.put(pips, key, found);
  return found;
}

async function installedPip(
  context: Context,
  distribution: Distribution,
  isolated: readonly string[],
): Promise<PipProgram | undefined> {
  const run = await execa(
    distribution.executable,
    [...isolated, '-c', 'import pip; print(pip.__version__)'],
    {
      reject: false,
      stdin: 'ignore',
      env: childEnvironment(context),
      extendEnv: false,
      timeout: pipTimeoutMs,
      cancelSignal: context.signal,
      killDescendants: true,
    },
  );
  context.signal.throwIfAborted();
  if (run.timedOut)
    throw environmentFailure(`Cannot find pip: ${distribution.executable} did not answer in time`, {
      hint: 'build again when the machine is less busy',
    });
  const version = run.stdout?.trim() ?? '';
  return run.failed || !/^\d/.test(version) ? undefined : { version, command: [...isolated, '-m', 'pip'] };
}

/** A wheel of pip can be run as it is; Debian keeps ensurepip's in a place of its own. */
function bundledPip({ stdlib }: Distribution, isolated: readonly string[]): PipProgram | undefined {
  for (const folder of [join(stdlib, 'ensurepip/_bundled'), '/usr/share/python-wheels']) {
    let names: string[];
    try {
      names = readdirSync(folder);
    } catch {
      continue;
    }
    const wheel = names.find((name) => /^pip-.*\.whl$/.test(name));
    const version = wheel?.split('-')[1];
    if (wheel !== undefined && version !== undefined)
      return { version, command: [...isolated, join(folder, wheel, 'pip')] };
  }
  return undefined;
}
