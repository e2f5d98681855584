// What of an executable the licence report is about: packages by their metadata, libraries, crates.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import { inputFailure } from '../../protocol/failure.ts';
import type { Licensing } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { runtimeCrate } from '../executable/stub.ts';
import { normalizedName } from '../licences/core-metadata.ts';
import { normalExpression } from '../licences/expression.ts';
import type { LibraryInput, LicenceInputs, LinkedExtension, PackageInput } from '../licences/inputs.ts';
import { libraryId } from '../licences/library.ts';
import { pythonId } from '../licences/python-distribution.ts';
import { packageId } from '../licences/python-package.ts';
import type { Distribution } from '../python/distribution.ts';
import type { Content, Resource } from '../python/resource.ts';
import type { Placement } from './additions.ts';
import type { ResourceSetEntry, ResourceSets } from './resource-sets.ts';

/** Everything that is packed or lies beside, less what filters took away. */
export function licenceInputs(
  context: Context,
  sets: ResourceSets,
  of: {
    readonly distribution: Distribution;
    readonly licensing: Licensing;
    readonly linked: readonly LinkedExtension[];
  },
  placement: Pick<Placement, 'layers' | 'beside' | 'sets' | 'libraries'>,
): LicenceInputs {
  const { distribution, licensing } = of;
  const resources = [
    ...placement.layers.flatMap(({ packed }) => packed.map(({ resource }) => resource)),
    ...placement.beside.map(({ resource }) => resource),
  ];
  const tops = new Set(resources.map(({ path }) => topOf(path)));
  const packages = placement.sets.flatMap((set) => packagesOf(context, sets.get(set), tops));
  const owners = new Map(packages.flatMap(({ id, tops: own }) => own.map((top) => [top, id] as const)));
  const extensions = resources.flatMap(({ what, isStdlib }) =>
    isStdlib && what.kind === 'extension-module' ? [what.name] : [],
  );
  return {
    distribution,
    extensions: extensions.toSorted(),
    linked:
      distribution.objectFiles === undefined
        ? null
        : of.linked.map(({ name, variant }) => ({ name, variant })),
    packages: uniquePackages(packages.map(({ input }) => input)),
    libraries: [
      ...placement.libraries.map(({ resource, neededBy }) => libraryOf(resource, neededBy, owners)),
      ...linkedLibraries(context, distribution),
    ],
    manifests: licensing.manifests,
    clarified: clarifiedOf(licensing),
    runtime: runtimeCrate().digest,
  };
}

const topOf = (path: string): string => {
  const slash = path.indexOf('/');
  return slash === -1 ? path : path.slice(0, slash);
};

export type UsedPackage = {
  readonly id: string;
  /** First parts of the paths of its files. */
  readonly tops: readonly string[];
  readonly input: PackageInput;
};

