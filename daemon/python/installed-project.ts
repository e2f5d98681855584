// What of an installation comes from projects of the user's.
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type InstalledFile, type ProjectFiles, sourcesOf } from './project-layout.ts';

export type InstalledProject = {
  /** Absolute. */
  readonly root: string;
  /** Its folder of metadata, such as "app-1.0.dist-info". */
  readonly metadata: string;
  /** Path of each installed file with that in the project; null where some of them are made in the build. */
  readonly sources: readonly (readonly [installed: string, source: string])[] | null;
};

/**
 * Finds in a fresh installation what each project has installed, by the marks of PEP 610, which are gone when it is
 * published. The answer wants the hashes that it has then.
 */
export function installedProjects(
  installation: string,
  projects: readonly ProjectFiles[],
): (files: readonly InstalledFile[]) => readonly InstalledProject[] {
  const found = projects.length === 0 ? [] : originsIn(installation);
  return (files) =>
    projects.flatMap(({ root, files: sources }) => {
      const own = found.find(({ origin }) => isSamePlace(origin, root));
      if (own === undefined) return [{ root, metadata: '', sources: null }];
      const { metadata, listed } = own;
      // Programs name an interpreter of this machine and are not packed.
      const wanted = listed.filter(
        (path) => !path.startsWith(`${metadata}/`) && !/^(\.\.\/)*bin\//.test(path),
      );
      const isInside = wanted.every((path) => !path.startsWith('..'));
      const installed = new Set(wanted);
      const laidOut = isInside
        ? sourcesOf(
            files.filter(({ path }) => installed.has(path)),
            sources,
          )
        : undefined;
      return [{ root, metadata, sources: laidOut ?? null }];
    });
}

/** The path in the project of each installed file, absolute. */
export const sourcePaths = ({ root, sources }: InstalledProject): (readonly [string, string])[] =>
  (sources ?? []).map(([path, source]) => [path, join(root, source)]);

type Origin = { readonly origin: string; readonly metadata: string; readonly listed: readonly string[] };

function originsIn(installation: string): Origin[] {
  return readdirSync(installation)
    .filter((name) => name.endsWith('.dist-info'))
    .flatMap((metadata) => {
      const mark = join(installation, metadata, 'direct_url.json');
      if (!existsSync(mark)) return [];
      const { url } = JSON.parse(readFileSync(mark, 'utf8')) as { readonly url: string };
      if (!url.startsWith('file:')) return [];
      const record = readFileSync(join(installation, metadata, 'RECORD'), 'utf8');
      const listed = record
        .split(/\r?\n/)
        .map(recordedPath)
        .filter((path) => path !== '');
      return [{ origin: fileURLToPath(url), metadata, listed }];
    });
}

/** The first field of a line of RECORD, which is CSV: quoted when it has a comma. */
const recordedPath = (line: string): string =>
  /^"((?:[^"]|"")*)"/.exec(line)?.[1]?.replaceAll('""', '"') ?? line.split(',', 1)[0] ?? '';

function isSamePlace(a: string, b: string): boolean {
  try {
    return a === b || realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}
