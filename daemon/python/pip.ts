// Installs packages with a distribution's own pip. Equal requests run it once.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ResultType } from '../../cache/cache.ts';
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { withStep } from '../step.ts';
import { childEnvironment } from './child-environment.ts';
import { classify, readMetadata } from './classify.ts';
import type { Distribution } from './distribution.ts';
import { pipFailure } from './pip-failure.ts';
import { type PipInputs, type PipRequest, pipInputs } from './pip-inputs.ts';
import { type PipProgram, findPip } from './pip-program.ts';
import type { Resource } from './resource.ts';

/** One line of the lock record: what pip chose. */
export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  /** Such as "sha256=…"; absent for local folders and version control. */
  readonly hash?: string;
  /** Absent where pip did not tell. */
  readonly url?: string;
  /** Asked for, not only needed by another. */
  readonly requested: boolean;
};

export type PipResult = {
  /** Id of the tree in the cache. */
  readonly tree: string;
  readonly lock: readonly LockedPackage[];
};

type PipKey = PipInputs & {
  readonly pip: string; // resolves and builds differently from version to version
  readonly distribution: string; // decides which wheels fit
  readonly triple: string;
};

/** 1: the first. */
const installs: ResultType<PipKey, PipResult> = { kind: 'pip', version: 1 };

/** A killed pip and its builds get this long to remove their temporary files. */
const killGraceMs = 5_000;
/** Of pip's words, kept for a failure; the end matters most. */
const outputKeptMax = 4_000_000;

/** Packages installed into a tree of the cache. Throws a Failure with pip's own words when that is not possible. */
export async function pipInstall(
  context: Context,
  distribution: Distribution,
  request: PipRequest,
): Promise<PipResult> {
  const inputs = pipInputs(context, request);
  const pip = await findPip(context, distribution);
  const key: PipKey = {
    ...inputs,
    pip: pip.version,
    distribution: distribution.id,
    triple: distribution.triple,
  };
  const known = context.cache.get(installs, key);
  if (known !== undefined) return known;
  const subject = request.args.filter((word) => !word.startsWith('-')).join(' ');
  return withStep(context, 'pip', subject, async (step) => {
    const staged = context.cache.trees.stage();
    const report = context.cache.scratch();
    const name = `pip-${createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16)}.log`;
    try {
      await runPip(context, distribution, { pip, inputs, request, staged, report, step, subject, name });
      const lock = existsSync(report) ? readReport(report) : readInstalled(staged);
      removeLocalOrigins(staged);
      context.signal.throwIfAborted();
      const tree = await context.cache.trees.publish(staged);
      const result: PipResult = { tree, lock };
      context.cache.put(installs, key, result, { trees: [tree] });
      context.log.info({ packages: lock.length, pip: pip.version }, 'packages installed');
      return result;
    } finally {
      rmSync(report, { force: true });
      rmSync(staged, { recursive: true, force: true });
    }
  });
}

/** What pip installed, as resources; nothing is read but the metadata. */
export function pipResources(context: Context, distribution: Distribution, result: PipResult): Resource[] {
  const folder = context.cache.trees.path(result.tree);
  if (folder === undefined)
    throw environmentFailure('Installed packages were removed from the cache while they were used', {
      hint: 'build again',
    });
  const files = context.cache.trees
    .files(result.tree)
    .filter(({ path }) => !path.includes('__pycache__/'))
    .map(({ path, sha256, size, executable }) => ({
      path,
      content: { at: 'file', path: join(folder, path), sha256, size } as const,
      executable,
    }));
  return classify(context, files, { cacheTag: distribution.cacheTag });
}

type PipRun = {
  readonly pip: PipProgram;
  readonly inputs: PipInputs;
  readonly request: PipRequest;
  readonly staged: string;
  readonly report: string;
  readonly step: number;
  readonly subject: string;
  readonly name: string;
};

