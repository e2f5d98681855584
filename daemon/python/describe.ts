// `oxd python info`: what a distribution consists of.
import type { ExtensionReport, PythonReport, PythonRequest } from '../../protocol/python-requests.ts';
import type { Context } from '../context.ts';
import type { Distribution } from './distribution.ts';
import { isArchiveName, namedDistribution } from './named-distribution.ts';
import { resolveDistribution } from './resolve.ts';
import type { ExtensionInfo, LinkInfo } from './standalone-info.ts';
import { standaloneInfo } from './standalone.ts';
import { distributionResources } from './standard-library.ts';

/** The Python that a request is about. */
export function pythonOf(context: Context, { python }: PythonRequest): Promise<Distribution> {
  if (python !== undefined && (python.startsWith('/') || isArchiveName(python) || python.includes('://')))
    return namedDistribution(context, python, 'the argument');
  return resolveDistribution(context, python === undefined ? {} : { version: python });
}

/** Its tags, extension modules with what they link, modules and data files. */
export async function describePython(context: Context, request: PythonRequest): Promise<PythonReport> {
  const distribution = await pythonOf(context, request);
  const resources = await distributionResources(context, distribution, { tests: true, resources: true });
  const info = standaloneInfo(distribution);
  const [machine] = distribution.triple.split('-');
  const modules = resources.flatMap(({ what }) => (what.kind === 'module-source' ? [what.name] : []));
  return {
    version: distribution.version,
    executable: distribution.executable,
    reason: distribution.reason,
    triple: distribution.triple,
    tag: info?.python_tag ?? distribution.cacheTag.replace('cpython-', 'cp'),
    platformTag: info?.python_platform_tag ?? `linux-${machine}`,
    extensions:
      info?.build_info?.extensions === undefined
        ? installedExtensions(
            resources.flatMap(({ what }) => (what.kind === 'extension-module' ? [what.name] : [])),
          )
        : Object.entries(info.build_info.extensions).flatMap(([name, variants]) =>
            variants.map((variant) => describeExtension(name, variant)),
          ),
    modules: modules.toSorted(),
    resources: resources.flatMap(({ what }) =>
      what.kind === 'package-resource' ? [{ package: what.package, name: what.name }] : [],
    ),
  };
}

/** Of an installed Python only the libraries in lib-dynload are seen: what is in libpython, nobody lists. */
const installedExtensions = (names: readonly string[]): ExtensionReport[] =>
  names
    .toSorted()
    .map((name) => ({ name, variant: 'default', isRequired: false, isBuiltin: false, links: [] }));

function describeExtension(name: string, info: ExtensionInfo): ExtensionReport {
  const license =
    info.license_public_domain === true ? 'public domain' : info.licenses?.toSorted().join(' OR ');
  return {
    name,
    variant: info.variant ?? 'default',
    isRequired: info.required ?? false,
    isBuiltin: info.in_core ?? false,
    ...(license === undefined || license === '' ? {} : { license }),
    links: (info.links ?? []).map((link) => ({ name: link.name, kind: linkKind(link) })),
  };
}

function linkKind(link: LinkInfo): 'system' | 'static' | 'dynamic' | 'framework' {
  if (link.framework === true) return 'framework';
  if (link.path_static !== undefined) return 'static';
  return link.path_dynamic !== undefined ? 'dynamic' : 'system';
}
