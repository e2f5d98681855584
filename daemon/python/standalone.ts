// Distributions in archives of python-build-standalone: "full" ones with PYTHON.json, and "install_only" ones.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ResultType } from '../../cache/cache.ts';
import { environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { withStep } from '../step.ts';
import type { Distribution, Linking } from './distribution.ts';
import { download, hashOf } from './download.ts';
import { extract } from './extract.ts';
import { triple, whyUnfit } from './local.ts';
import { type Probe, probePython } from './probe.ts';
import { libraryArguments, objectFiles } from './object-files.ts';
import { type LinkInfo, type StandaloneInfo, readStandaloneInfo } from './standalone-info.ts';

export type ArchiveSource = {
  readonly sha256: string;
  readonly path?: string;
  readonly url?: string;
  /** Not to be waited for long: there is a Python to go on with. */
  readonly isOptional?: boolean;
};

type ArchiveKey = { readonly sha256: string };
type Unpacked = { readonly tree: string };

/** 1: the first. */
const archives: ResultType<ArchiveKey, Unpacked> = { kind: 'distribution', version: 1 };

/** Unpacks the archive into the cache unless it is there, fetching it if it must. */
export async function archiveDistribution(context: Context, source: ArchiveSource): Promise<Distribution> {
  const key: ArchiveKey = { sha256: source.sha256.toLowerCase() };
  const name = basename(decodeURIComponent(source.path ?? source.url ?? ''));
  const known = context.cache.get(archives, key);
  const knownFolder = known === undefined ? undefined : context.cache.trees.path(known.tree);
  if (knownFolder !== undefined) return describe(context, knownFolder, key.sha256, name);
  const tree = await withStep(context, 'distribution', name, async (step) => {
    const progress = (done: number, total: number | undefined, unit: 'bytes' | 'files'): void =>
      context.report({
        event: 'step-progress',
        step,
        done,
        unit,
        ...(total === undefined ? {} : { total }),
      });
    const archive =
      source.path === undefined
        ? await download(context, {
            url: source.url ?? '',
            sha256: key.sha256,
            isOptional: source.isOptional ?? false,
            progress: (done, total) => progress(done, total, 'bytes'),
          })
        : await checked(context, source.path, key.sha256);
    const staged = context.cache.trees.stage();
    try {
      await extract(context, {
        archive,
        into: staged,
        progress: (files) => progress(files, undefined, 'files'),
      });
      installRoot(staged, name);
      const published = await context.cache.trees.publish(staged);
      context.cache.put(archives, key, { tree: published }, { trees: [published] });
      return published;
    } finally {
      rmSync(staged, { recursive: true, force: true });
      if (source.path === undefined) rmSync(archive, { force: true });
    }
  });
  const folder = context.cache.trees.path(tree);
  if (folder === undefined) throw new Error('a tree that was just published is missing');
  return describe(context, folder, key.sha256, name);
}

async function checked(context: Context, path: string, sha256: string): Promise<string> {
  if (!existsSync(path))
    throw inputFailure(`Cannot read the Python archive "${path}": there is no such file`);
  const found = await hashOf(path, context.signal);
  if (found !== sha256)
    throw inputFailure(
      `The Python archive "${path}" is not the one that is wanted: its SHA-256 is ${found}, not ${sha256}`,
    );
  return path;
}

/** Whether the archive is unpacked in the cache. */
export function isUnpacked({ cache }: Context, sha256: string): boolean {
  const known = cache.get(archives, { sha256: sha256.toLowerCase() });
  return known !== undefined && cache.trees.path(known.tree) !== undefined;
}

/** What PYTHON.json says of a distribution that comes from a full archive; undefined for others. */
export const standaloneInfo = ({ origin, executable }: Distribution): StandaloneInfo | undefined =>
  origin === 'archive' ? readStandaloneInfo(join(dirname(executable), '../../PYTHON.json')) : undefined;

/** Where the installation stands in the tree: python/install of a full archive, python of the other kind. */
function installRoot(folder: string, name: string): string {
  const full = join(folder, 'python/install');
  const root = existsSync(join(folder, 'python/PYTHON.json')) ? full : join(folder, 'python');
  if (!existsSync(join(root, 'bin')))
    throw inputFailure(`Cannot use "${name}": it is not an archive of python-build-standalone`, {
      hint: 'take one whose name ends in -full.tar.zst or -install_only.tar.gz, for Linux',
    });
  return root;
}

async function describe(
  context: Context,
  folder: string,
  sha256: string,
  name: string,
): Promise<Distribution> {
  const root = installRoot(folder, name);
  const info = readStandaloneInfo(join(folder, 'python/PYTHON.json'));
  const host = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-`;
  if (info?.target_triple !== undefined && !info.target_triple.replace(/_v\d-/, '-').startsWith(host))
    throw environmentFailure(`Cannot use "${name}" here: it is for ${info.target_triple}`);
  const program = readdirSync(join(root, 'bin')).find((entry) => /^python3\.\d+$/.test(entry));
  if (program === undefined) throw inputFailure(`Cannot use "${name}": it has no bin/python3.*`);
  const executable = join(root, 'bin', program);
  const probe = await probePython(context, executable);
  if ('failure' in probe) throw environmentFailure(`Cannot start the Python in "${name}": ${probe.failure}`);
  // Its sysconfig may name the places where it was built: only what the probe computes from its own place counts.
  const unfit = whyUnfit(probe);
  if (unfit !== undefined) throw inputFailure(`Cannot use "${name}": ${unfit}`);
  const linking = findLinking(join(folder, 'python'), root, probe, info);
  if (linking === undefined) throw inputFailure(`Cannot use "${name}": it has no libpython`);
  const objects =
    linking.kind === 'static' && info !== undefined ? objectFiles(join(folder, 'python'), info) : undefined;
  const dynload = join(probe.stdlib, 'lib-dynload');
  const tclFolders = findTclFolders(join(folder, 'python'), info);
  return {
    id: `archive-${probe.version}-${sha256.slice(0, 24)}`,
    origin: 'archive',
    version: probe.version,
    cacheTag: probe.cacheTag,
    magic: probe.magic,
    triple: info?.target_triple ?? triple(probe),
    executable,
    stdlib: probe.stdlib,
    dynload: existsSync(dynload) ? dynload : undefined,
    includes: join(root, 'include', `python3.${probe.minor}`),
    linking,
    ...(objects === undefined ? {} : { objectFiles: objects }),
    sysconfigModule: probe.sysconfigModule,
    ...(tclFolders === undefined ? {} : { tclFolders }),
    reason: `CPython ${probe.version} from ${name} (${linking.kind} libpython)`,
  };
}

function findLinking(
  python: string,
  root: string,
  probe: Probe,
  info: StandaloneInfo | undefined,
): Linking | undefined {
  const short = `3.${probe.minor}`;
  const core = info?.build_info?.core;
  const config = readdirSync(probe.stdlib).find((entry) => entry.startsWith(`config-${short}`));
  const archive = [
    ...(core?.static_lib === undefined ? [] : [join(python, core.static_lib)]),
    ...(config === undefined ? [] : [join(probe.stdlib, config, `libpython${short}.a`)]),
  ].find((path) => existsSync(path));
  if (archive !== undefined && info !== undefined)
    return { kind: 'static', archive, libraries: libraryArguments(python, allLinks(info)) };
  const soname = `libpython${short}.so.1.0`;
  const library = [
    ...(core?.shared_lib === undefined ? [] : [join(python, core.shared_lib)]),
    join(root, 'lib', soname),
  ].find((path) => existsSync(path));
  return library === undefined ? undefined : { kind: 'shared', library, soname: basename(library) };
}

/** Where PYTHON.json says that the scripts of Tcl are; "install_only" archives say nothing. */
function findTclFolders(python: string, info: StandaloneInfo | undefined): string[] | undefined {
  if (info?.tcl_library_path === undefined) return undefined;
  const root = join(python, info.tcl_library_path);
  const named = (info.tcl_library_paths ?? []).map((name) => join(root, name));
  return named.filter((folder) => existsSync(folder));
}

/** What libpython as the archive has it needs: extension modules that are libraries of their own bring theirs. */
function allLinks({ build_info: { core, extensions } = {} }: StandaloneInfo): LinkInfo[] {
  const builtin = Object.values(extensions ?? {}).flatMap(([first]) =>
    first === undefined || first.shared_lib !== undefined ? [] : (first.links ?? []),
  );
  return [...builtin, ...(core?.links ?? [])];
}