async function runPip(context: Context, distribution: Distribution, run: PipRun): Promise<void> {
  const subprocess = execa(
    distribution.executable,
    [
      ...run.pip.command,
      'install',
      '--disable-pip-version-check',
      '--no-input',
      '--no-compile',
      '--no-warn-script-location',
      // What it would warn of is installed beside pip and goes nowhere.
      '--no-warn-conflicts',
      '--target',
      run.staged,
      ...(knowsReport(run.pip.version) ? ['--report', run.report] : []),
      ...run.inputs.args,
    ],
    {
      cwd: run.request.directory,
      env: pipEnvironment(context, run.request),
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      buffer: false,
      all: true,
      killDescendants: true,
      cancelSignal: context.signal,
      forceKillAfterDelay: killGraceMs,
    },
  );
  let output = '';
  let packages = 0;
  for await (const line of subprocess.iterable({ from: 'all' })) {
    output = `${output}${line}\n`.slice(-outputKeptMax);
    context.report({ event: 'output', step: run.step, from: 'pip', text: line });
    const collected = /^Collecting ([\w.-]+)/.exec(line.trim())?.[1];
    if (collected !== undefined) {
      packages += 1;
      context.report({
        event: 'step-progress',
        step: run.step,
        done: packages,
        unit: 'files',
        detail: collected,
      });
    }
  }
  const end = await subprocess;
  context.signal.throwIfAborted();
  if (end.failed)
    throw pipFailure(
      output === '' ? (end.shortMessage ?? '') : output,
      { subject: run.subject, python: `CPython ${distribution.version} on ${distribution.triple}` },
      join(context.cache.folder, 'logs'),
      run.name,
    );
}

/** pip 22.2 and later tell what they installed. */
function knowsReport(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 2);
}

function pipEnvironment(context: Context, request: PipRequest): Record<string, string> {
  const environment = childEnvironment(context, request.extraEnvironment);
  for (const name of ['TARGET', 'PREFIX', 'ROOT', 'REPORT', 'PYTHON', 'DRY_RUN'])
    delete environment[`PIP_${name}`];
  // Variables go before pip.conf: what a user has there for his own installs would contradict --target.
  return {
    ...environment,
    // How packages know PyOxidizer while they are built.
    PYOXIDIZER: '1',
    PIP_USER: '0',
    PIP_REQUIRE_VIRTUALENV: '0',
    PIP_ROOT_USER_ACTION: 'ignore',
    PIP_NO_COLOR: '1',
    PIP_PROGRESS_BAR: 'off',
  };
}

/** Fields of pip's installation report, version 1, that are used. */
type Report = {
  readonly install: readonly {
    readonly metadata: { readonly name: string; readonly version: string };
    readonly requested: boolean;
    readonly download_info: { readonly url: string; readonly archive_info?: { readonly hash?: string } };
  }[];
};

function readReport(path: string): LockedPackage[] {
  const { install } = JSON.parse(readFileSync(path, 'utf8')) as Report;
  return install
    .map(({ metadata, requested, download_info: { url, archive_info } }): LockedPackage => {
      const hash = archive_info?.hash;
      return {
        name: metadata.name,
        version: metadata.version,
        url: withoutPassword(url),
        requested,
        ...(hash === undefined ? {} : { hash }),
      };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The lock record of a pip that is too old to report: what the metadata says. */
function readInstalled(root: string): LockedPackage[] {
  return readdirSync(root)
    .filter((entry) => entry.endsWith('.dist-info'))
    .map((entry) => ({
      ...readMetadata(join(root, entry, 'METADATA'), entry),
      requested: existsSync(join(root, entry, 'REQUESTED')),
    }))
    .map(({ package: name, version, requested }) => ({ name, version, requested }));
}

const withoutPassword = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');

/** direct_url.json of a local project names its folder here: it says nothing elsewhere, and equal sources must give equal trees. */
function removeLocalOrigins(root: string): void {
  for (const name of readdirSync(root).filter((entry) => entry.endsWith('.dist-info'))) {
    const origin = join(root, name, 'direct_url.json');
    if (!existsSync(origin) || !readFileSync(origin, 'utf8').includes('"file://')) continue;
    rmSync(origin);
    const record = join(root, name, 'RECORD');
    const lines = readFileSync(record, 'utf8').split('\n');
    writeFileSync(record, lines.filter((line) => !line.startsWith(`${name}/direct_url.json,`)).join('\n'));
  }
}