/** The packages of a set of which something is in `tops`; all of them when that is not given. */
export function packagesOf(
  context: Context,
  { resources, companions, lock }: ResourceSetEntry,
  tops?: ReadonlySet<string>,
): UsedPackage[] {
  const folders = new Map<string, Map<string, Content>>();
  for (const { path, content } of [...resources, ...companions]) {
    const end = path.indexOf('-info/');
    if (end === -1) continue;
    const folder = path.slice(0, end + '-info'.length);
    if (folder.includes('/') || !/\.(dist|egg)-info$/.test(folder)) continue;
    const files = folders.get(folder) ?? new Map<string, Content>();
    folders.set(folder, files.set(path.slice(folder.length + 1), content));
  }
  return [...folders]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([folder, files]): UsedPackage[] => {
      const metadata = files.get('METADATA') ?? files.get('PKG-INFO');
      if (metadata === undefined) return [];
      const record = files.get('RECORD');
      const own = record === undefined ? undefined : topsOfRecord(context, record);
      const isUsed = tops === undefined || own === undefined || own.some((top) => tops.has(top));
      if (!isUsed) return [];
      const name = /^(.+?)(-[^-]+)?(-py[\d.]+)?\.(dist|egg)-info$/.exec(folder)?.[1] ?? folder;
      const locked = lock?.find((one) => normalizedName(one.name) === normalizedName(name));
      const others = [...files]
        .filter(([file]) => !formatFiles.has(file))
        .map(([file, content]) => ({ name: file, content }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const wheel = /^sha256=([0-9a-f]{64})$/.exec(locked?.hash ?? '')?.[1] ?? null;
      const input = { folder, metadata, others, wheel, url: locked?.url ?? null };
      return [{ id: packageId(name), tops: own ?? [], input }];
    });
}

/** Files of the formats themselves: none of them holds a licence's text. */
const formatFiles = new Set([
  'METADATA',
  'PKG-INFO',
  'RECORD',
  'WHEEL',
  'INSTALLER',
  'REQUESTED',
  'SOURCES.txt',
  'direct_url.json',
  'entry_points.txt',
  'top_level.txt',
  'dependency_links.txt',
  'requires.txt',
  'zip-safe',
  'not-zip-safe',
  'namespace_packages.txt',
]);

type RecordKey = { readonly record: Sha256 };
const recordTops: ResultType<RecordKey, readonly string[]> = { kind: 'scan', version: 1 };

/** Where a package's files stand, but for its metadata, which everybody has; programs in bin/ are nobody's. */
function topsOfRecord(context: Context, record: Content): readonly string[] {
  const known = context.cache.get(recordTops, { record: record.sha256 });
  if (known !== undefined) return known;
  const bytes = record.at === 'file' ? readFileSync(record.path) : context.cache.blobs.get(record.sha256);
  const lines = (bytes?.toString('utf8') ?? '').split(/\r?\n/);
  const tops = new Set(lines.map((line) => topOf(line.replace(/^"/, '').split(',', 1)[0] ?? '')));
  const found = [...tops].filter((top) => top !== '' && top !== '..' && top !== 'bin' && !/-info$/.test(top));
  context.cache.put(recordTops, { record: record.sha256 }, found);
  return found;
}

/** The same package may have come with several sets. */
export const uniquePackages = (packages: readonly PackageInput[]): PackageInput[] => [
  ...new Map(packages.map((one) => [`${one.folder} ${one.metadata.sha256}`, one])).values(),
];

export function libraryOf(
  { path, content }: Resource,
  neededBy: readonly string[],
  owners: ReadonlyMap<string, string>,
): LibraryInput {
  const users = neededBy.flatMap((user) => {
    const part = basename(user);
    if (/^lib\/python3\.\d+\//.test(user) || /^lib\/libpython3/.test(user))
      return [{ id: pythonId, part: part.replace(/\..*$/, '') }];
    if (user.startsWith('lib/')) return [{ id: libraryId(part), part }];
    const id = owners.get(topOf(user));
    return id === undefined ? [] : [{ id, part }];
  });
  const unique = new Map(users.map((user) => [`${user.id} ${user.part}`, user]));
  return {
    name: basename(path),
    path: content.at === 'file' ? content.path : path,
    sha256: content.sha256,
    users: [...unique.values()],
  };
}

/** Archives of this machine that libpython's own modules are linked with. Another distribution names its own. */
export function linkedLibraries(context: Context, { origin, linking }: Distribution): LibraryInput[] {
  if (origin !== 'local' || linking.kind !== 'static') return [];
  return linking.libraries
    .filter((argument) => argument.startsWith('/') && argument.endsWith('.a'))
    .flatMap((path): LibraryInput[] => {
      const hash = context.cache.hashFile(path);
      const users = [{ id: pythonId, part: 'linked in' }];
      return hash === undefined ? [] : [{ name: basename(path), path, sha256: hash.sha256, users }];
    });
}

function clarifiedOf({ clarified }: Licensing): Record<string, string> {
  return Object.fromEntries(
    Object.entries(clarified).map(([name, text]) => {
      const expression = normalExpression(text);
      if (expression === undefined)
        throw inputFailure(`licenses_clarified says "${text}" of "${name}": that is no SPDX expression`, {
          hint: 'use identifiers of spdx.org/licenses, or one of your own that begins with "LicenseRef-"',
        });
      return [name, expression];
    }),
  );
}
