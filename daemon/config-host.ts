// Answers what a config asks while it runs, with the steps of python/. What was found stays here under a handle.
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { environmentFailure, inputFailure } from '../protocol/failure.ts';
import type { ConfigHost, DistributionId, ResourceSet, ScanMode } from './config/host.ts';
import { resourceColumns } from './config/resource-columns.ts';
import type { Context } from './context.ts';
import { pipDownload } from './python/pip-download.ts';
import { type PipResult, isFromProject, pipInstall, pipResources } from './python/pip.ts';
import type { Resource } from './python/resource.ts';
import { resolveDistribution } from './python/resolve.ts';
import { readPackageRoot } from './python/scan.ts';
import { readVirtualenv } from './python/virtualenv.ts';
import { setupPyInstall } from './python/setup-py.ts';
import { checkedAnswer } from './terminal.ts';
import type { ResourceSetEntry, ResourceSets } from './targets/resource-sets.ts';

/** `config` is the absolute path of the config that asks. */
export function configHost(context: Context, sets: ResourceSets, config: string): ConfigHost {
  const keep = (
    found: readonly Resource[],
    scan: ScanMode,
    of: Pick<ResourceSetEntry, 'subject' | 'volatile' | 'lock' | 'triple'>,
  ): ResourceSet => {
    const { resources, companions } = asScanned(found, scan);
    return { set: sets.add({ ...of, resources, companions }), columns: resourceColumns(resources) };
  };
  /** What comes from projects of the user's changes with each save; the rest is worth keeping packed. */
  const keepInstalled = (
    distribution: DistributionId,
    installed: PipResult,
    scan: ScanMode,
    subject: string,
  ): readonly ResourceSet[] => {
    const found = pipResources(context, sets.distribution(distribution), installed);
    const isVolatile = isFromProject(installed);
    const own = found.filter(isVolatile);
    const others = keep(own.length === 0 ? found : found.filter((one) => !isVolatile(one)), scan, {
      subject,
      volatile: false,
      lock: installed.lock,
    });
    return own.length === 0 ? [others] : [others, keep(own, scan, { subject, volatile: true })];
  };
  const cacheTagOf = (id: DistributionId): { cacheTag: string } => ({
    cacheTag: sets.distribution(id).cacheTag,
  });

  return {
    async resolveDistribution({ version, archive, flavor, triple }) {
      if (flavor !== 'standalone' && flavor !== 'standalone_static' && flavor !== 'standalone_dynamic')
        throw inputFailure(`Cannot use a distribution of flavor "${String(flavor)}"`);
      const distribution = await resolveDistribution(context, {
        workspace: dirname(config),
        ...(version === undefined ? {} : { version }),
        ...(flavor === 'standalone' ? {} : { linking: flavor === 'standalone_static' ? 'static' : 'shared' }),
        ...(archive === undefined ? {} : { archive }),
      });
      sets.addDistribution(distribution);
      const { id, version: full, cacheTag } = distribution;
      return { distribution: id, version: full, cacheTag, triple };
    },

    async distributionResources({ distribution }) {
      const resources = await sets.standardLibrary(context, distribution, { tests: true, resources: true });
      return keep(resources, everything, { subject: 'the standard library', volatile: false });
    },

    async pipInstall({ distribution, args, extraEnvironment, directory, scan }) {
      const python = sets.distribution(distribution);
      const installed = await pipInstall(context, python, { args, extraEnvironment, directory });
      return keepInstalled(distribution, installed, scan, args.join(' '));
    },

    async pipDownload({ distribution, args, triple, directory, scan }) {
      const python = sets.distribution(distribution);
      const downloaded = await pipDownload(context, python, { args, triple, directory });
      const found = pipResources(context, python, downloaded);
      return keep(found, scan, {
        subject: args.join(' '),
        volatile: false,
        triple,
        lock: downloaded.lock,
      });
    },

    async readPackageRoot({ distribution, path, packages, scan }) {
      const found = await readPackageRoot(context, path, packages, cacheTagOf(distribution));
      return keep(found, scan, { subject: packages.join(' '), volatile: true });
    },

    async readVirtualenv({ distribution, path, scan }) {
      const found = await readVirtualenv(context, path, cacheTagOf(distribution));
      return keep(found, scan, { subject: basename(path), volatile: true });
    },

    async setupPyInstall({ distribution, path, extraEnvironment, extraGlobalArguments, scan }) {
      const python = sets.distribution(distribution);
      const request = { path, extraEnvironment, extraGlobalArguments };
      const installed = await setupPyInstall(context, python, request);
      return keepInstalled(distribution, installed, scan, basename(path));
    },

    canAsk: () => Promise.resolve(context.terminal?.isThere() ?? false),

    async ask(prompt) {
      if (context.terminal === undefined)
        throw environmentFailure(`Cannot ask "${prompt.prompt}": no terminal is there`);
      return checkedAnswer(prompt, await context.terminal.ask(prompt));
    },

    async readResource({ set, index }) {
      const content = sets.get(set).resources[index]?.content;
      if (content === undefined) throw new Error(`no resource ${index} in ${set}`);
      const bytes =
        content.at === 'blob' ? context.cache.blobs.get(content.sha256) : await readFile(content.path);
      if (bytes === undefined) throw new Error(`the cache lost ${content.sha256}`);
      return bytes.toString('utf8');
    },
  };
}

const everything: ScanMode = { classify: true, files: false };

/**
 * What the config sees of a scan. Without untyped files among them, libraries and data outside of packages
 * ("numpy.libs/…") still belong to what was found: they become companions. Programs in bin/ name an interpreter of the
 * machine that builds and are of no use in an executable.
 */
function asScanned(
  found: readonly Resource[],
  scan: ScanMode,
): { resources: readonly Resource[]; companions: readonly Resource[] } {
  const asFile = (resource: Resource): Resource => ({ ...resource, what: { kind: 'file' } });
  if (scan.files) {
    const typed = scan.classify ? found.filter(({ what }) => what.kind !== 'file') : [];
    return { resources: [...typed, ...found.map(asFile)], companions: [] };
  }
  return {
    resources: found.filter(({ what }) => what.kind !== 'file'),
    companions: found.filter(({ what, path }) => what.kind === 'file' && !path.startsWith('bin/')),
  };
}
