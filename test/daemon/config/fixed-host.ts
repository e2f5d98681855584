// A host that answers from fixed data and notes what it was asked: enough to evaluate any config without Python.
import type { ConfigHost, ResourceSet, ResourceSetId, ScanMode } from '../../../daemon/config/host.ts';
import { resourceColumns } from '../../../daemon/config/resource-columns.ts';
import type { Sha256 } from '../../../cache/cache.ts';
import type { Resource } from '../../../daemon/python/resource.ts';

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' as Sha256;

const resource = (
  path: string,
  what: Resource['what'],
  flags: Partial<Pick<Resource, 'isStdlib' | 'isTest' | 'executable'>> = {},
): Resource => ({
  path,
  content: { at: 'blob', sha256: emptySha256, size: 0 },
  executable: false,
  isStdlib: false,
  isTest: false,
  ...flags,
  what,
});

export const moduleSource = (name: string, isPackage = false): Resource =>
  resource(name.replaceAll('.', '/') + (isPackage ? '/__init__.py' : '.py'), {
    kind: 'module-source',
    name,
    isPackage,
  });

export const packageResource = (packageName: string, name: string): Resource =>
  resource(`${packageName.replaceAll('.', '/')}/${name}`, {
    kind: 'package-resource',
    package: packageName,
    name,
  });

/** What an installed package looks like: three modules, a native one, a data file, metadata. */
export const installed = (name: string): readonly Resource[] => [
  moduleSource(name, true),
  moduleSource(`${name}.__main__`),
  moduleSource(`${name}.api`),
  resource(`${name}/speedups.cpython-311-x86_64-linux-gnu.so`, {
    kind: 'extension-module',
    name: `${name}.speedups`,
  }),
  packageResource(name, 'data.json'),
  resource(`${name}-1.0.dist-info/METADATA`, {
    kind: 'distribution-resource',
    package: name,
    version: '1.0',
    name: 'METADATA',
  }),
];

const stdlibRoot = 'lib/python3.11';
export const standardLibrary: readonly Resource[] = [
  resource(
    `${stdlibRoot}/os.py`,
    { kind: 'module-source', name: 'os', isPackage: false },
    { isStdlib: true },
  ),
  resource(
    `${stdlibRoot}/test/__init__.py`,
    { kind: 'module-source', name: 'test', isPackage: true },
    { isStdlib: true, isTest: true },
  ),
  resource(
    `${stdlibRoot}/lib2to3/Grammar.txt`,
    { kind: 'package-resource', package: 'lib2to3', name: 'Grammar.txt' },
    { isStdlib: true },
  ),
  resource(
    `${stdlibRoot}/lib-dynload/readline.so`,
    { kind: 'extension-module', name: 'readline' },
    { isStdlib: true },
  ),
  resource(
    `${stdlibRoot}/lib-dynload/math.so`,
    { kind: 'extension-module', name: 'math' },
    { isStdlib: true },
  ),
];

export type FixedHost = ConfigHost & {
  /** "METHOD ARGUMENTS" of each question, in order. */
  readonly asked: string[];
  readonly sets: Map<ResourceSetId, readonly Resource[]>;
};

/** Package names of pip arguments become sets of `installed` resources, ids say what they come from. */
export function fixedHost(overrides: Partial<ConfigHost> = {}): FixedHost {
  const asked: string[] = [];
  const sets = new Map<ResourceSetId, readonly Resource[]>();
  const answer = (set: ResourceSetId, resources: readonly Resource[]): Promise<ResourceSet> => {
    asked.push(set);
    sets.set(set, resources);
    return Promise.resolve({ set, columns: resourceColumns(resources) });
  };
  const pip = (verb: string, args: readonly string[], scan: ScanMode): Promise<ResourceSet> => {
    const found = args
      .filter((arg) => !arg.startsWith('-'))
      .flatMap((arg) => installed(arg.split('==')[0] ?? ''));
    const files = found.map((one): Resource => ({ ...one, what: { kind: 'file' } }));
    return answer(`${verb} ${args.join(' ')}`, [
      ...(scan.classify ? found : []),
      ...(scan.files ? files : []),
    ]);
  };
  return {
    asked,
    sets,
    resolveDistribution(request) {
      asked.push(`distribution ${request.version ?? request.archive?.path ?? 'any'} ${request.triple}`);
      const { triple } = request;
      return Promise.resolve({ distribution: 'cpython', version: '3.11.7', cacheTag: 'cpython-311', triple });
    },
    distributionResources: () => answer('stdlib', standardLibrary),
    pipInstall: async ({ args, scan }) => [await pip('pip install', args, scan)],
    pipDownload: ({ args, triple, scan }) => pip(`pip download for ${triple}`, args, scan),
    readPackageRoot: ({ path, packages }) =>
      answer(
        `package root ${path}`,
        packages.flatMap((name) => installed(name)),
      ),
    readVirtualenv: ({ path }) => answer(`virtualenv ${path}`, installed('venvmodule')),
    setupPyInstall: async ({ path }) => [await answer(`setup.py ${path}`, installed('project'))],
    canAsk: () => Promise.resolve(false),
    ask: () => Promise.reject(new Error('nobody is there')),
    readResource: ({ set, index }) => Promise.resolve(`# ${set} ${index}\n`),
    ...overrides,
  };
}
