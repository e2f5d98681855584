// A distribution's standard library as resources.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultType } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import { withStep } from '../step.ts';
import type { Distribution } from './distribution.ts';
import type { Content, Resource } from './resource.ts';
import { scanTree } from './scan.ts';

export type StandardLibraryOptions = {
  /** CPython's own tests: as large as all the rest. */
  readonly tests: boolean;
  /** Data files, such as the wheels in ensurepip. */
  readonly resources: boolean;
};

type LibraryKey = {
  readonly distribution: string;
  readonly folders: readonly string[]; // by number: another installation in the same place is another library
  readonly tests: boolean; // without them half the files are never hashed
};

const libraries: ResultType<LibraryKey, readonly Resource[]> = { kind: 'scan', version: 1 };

/** Where the standard library stands in the packed tree: "lib/python3.11". */
const stdlibFolder = ({ version }: { readonly version: string }): string =>
  `lib/python${version.split('.').slice(0, 2).join('.')}`;

/** The standard library, below `stdlibFolder`; its extension modules below lib-dynload. Scanned once per distribution. */
export async function distributionResources(
  context: Context,
  distribution: Distribution,
  options: StandardLibraryOptions,
): Promise<readonly Resource[]> {
  const folders = [
    distribution.stdlib,
    ...(distribution.dynload === undefined ? [] : [distribution.dynload]),
  ];
  const key: LibraryKey = {
    distribution: distribution.id,
    folders: folders.map((folder) => `${folder} ${statSync(folder).ino}`),
    tests: options.tests,
  };
  let all = context.cache.get(libraries, key);
  if (all === undefined || !all.every(({ content }) => isAsScanned(context, content))) {
    all = await withStep(context, 'scan', `the standard library of Python ${distribution.version}`, () =>
      scanLibrary(context, distribution, options.tests),
    );
    context.cache.put(libraries, key, all);
  }
  return options.resources
    ? all
    : all.filter(({ what }) => what.kind !== 'package-resource' && what.kind !== 'file');
}

/** Somebody may have patched an installed library, whose distribution is the same by its id. */
export const isAsScanned = (context: Context, content: Content): boolean =>
  content.at === 'blob' || context.cache.hashFile(content.path)?.sha256 === content.sha256;

async function scanLibrary(
  context: Context,
  distribution: Distribution,
  tests: boolean,
): Promise<readonly Resource[]> {
  const prefix = stdlibFolder(distribution);
  // The library is known by the distribution's id: its two thousand files need not be looked at in every build.
  const untraced: Context = { ...context, trace: { file() {}, directory() {}, variable() {} } };
  const wanted = (path: string): boolean => isLibrary(path) && (tests || !isTest(path));
  const sources = await scanTree(untraced, distribution.stdlib, {
    cacheTag: distribution.cacheTag,
    isStdlib: true,
    isTest,
    keep: wanted,
  });
  const extensions =
    distribution.dynload === undefined
      ? []
      : await scanTree(untraced, distribution.dynload, {
          cacheTag: distribution.cacheTag,
          isStdlib: true,
          isTest: isTestExtension,
          keep: (path) => path.endsWith('.so') && (tests || !isTestExtension(path)),
        });
  return [
    ...sources.map((resource) => ({ ...resource, path: join(prefix, resource.path) })),
    ...extensions.map((resource) => ({ ...resource, path: join(prefix, 'lib-dynload', resource.path) })),
  ];
}

/** Not what developers install beside it, nor what only building needs, nor the machine's own hooks. */
function isLibrary(path: string): boolean {
  const top = path.split('/', 1)[0] ?? '';
  return !(
    top === 'site-packages' ||
    top === 'dist-packages' ||
    top === 'lib-dynload' ||
    /^config-/.test(top) ||
    /^(site|user)customize\.py$/.test(path) ||
    /\.(a|o|exe|pyc)$/.test(path) ||
    path === 'EXTERNALLY-MANAGED'
  );
}

/** Folders of tests in every CPython from 3.10 to 3.13. */
const testFolders =
  /^(?:test|ctypes\/test|distutils\/tests|email\/test|idlelib\/idle_test|json\/tests|lib2to3\/tests|sqlite3\/test|tkinter\/test|unittest\/test)(?:\/|$)/;
const isTest = (path: string): boolean => testFolders.test(path);
const isTestExtension = (path: string): boolean =>
  /^(_test|_ctypes_test|_xxtest|xxlimited|xxsubtype)/.test(path);
