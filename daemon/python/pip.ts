// Installs packages with a distribution's own pip. Equal requests run it once.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ResultType } from '../../cache/cache.ts';
import { environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { withStep } from '../step.ts';
import { classify, readMetadata } from './classify.ts';
import type { Distribution } from './distribution.ts';
import { checkOwners } from './file-owners.ts';
import { foldersWithin, isPathHook, readPathFiles } from './path-files.ts';
import { type PipInputs, type PipRequest, pipInputs } from './pip-inputs.ts';
import { findPip } from './pip-program.ts';
import { runPip } from './pip-run.ts';
import { type InstalledProject, installedProjects, sourcePaths } from './installed-project.ts';
import { layoutDigest } from './project-layout.ts';
import { isLocked } from './strictness.ts';
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
  /** The projects of this machine among what was installed. */
  readonly projects: readonly InstalledProject[];
};

type PipKey = Pick<PipInputs, 'args' | 'files' | 'settings'> & {
  readonly pip: string; // resolves and builds differently from version to version
  readonly distribution: string; // decides which wheels fit
  readonly triple: string;
};

/** 1: the first. 2: with the projects. 3: RECORD without the programs in bin/, whose hashes tell where the Python is. */
const installs: ResultType<PipKey, PipResult> = { kind: 'pip', version: 3 };
/**
 * By what decides of projects which files are installed, in place of all their files: what is installed as it stands in
 * the project is taken from there. 'by-content' where some of it is made in the build.
 */
const layouts: ResultType<PipKey & { readonly layout: 1 }, PipResult | 'by-content'> = {
  kind: 'pip',
  version: 3,
};

