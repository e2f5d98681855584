// Chooses the CPython that a build packs.
import { dirname } from 'node:path';
import type { ResultType } from '../../cache/cache.ts';
import type { BuildEvent } from '../../protocol/events.ts';
import { Failure, environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { type Candidate, pythonCandidates, supportedMinors } from './candidates.ts';
import type { Distribution, DistributionRequest } from './distribution.ts';
import { type KnownDistribution, knownDistributions } from './known-distributions.ts';
import { type Refusal, localDistribution } from './local.ts';
import { namedDistribution } from './named-distribution.ts';
import { matchesVersion, parseVersion, type Version } from './python-version.ts';
import { isOffline } from './strictness.ts';
import { usualPython } from './usual-python.ts';
import { archiveDistribution } from './standalone.ts';

type ChoiceKey = { readonly request: DistributionRequest; readonly named: string | null };
/** Which distribution a request last led to: a choice is told to the user when it is made, not at every build. */
const choices: ResultType<ChoiceKey, string> = { kind: 'scan', version: 1 };

/** OXD_PYTHON_DISTRIBUTION's word for: installed ones only, nothing is fetched. */
const systemOnly = 'system';

/**
 * The CPython for a request: the archive that it names, else what the environment names, else a known static archive that
 * is in the cache or can be fetched, else the best that is installed, else a shared archive. A missing network is no
 * failure where an installed one will do.
 */
export async function resolveDistribution(
  context: Context,
  request: DistributionRequest,
): Promise<Distribution> {
  context.trace.variable(distributionVariable);
  const named = context.environment[distributionVariable];
  const distribution = await choose(context, request, named);
  traceDistribution(context, distribution);
  const isNamed =
    request.archive !== undefined || (named !== undefined && named !== '' && named !== systemOnly);
  const key: ChoiceKey = { request, named: named ?? null };
  if (context.cache.get(choices, key) !== distribution.id) {
    context.report({
      event: 'notice',
      text: `using ${distribution.reason}${isNamed ? '' : unlikeWanted(request, distribution)}`,
    });
    context.cache.put(choices, key, distribution.id);
  }
  return distribution;
}

/** What is said of a Python that is not linked as wanted. */
function unlikeWanted({ linking }: DistributionRequest, distribution: Distribution): string {
  if (linking === undefined || distribution.linking.kind === linking) return '';
  return `; none with a ${linking} libpython is at hand`;
}

async function choose(
  context: Context,
  request: DistributionRequest,
  named: string | undefined,
): Promise<Distribution> {
  if (request.archive !== undefined) {
    if (request.archive.path !== undefined) context.trace.file(request.archive.path);
    return archiveDistribution(context, request.archive);
  }
  if (named !== undefined && named !== '' && named !== systemOnly) {
    const distribution = await namedDistribution(context, named, distributionVariable);
    if (matchesVersion(distribution.version, parseVersion(request.version))) return distribution;
    throw inputFailure(
      `The config wants Python ${request.version}, but ${distributionVariable} names Python ${distribution.version}`,
    );
  }
  const linking = request.linking ?? 'static';
  const archive = knownFor(request.version, linking);
  if (named !== systemOnly && archive !== undefined && !isOutOfReach(context, archive)) {
    try {
      return await archiveDistribution(quietUntilProgress(context), { ...archive, isOptional: true });
    } catch (error) {
      if (!(error instanceof Failure) || context.signal.aborted) throw error;
      context.log.info({ url: archive.url, why: error.message }, 'no archive: an installed Python will do');
      // That nothing was tried says nothing of the network.
      if (!isOffline(context))
        context.cache.put(outOfReach, { sha256: archive.sha256, ...reach(context) }, { at: Date.now() });
    }
  }
  const local = await bestLocalDistribution(context, request);
  if (local.outcome === 'found') return local.distribution;
  const last = knownFor(request.version, linking === 'shared' ? 'static' : 'shared');
  if (last === undefined || named === systemOnly) throw noneFound(request.version, local.refusals);
  try {
    return await archiveDistribution(context, last);
  } catch (error) {
    if (!(error instanceof Failure) || context.signal.aborted) throw error;
    throw noneFound(request.version, local.refusals, error);
  }
}

/** Of an attempt that comes to nothing nobody needs to hear. */
function quietUntilProgress(context: Context): Context {
  let held: BuildEvent[] | undefined = [];
  const report = (event: BuildEvent): void => {
    if (held === undefined) context.report(event);
    else if (event.event === 'step-progress') {
      for (const earlier of [...held, event]) context.report(earlier);
      held = undefined;
    } else held.push(event);
  };
  return { ...context, report };
}

/** What decides whether a server is reached, beside the weather. */
type ReachKey = { readonly sha256: string; readonly mirror: string | null; readonly proxy: string | null };
const outOfReach: ResultType<ReachKey, { readonly at: number }> = { kind: 'scan', version: 1 };
/** A machine without a network should not be asked for one at every build. */
const outOfReachMs = 24 * 3600 * 1000;

function reach({ environment }: Context): Omit<ReachKey, 'sha256'> {
  const value = (name: string): string | null => environment[name] ?? environment[name.toLowerCase()] ?? null;
  return { mirror: value('OXD_DISTRIBUTION_MIRROR'), proxy: value('HTTPS_PROXY') };
}

function isOutOfReach(context: Context, { sha256 }: KnownDistribution): boolean {
  const tried = context.cache.get(outOfReach, { sha256, ...reach(context) });
  return tried !== undefined && Date.now() - tried.at < outOfReachMs;
}

function knownFor(
  version: string | undefined,
  linking: KnownDistribution['linking'],
): KnownDistribution | undefined {
  const wanted = parseVersion(version);
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return knownDistributions.find(
    (known) =>
      known.linking === linking && known.triple.startsWith(machine) && matchesVersion(known.version, wanted),
  );
}

/** A replaced interpreter or library is another distribution; hashing tens of megabytes of library would be waste. */
function traceDistribution(context: Context, { executable, linking }: Distribution): void {
  context.trace.file(executable);
  context.trace.directory(dirname(linking.kind === 'static' ? linking.archive : linking.library));
}

type LocalChoice =
  | { readonly outcome: 'found'; readonly distribution: Distribution }
  | { readonly outcome: 'none'; readonly refusals: readonly Refusal[] };

/**
 * The best installed CPython: the one that "python3" starts if it has the wanted kind of library (static, unless said),
 * else one that has, and of those the newest. Candidates are asked newest first, and no further than needed.
 */
async function bestLocalDistribution(context: Context, request: DistributionRequest): Promise<LocalChoice> {
  const wanted = parseVersion(request.version);
  const { linking = 'static' } = request;
  const usual = usualPython(context);
  if (usual !== undefined) {
    const python = await localDistribution(context, usual, linking);
    const { distribution } = python.outcome === 'usable' ? python : {};
    if (distribution?.linking.kind === linking && matchesVersion(distribution.version, wanted))
      return { outcome: 'found', distribution };
  }
  const refusals: Refusal[] = [];
  let best: Distribution | undefined;
  for (const candidate of inPreference(pythonCandidates(context), wanted)) {
    if (
      best?.linking.kind === linking &&
      candidate.minor !== undefined &&
      candidate.minor < minorOf(best.version)
    )
      break;
    const python = await localDistribution(context, candidate.path, linking);
    if (python.outcome === 'refused') refusals.push(python);
    else if (
      matchesVersion(python.distribution.version, wanted) &&
      isBetter(python.distribution, best, linking)
    )
      best = python.distribution;
  }
  return best === undefined ? { outcome: 'none', refusals } : { outcome: 'found', distribution: best };
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

function isBetter(
  candidate: Distribution,
  best: Distribution | undefined,
  linking: Distribution['linking']['kind'],
): boolean {
  if (best === undefined) return true;
  if (candidate.linking.kind !== best.linking.kind) return candidate.linking.kind === linking;
  const [a, b] = [candidate, best].map(({ version }) => version.split('.').map(Number));
  // Equal versions: the first found stays, as PATH would have it.
  return (a?.[1] ?? 0) - (b?.[1] ?? 0) > 0 || (a?.[1] === b?.[1] && (a?.[2] ?? 0) > (b?.[2] ?? 0));
}

function noneFound(version: string | undefined, refusals: readonly Refusal[], download?: Failure): Error {
  const { first, last } = supportedMinors;
  const wanted = version ?? `3.${first} to 3.${last}`;
  const seen = refusals
    .slice(0, refusedShownMax)
    .map(
      ({ path, version, reason }) => `  ${path}${version === undefined ? '' : ` (${version})`}: ${reason}`,
    );
  const tried = download === undefined ? [] : [download.message];
  return environmentFailure(
    [`Cannot find a CPython ${wanted} that can be packed`, ...seen, ...tried].join('\n'),
    {
      hint: `install one with its libpython (on Debian: python3 and libpython3-dev), or name one with ${distributionVariable}`,
      ...(download === undefined ? {} : { cause: download }),
    },
  );
}

/** A machine with many broken Pythons must not fill the screen. */
const refusedShownMax = 8;

/** A path or URL of an archive, or a path of a Python. */
const distributionVariable = 'OXD_PYTHON_DISTRIBUTION';
