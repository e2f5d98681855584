// `oxd find-resources`: what scanning finds, without a config.
import { rmSync, statSync } from 'node:fs';
import type { Findings, FindRequest, FoundResource } from '../protocol/python-requests.ts';
import type { Context } from './context.ts';
import { pythonOf } from './python/describe.ts';
import type { Distribution } from './python/distribution.ts';
import type { Resource } from './python/resource.ts';
import { scanTree } from './python/scan.ts';
import { standaloneInfo } from './python/standalone.ts';
import { distributionResources } from './python/standard-library.ts';
import { unpackWheel } from './python/unpack-wheel.ts';

/** Scans the standard library, a folder or a wheel, with the suffixes of the Python that is asked for. */
export async function findResources(context: Context, request: FindRequest): Promise<Findings> {
  const distribution = await pythonOf(context, request);
  const { path } = request;
  const shown = (resources: readonly Resource[]): FoundResource[] =>
    resources.flatMap((resource) => [
      ...(request.files ? [fileOf(resource)] : []),
      ...(request.classify ? typedAs(resource, distribution) : []),
    ]);
  if (path === undefined) {
    const library = await distributionResources(context, distribution, { tests: true, resources: true });
    return { scanned: 'distribution', resources: shown(library) };
  }
  const found = statSync(path, { throwIfNoEntry: false });
  const { cacheTag } = distribution;
  if (found?.isDirectory() === true)
    return { scanned: 'directory', resources: shown(await scanTree(context, path, { cacheTag })) };
  if (found?.isFile() !== true || !path.endsWith('.whl')) return { scanned: 'unknown', resources: [] };
  const folder = await unpackWheel(context, distribution, path);
  try {
    return { scanned: 'wheel', resources: shown(await scanTree(context, folder, { cacheTag })) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const fileOf = ({ path, executable, isStdlib, isTest }: Resource): FoundResource => ({
  kind: 'file',
  path,
  isExecutable: executable,
  isStdlib,
  isTest,
});

function typedAs({ what, path, isStdlib, isTest }: Resource, distribution: Distribution): FoundResource[] {
  const flags = { isStdlib, isTest };
  switch (what.kind) {
    case 'module-source':
    case 'module-bytecode':
    case 'package-resource':
    case 'distribution-resource':
      return [{ ...what, ...flags }];
    case 'extension-module': {
      const known = isStdlib
        ? standaloneInfo(distribution)?.build_info?.extensions?.[what.name]?.[0]
        : undefined;
      const links = (known?.links ?? []).map(({ name }) => name);
      return [{ ...what, ...flags, isBuiltin: known?.in_core ?? false, hasLibrary: true, links }];
    }
    case 'file':
      if (path.endsWith('.egg')) return [{ kind: 'egg-file', path, ...flags }];
      return path.endsWith('.pth') ? [{ kind: 'path-extension', path, ...flags }] : [];
  }
}
