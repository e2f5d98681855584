// Asks an installed Python what it is. A probe costs 20 ms, so its answer is kept for as long as the file is the same.
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { execa } from 'execa';
import type { ResultType } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import { childEnvironment } from './child-environment.ts';

/** What probe.py prints; names as there. */
export type Probe = {
  readonly implementation: string;
  readonly version: string;
  readonly prerelease: boolean;
  /** Y of 3.Y; -1 for Python 2. */
  readonly minor: number;
  readonly build: string;
  readonly cacheTag: string;
  readonly magic: string;
  readonly abiFlags: string;
  readonly bits: 32 | 64;
  readonly platform: string;
  readonly executable: string;
  readonly basePrefix: string;
  readonly bindir: string | null;
  readonly stdlib: string;
  readonly platstdlib: string;
  readonly includes: string;
  readonly sysconfigModule: string;
  readonly variables: Readonly<Record<string, string | number | null>>;
};

type ProbeKey = {
  readonly path: string;
  /** The file behind all links, as stat sees it: a Python that was replaced is asked again. */
  readonly real: string;
  readonly stat: string;
  /** The question: another probe.py is another answer. */
  readonly script: string;
};

const probes: ResultType<ProbeKey, Probe> = {
  kind: 'distribution',
  version: 1,
};

const script = readFileSync(new URL('./probe.py', import.meta.url), 'utf8');

/** A Python that does not answer within this hangs: on a cold disk the slowest seen took 1.5 s. */
const probeTimeoutMs = 20_000;
/** An answer is 2 KB. */
const probeOutputMax = 1_000_000;

/** The answer of the Python at `path`, or why there is none. */
export async function probePython(
  context: Context,
  path: string,
): Promise<Probe | { readonly failure: string }> {
  let key: ProbeKey;
  try {
    const real = realpathSync(path);
    const { size, mtimeMs, ino } = lstatSync(real);
    key = { path, real, stat: `${size}:${mtimeMs}:${ino}`, script };
  } catch {
    return { failure: 'there is no such file' };
  }
  const known = context.cache.get(probes, key);
  if (known !== undefined) return known;
  const answer = await ask(context, path);
  // A refusal is not kept: the library that was missing, or the time, may be there next time.
  if (!('failure' in answer)) context.cache.put(probes, key, answer);
  return answer;
}

async function ask(context: Context, path: string): Promise<Probe | { readonly failure: string }> {
  const run = await execa(path, ['-I', '-S', '-c', script], {
    reject: false,
    stdin: 'ignore',
    env: childEnvironment(context),
    extendEnv: false,
    timeout: probeTimeoutMs,
    maxBuffer: probeOutputMax,
    cancelSignal: context.signal,
    killDescendants: true,
  });
  context.signal.throwIfAborted();
  if (run.failed) {
    const words = run.stderr?.trim().split('\n').at(-1);
    return {
      failure: words !== undefined && words !== '' ? words : (run.shortMessage ?? 'it did not start'),
    };
  }
  try {
    return JSON.parse(run.stdout ?? '') as Probe;
  } catch {
    return { failure: 'it does not answer as a Python does' };
  }
}
