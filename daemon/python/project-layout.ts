// Which files of a Python project decide what its wheel consists of: an edit of any other one only changes the bytes of a
// file that is in the wheel as it is.
import { readFileSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import type { TomlTable } from 'smol-toml';
import type { Sha256 } from '../../cache/cache.ts';
import { sha256Of } from '../../cache/file-hash.ts';
import type { Context } from '../context.ts';
import { parseToml, stringAt, stringsAt, tableAt } from './toml.ts';

/** A local project among pip's arguments. */
export type ProjectFiles = {
  /** Absolute. */
  readonly root: string;
  /** Relative to the root, with "/"; what tools leave in a project is not among them. */
  readonly files: ReadonlyMap<string, Sha256>;
};

/** Files in which a version is written: more than these are no version, and are not read for it. */
const versionFileBytesMax = 200_000;
/** Of files whose version lines are remembered, by content; some 100 bytes each. */
const rememberedMax = 20_000;
const remembered = new Map<Sha256, string>();

/**
 * A digest of the names of all files, and of what a build backend reads besides: the files of the top folder that are no
 * modules, files that they name, and, where the version is not written in pyproject.toml, all lines about versions and
 * the commit. Equal digests mean wheels of the same files and metadata.
 */
export function layoutDigest(context: Context, { root, files }: ProjectFiles): Sha256 {
  const settings = ['pyproject.toml', 'setup.cfg', 'setup.py', 'MANIFEST.in']
    .filter((name) => files.has(name))
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n');
  const named = new Set((settings.match(/[\w./-]+\.\w+/g) ?? []).map((name) => name.replace(/^\.\//, '')));
  const document = files.has('pyproject.toml') ? readProject(root) : undefined;
  const hasVersion = isVersionWritten(document);
  const isBackend = ownBackend(document);
  const decisive = [...files].map(([path, sha256]) => {
    const isModule =
      path.endsWith('.py') && !/(^|\/)(setup|\w*(build|hook|hatch)\w*)\.py$/.test(path) && !isBackend(path);
    const isOnTop = !path.includes('/');
    if (!isModule && (isOnTop || named.has(path) || isBackend(path))) return [path, sha256];
    return [path, hasVersion || !isModule ? '' : versionLines(join(root, path), sha256)];
  });
  return sha256Of(JSON.stringify([decisive, hasVersion ? [] : commitOf(context, root)]));
}

function readProject(root: string): TomlTable {
  const path = join(root, 'pyproject.toml');
  return parseToml(readFileSync(path, 'utf8'), path);
}

/** Written down, in the places of PEP 621 and of Poetry. */
function isVersionWritten(document: TomlTable | undefined): boolean {
  const poetry = tableAt(tableAt(document, 'tool'), 'poetry');
  return (stringAt(tableAt(document, 'project'), 'version') ?? stringAt(poetry, 'version')) !== undefined;
}

/** Files of a backend that the project brings itself: PEP 517's `backend-path`. */
function ownBackend(document: TomlTable | undefined): (path: string) => boolean {
  const system = tableAt(document, 'build-system');
  const module = (stringAt(system, 'build-backend') ?? '').split(':', 1)[0]?.replaceAll('.', '/') ?? '';
  const places = stringsAt(system, 'backend-path').map((folder) => normalize(join(folder, module)));
  return (path) => places.some((place) => path === `${place}.py` || path.startsWith(`${place}/`));
}

/** `__version__ = "1"`, and `VERSION = (` with its lines up to the bracket's end; not what only uses a version. */
const versionAssignment =
  /^[ \t]*\w*version\w*[ \t]*(?::[^=\n]+)?=(?!=)(?:[^\n([{]*[([{][^)\]}]*[)\]}]|[^\n]*)/gim;

/** What a dynamic version may be read from. */
function versionLines(path: string, sha256: Sha256): string {
  const known = remembered.get(sha256);
  if (known !== undefined) return known;
  const text = readFileSync(path, 'utf8');
  const found = text.length > versionFileBytesMax ? '' : (text.match(versionAssignment) ?? []).join('\n');
  if (remembered.size >= rememberedMax) remembered.clear();
  remembered.set(sha256, found);
  return found;
}

/** What tools that take the version from git go by. A dirty work tree, which some of them tell, changes with each edit. */
function commitOf(context: Context, root: string): readonly string[] {
  const folder = join(root, '.git');
  const read = (name: string): string => {
    const path = join(folder, name);
    context.trace.file(path);
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  };
  const head = read('HEAD');
  const reference = /^ref: (\S+)/.exec(head)?.[1];
  context.trace.directory(join(folder, 'refs/tags'));
  return [head, reference === undefined ? '' : read(reference), read('packed-refs')];
}

export type InstalledFile = { readonly path: string; readonly sha256: Sha256 };

/**
 * Where the installed files of a project come from: path in the tree to path in the project. undefined when one of them
 * has no equal in the project under its own name: it was compiled, or made in the build, from who knows what.
 */
export function sourcesOf(
  installed: readonly InstalledFile[],
  files: ProjectFiles['files'],
): readonly (readonly [installed: string, source: string])[] | undefined {
  const byName = Map.groupBy(files, ([path]) => basename(path));
  // Folders that modules are below, "src/" or "": a copy of a file below another folder of the project is another file.
  const candidates = installed.map(({ path, sha256 }) => ({
    path,
    roots: (byName.get(basename(path)) ?? []).flatMap(([source, hash]) =>
      hash === sha256 && (source === path || source.endsWith(`/${path}`))
        ? [source.slice(0, source.length - path.length)]
        : [],
    ),
  }));
  const counts = new Map<string, number>();
  for (const { roots } of candidates) for (const root of roots) counts.set(root, (counts.get(root) ?? 0) + 1);
  const sources: (readonly [string, string])[] = [];
  for (const { path, roots } of candidates) {
    const [best] = roots.toSorted(
      (a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a.length - b.length,
    );
    if (best === undefined) return undefined;
    sources.push([path, `${best}${path}`]);
  }
  return sources;
}
