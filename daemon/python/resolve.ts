// Chooses the CPython that a build packs.
import { dirname } from 'node:path';
import type { ResultType } from '../../cache/cache.ts';
import { environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { type Candidate, pythonCandidates, supportedMinors } from './candidates.ts';
import type { Distribution, DistributionRequest } from './distribution.ts';
import { type Refusal, localDistribution } from './local.ts';

type ChoiceKey = { readonly request: DistributionRequest; readonly named: string | null };
/** Which distribution a request last led to: a choice is told to the user when it is made, not at every build. */
const choices: ResultType<ChoiceKey, string> = { kind: 'scan', version: 1 };

/** The CPython for a request: the archive that it names, else what the environment names, else the best there is. */
export async function resolveDistribution(
  context: Context,
  request: DistributionRequest,
): Promise<Distribution> {
  context.trace.variable(distributionVariable);
  const named = context.environment[distributionVariable];
  const distribution = await choose(context, request, named);
  traceDistribution(context, distribution);
  const key: ChoiceKey = { request, named: named ?? null };
  if (context.cache.get(choices, key) !== distribution.id) {
    context.report({ event: 'notice', text: `using ${distribution.reason}` });
    context.cache.put(choices, key, distribution.id);
  }
  return distribution;
}

async function choose(
  context: Context,
  request: DistributionRequest,
  named: string | undefined,
): Promise<Distribution> {
  if (named !== undefined && named.startsWith('/')) {
    const python = await localDistribution(context, named);
    if (python.outcome === 'usable') return python.distribution;
    throw environmentFailure(`Cannot pack the Python ${named}: ${python.reason}`);
  }
  return bestLocalDistribution(context, request);
}

/** A replaced interpreter or library is another distribution; hashing tens of megabytes of library would be waste. */
function traceDistribution(context: Context, { executable, linking }: Distribution): void {
  context.trace.file(executable);
  context.trace.directory(dirname(linking.kind === 'static' ? linking.archive : linking.library));
}

/**
 * The best installed CPython: one with a static library, and of those the newest. Candidates are asked newest first,
 * and no further than needed.
 */
export async function bestLocalDistribution(
  context: Context,
  request: DistributionRequest,
): Promise<Distribution> {
  const wanted = parseVersion(request.version);
  const refusals: Refusal[] = [];
  let best: Distribution | undefined;
  for (const candidate of inPreference(pythonCandidates(context), wanted)) {
    if (
      best?.linking.kind === 'static' &&
      candidate.minor !== undefined &&
      candidate.minor < minorOf(best.version)
    )
      break;
    const python = await localDistribution(context, candidate.path);
    if (python.outcome === 'refused') refusals.push(python);
    else if (matches(python.distribution.version, wanted) && isBetter(python.distribution, best))
      best = python.distribution;
  }
  if (best === undefined) throw noneFound(request.version, refusals);
  return best;
}

type Version = { readonly minor: number; readonly patch: number | undefined };

/** "3.11" or "3.11.7". */
export function parseVersion(text: string | undefined): Version | undefined {
  if (text === undefined) return undefined;
  const match = /^3\.(\d{1,3})(?:\.(\d{1,3}))?$/.exec(text);
  if (match === null)
    throw inputFailure(`Cannot read "${text}" as a Python version`, {
      hint: 'write it as "3.11" or "3.11.7"',
    });
  const minor = Number(match[1]);
  const { first, last } = supportedMinors;
  if (minor < first || minor > last)
    throw inputFailure(`Cannot pack Python ${text}: only 3.${first} to 3.${last} are supported`);
  return { minor, patch: match[2] === undefined ? undefined : Number(match[2]) };
}

export function matches(version: string, wanted: Version | undefined): boolean {
  if (wanted === undefined) return true;
  const [, minor, patch] = version.split('.').map(Number);
  return minor === wanted.minor && (wanted.patch === undefined || patch === wanted.patch);
}

const minorOf = (version: string): number => Number(version.split('.')[1]);

/** Newest first; names without a version first of all, for they may be anything. */
function inPreference(candidates: Candidate[], wanted: Version | undefined): Candidate[] {
  const { first, last } = supportedMinors;
  return candidates
    .filter(
      ({ minor }) =>
        minor === undefined ||
        (wanted === undefined ? minor >= first && minor <= last : minor === wanted.minor),
    )
    .toSorted((a, b) => (b.minor ?? 99) - (a.minor ?? 99));
}

function isBetter(candidate: Distribution, best: Distribution | undefined): boolean {
  if (best === undefined) return true;
  if (candidate.linking.kind !== best.linking.kind) return candidate.linking.kind === 'static';
  const [a, b] = [candidate, best].map(({ version }) => version.split('.').map(Number));
  // Equal versions: the first found stays, as PATH would have it.
  return (a?.[1] ?? 0) - (b?.[1] ?? 0) > 0 || (a?.[1] === b?.[1] && (a?.[2] ?? 0) > (b?.[2] ?? 0));
}

function noneFound(version: string | undefined, refusals: readonly Refusal[]): Error {
  const { first, last } = supportedMinors;
  const wanted = version ?? `3.${first} to 3.${last}`;
  const seen = refusals
    .slice(0, refusedShownMax)
    .map(
      ({ path, version, reason }) => `  ${path}${version === undefined ? '' : ` (${version})`}: ${reason}`,
    );
  return environmentFailure([`Cannot find a CPython ${wanted} that can be packed`, ...seen].join('\n'), {
    hint: `install one with its libpython (on Debian: python3 and libpython3-dev), or name one with ${distributionVariable}`,
  });
}

/** A machine with many broken Pythons must not fill the screen. */
const refusedShownMax = 8;

/** A path or URL of an archive, or a path of a Python. */
export const distributionVariable = 'OXD_PYTHON_DISTRIBUTION';
