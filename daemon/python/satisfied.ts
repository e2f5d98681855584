// Whether locked packages are what a program asks for, as the distribution's pip understands requirements.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { execa } from 'execa';
import type { ResultType } from '../../cache/cache.ts';
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { childEnvironment } from './child-environment.ts';
import type { Distribution } from './distribution.ts';
import type { LockedVersion } from './lock-file.ts';
import { findPip } from './pip-program.ts';

export type Question = {
  /** PEP 508. */
  readonly requirements: readonly string[];
  readonly extras: readonly string[];
  readonly packages: readonly LockedVersion[];
};
/** A requirement that is not met, with the version that is there in its place. */
export type Unmet = readonly [requirement: string, version: string | null];

type UnmetKey = Question & {
  readonly distribution: string; // decides markers
  readonly pip: string;
  readonly script: string;
};
const answers: ResultType<UnmetKey, readonly Unmet[]> = { kind: 'scan', version: 1 };

const script = readFileSync(new URL('./satisfied.py', import.meta.url), 'utf8');
/** Importing pip on a cold disk took 2 s. */
const timeoutMs = 30_000;

/** The requirements that the packages do not meet. */
export async function unmetRequirements(
  context: Context,
  distribution: Distribution,
  question: Question,
): Promise<readonly Unmet[]> {
  const pip = await findPip(context, distribution);
  const key = { ...question, distribution: distribution.id, pip: pip.version, script };
  const known = context.cache.get(answers, key);
  if (known !== undefined) return known;
  const { requirements, extras, packages } = question;
  const wheel = pip.command.at(-1) ?? '';
  const run = await execa(distribution.executable, ['-I', '-B', '-c', script], {
    reject: false,
    input: JSON.stringify({
      pip: wheel.includes('/') ? dirname(wheel) : null,
      requirements,
      extras,
      packages: packages.map(({ name, version }) => [name, version]),
    }),
    env: childEnvironment(context),
    extendEnv: false,
    timeout: timeoutMs,
    cancelSignal: context.signal,
    killDescendants: true,
  });
  context.signal.throwIfAborted();
  if (run.failed)
    throw environmentFailure(
      `Cannot compare a lock with requirements: ${run.stderr?.trim().split('\n').at(-1) ?? ''}`,
    );
  const answer = JSON.parse(run.stdout ?? '') as readonly Unmet[];
  context.cache.put(answers, key, answer);
  return answer;
}