/** Packages installed into a tree of the cache. Throws a Failure with pip's own words when that is not possible. */
export async function pipInstall(
  context: Context,
  distribution: Distribution,
  request: PipRequest,
): Promise<PipResult> {
  const inputs = pipInputs(context, request);
  const pip = await findPip(context, distribution);
  const key: PipKey = {
    args: inputs.args,
    files: inputs.files,
    settings: inputs.settings,
    pip: pip.version,
    distribution: distribution.id,
    triple: distribution.triple,
  };
  const layout = inputs.projects.length === 0 ? undefined : layoutKey(context, key, inputs);
  const laidOut = layout === undefined ? undefined : context.cache.get(layouts, layout);
  if (laidOut !== undefined && laidOut !== 'by-content') return laidOut;
  const known = context.cache.get(installs, key);
  if (known !== undefined) return known;
  if (isLocked(context) && inputs.unpinned.length > 0) throw notPinned(inputs.unpinned);
  const subject = request.args
    .filter((word) => !word.startsWith('-'))
    .map((word) => word.replace(/^\.(?=$|\[)/, basename(request.directory)))
    .join(' ');
  return withStep(context, 'pip', subject, async (step) => {
    const staged = context.cache.trees.stage();
    const [report, pages] = [context.cache.scratch(), context.cache.scratch()];
    const name = `pip-${createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16)}.log`;
    try {
      const run = { pip, inputs, request, staged, report, pages, step, subject, name };
      await runPip(context, distribution, run);
      const lock = existsSync(report) ? readReport(report) : readInstalled(staged);
      const find = installedProjects(staged, inputs.projects);
      checkOwners(staged);
      removeLocalOrigins(staged);
      context.signal.throwIfAborted();
      const tree = await context.cache.trees.publish(staged);
      const projects = find(context.cache.trees.files(tree));
      const result: PipResult = { tree, lock, projects };
      context.cache.put(installs, key, result, { trees: [tree] });
      if (layout !== undefined && areAsRead(context, inputs))
        context.cache.put(layouts, layout, ...layoutResult(result));
      context.log.info({ packages: lock.length, pip: pip.version }, 'packages installed');
      return result;
    } finally {
      rmSync(report, { force: true });
      rmSync(pages, { recursive: true, force: true });
      rmSync(staged, { recursive: true, force: true });
    }
  });
}

function layoutKey(context: Context, key: PipKey, { projects }: PipInputs): PipKey & { readonly layout: 1 } {
  const own = new Set(
    projects.flatMap(({ root, files }) => [...files.keys()].map((path) => join(root, path))),
  );
  const others = key.files.filter(([path]) => !own.has(path));
  const digests = projects.map((project) => [project.root, layoutDigest(context, project)] as const);
  return { ...key, files: [...others, ...digests], layout: 1 };
}

function layoutResult(result: PipResult): [PipResult | 'by-content', { trees?: string[] }] {
  const isLaidOut = result.projects.every(({ sources }) => sources !== null);
  return isLaidOut ? [result, { trees: [result.tree] }] : ['by-content', {}];
}

/** A file that was saved while pip ran is not what pip has seen, and says nothing of where an installed one is from. */
const areAsRead = (context: Context, { projects }: PipInputs): boolean =>
  projects.every(({ root, files }) =>
    [...files].every(([path, sha256]) => context.cache.hashFile(join(root, path))?.sha256 === sha256),
  );

const notPinned = (words: readonly string[]): Error =>
  inputFailure(`Cannot install ${words.slice(0, namedMax).join(', ')}: no lock or hash pins what that is`, {
    hint: 'lock it in a pylock.toml, give hashes in a requirements file, or build without --locked',
  });
/** Of requirements in a message. */
const namedMax = 8;

/** Whether a resource is taken from a project of the user's, and changes when he edits it. */
export function isFromProject({ projects }: PipResult): (resource: Resource) => boolean {
  const installed = new Set(projects.flatMap(({ sources }) => (sources ?? []).map(([path]) => path)));
  return ({ path }) => installed.has(path);
}

/**
 * What pip installed, as resources, files of projects as they stand in there; nothing is read but these and the
 * metadata.
 */
export function pipResources(context: Context, distribution: Distribution, result: PipResult): Resource[] {
  const folder = context.cache.trees.path(result.tree);
  if (folder === undefined)
    throw environmentFailure('Installed packages were removed from the cache while they were used', {
      hint: 'build again',
    });
  const sources = new Map(result.projects.flatMap(sourcePaths));
  const files = context.cache.trees
    .files(result.tree)
    .filter(({ path }) => !path.includes('__pycache__/'))
    .map(({ path, sha256, size, executable }) => {
      const source = sources.get(path);
      const found = source === undefined ? undefined : context.cache.hashFile(source);
      const content =
        source === undefined || found === undefined
          ? { path: join(folder, path), sha256, size }
          : { path: source, sha256: found.sha256, size: found.size };
      return { path, content: { at: 'file', ...content } as const, executable };
    });
  const options = { cacheTag: distribution.cacheTag };
  const found = classify(context, files, options);
  if (!files.some(({ path }) => /^[^/]+\.pth$/.test(path))) return found;
  // pywin32 and its like: folders of the tree are on sys.path. The tree is of the cache, so nothing of it is traced.
  const untraced = { ...context, trace: { file() {}, directory() {}, variable() {} } };
  const known = new Set(files.map(({ path }) => path));
  const within = foldersWithin(readPathFiles(untraced, folder), folder).flatMap((root) =>
    files
      .filter(({ path }) => path.startsWith(`${root}/`) && !known.has(path.slice(root.length + 1)))
      .map((file) => ({ ...file, path: file.path.slice(root.length + 1) })),
  );
  const further = classify(context, within, options).filter(({ what }) => what.kind !== 'file');
  return [...found.filter(({ path }) => !isPathHook(path)), ...further];
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

/**
 * What tells of this machine, when equal sources must give equal trees. direct_url.json of a local project names its
 * folder; programs in bin/, which go nowhere, begin with the path of the Python, and RECORD has their hashes.
 */
function removeLocalOrigins(root: string): void {
  for (const name of readdirSync(root).filter((entry) => entry.endsWith('.dist-info'))) {
    const origin = join(root, name, 'direct_url.json');
    const isLocal = existsSync(origin) && readFileSync(origin, 'utf8').includes('"file://');
    if (isLocal) rmSync(origin);
    const record = join(root, name, 'RECORD');
    if (!existsSync(record)) continue;
    const lines = readFileSync(record, 'utf8').split('\n');
    const kept = lines.filter(
      (line) => !line.startsWith('../../bin/') && !(isLocal && line.startsWith(`${name}/direct_url.json,`)),
    );
    if (kept.length < lines.length) writeFileSync(record, kept.join('\n'));
  }
}
