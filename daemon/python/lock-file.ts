// Lock files of PEP 751 (pylock.toml), as requirements and links that any pip understands.
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TomlTable } from 'smol-toml';
import { inputFailure } from '../../protocol/failure.ts';
import { parseToml, stringAt, stringsAt, tableAt, tablesAt } from './toml.ts';

/** What a lock comes to for pip: every package with its version and hashes, and where its files are. */
export type LockedInstall = {
  /** Text of a requirements file; markers are pip's to evaluate. */
  readonly requirements: string;
  /** Text of a page of links, for `--find-links`: pip takes the wheel that fits best of those of the lock. */
  readonly links: string;
  /** Files of this machine that the lock names, absolute. */
  readonly files: readonly string[];
  /** Whether some package has nothing but a source distribution, whose build needs more than the lock has. */
  readonly needsBuilding: boolean;
};
export type LockedVersion = { readonly name: string; readonly version: string };

/** PEP 751: pylock.toml, or pylock.NAME.toml. Behind it may stand extras and groups in brackets. */
const lockName = /^(.*?(?:^|\/)pylock\.(?:[^./]+\.)?toml)(?:\[([\w\s,.-]*)\])?$/;

export type LockReference = { readonly file: string; readonly selected: readonly string[] };

/** Reads "path/pylock.toml[extra,group]"; undefined for what is no lock file. */
export function lockReference(word: string): LockReference | undefined {
  const match = lockName.exec(word);
  if (match?.[1] === undefined) return undefined;
  const selected = (match[2] ?? '').split(',').map((name) => name.trim());
  return { file: match[1], selected: selected.filter((name) => name !== '') };
}

/** What hashes pip compares. */
const hashNames = ['sha256', 'sha384', 'sha512'];

/** Reads a lock. Throws an input failure for what is no lock, or names what pip cannot check. */
export function lockedInstall(path: string, text: string, selected: readonly string[]): LockedInstall {
  const folder = dirname(path);
  const lock = readLock(path, text);
  const chosen = new Set([...selected, ...stringsAt(lock, 'default-groups')]);
  const requirements: string[] = [];
  const links: string[] = [];
  const files: string[] = [];
  let needsBuilding = false;
  const urlOf = (entry: TomlTable): string => {
    const local = stringAt(entry, 'path');
    const url = stringAt(entry, 'url') ?? pathToFileURL(resolve(folder, local ?? '')).href;
    if (url.startsWith('file:')) files.push(fileURLToPath(url));
    return url;
  };
  for (const entry of tablesAt(lock, 'packages')) {
    const name = stringAt(entry, 'name') ?? '';
    const marker = markerOf(entry, chosen);
    const archive = tableAt(entry, 'archive');
    const directory = tableAt(entry, 'directory');
    if (directory !== undefined) {
      // The project that the lock is for; it is installed by itself.
      if (resolve(folder, stringAt(directory, 'path') ?? '.') === folder) continue;
      throw cannotCheck(path, name, 'a folder');
    }
    if (tableAt(entry, 'vcs') !== undefined) throw cannotCheck(path, name, 'a repository');
    if (archive !== undefined) {
      requirements.push(`${name} @ ${urlOf(archive)}${marker} ${hashesOf(path, name, [archive])}`);
      needsBuilding ||= !(stringAt(archive, 'url') ?? stringAt(archive, 'path') ?? '').endsWith('.whl');
      continue;
    }
    const sdist = tableAt(entry, 'sdist');
    const wheels = tablesAt(entry, 'wheels');
    const found = sdist === undefined ? wheels : [...wheels, sdist];
    needsBuilding ||= wheels.length === 0;
    requirements.push(`${name}==${stringAt(entry, 'version') ?? ''}${marker} ${hashesOf(path, name, found)}`);
    for (const file of found) {
      const url = urlOf(file);
      const [hash = ''] = hashesIn(file);
      links.push(`<a href="${escaped(url)}#${hash.replace(':', '=')}">${escaped(nameOfFile(file, url))}</a>`);
    }
  }
  return {
    requirements: `${requirements.join('\n')}\n`,
    links: `<!DOCTYPE html><html><body>\n${links.join('<br>\n')}\n</body></html>\n`,
    files,
    needsBuilding,
  };
}

/** Names and versions of all that a lock may install, markers aside. */
export function lockedVersions(path: string, text: string): readonly LockedVersion[] {
  return tablesAt(readLock(path, text), 'packages').flatMap((entry) => {
    const name = stringAt(entry, 'name');
    return name === undefined ? [] : [{ name, version: stringAt(entry, 'version') ?? '' }];
  });
}

function readLock(path: string, text: string): TomlTable {
  const lock = parseToml(text, path);
  const version = stringAt(lock, 'lock-version');
  if (version === undefined || !/^1\.\d+$/.test(version))
    throw inputFailure(`Cannot read the lock file ${path}: its lock-version is ${version ?? 'missing'}`, {
      hint: 'write it with a tool that knows PEP 751, such as `uv export --format pylock.toml`, or `pip lock`',
    });
  return lock;
}

const cannotCheck = (path: string, name: string, what: string): Error =>
  inputFailure(`Cannot install ${name} as ${path} locks it: ${what} has no hash that pip could check`, {
    hint: 'lock a release of it, or an archive',
  });

function hashesIn(entry: TomlTable): readonly string[] {
  const hashes = tableAt(entry, 'hashes');
  return hashNames.flatMap((name) => {
    const value = stringAt(hashes, name);
    return value === undefined ? [] : [`${name}:${value.toLowerCase()}`];
  });
}

function hashesOf(path: string, name: string, entries: readonly TomlTable[]): string {
  const hashes = entries.flatMap(hashesIn);
  if (hashes.length > 0) return hashes.map((hash) => `--hash=${hash}`).join(' ');
  throw inputFailure(
    `Cannot install ${name} as ${path} locks it: no file of it has a hash of ${hashNames.join(', ')}`,
    { hint: 'lock it again' },
  );
}

/** `'cli' in extras` and `'dev' in dependency_groups`, which older pips cannot read, are decided here. */
function markerOf(entry: TomlTable, chosen: ReadonlySet<string>): string {
  const marker = stringAt(entry, 'marker');
  if (marker === undefined || marker.trim() === '') return '';
  const decided = marker.replaceAll(
    /(['"])([^'"]+)\1\s+(not\s+)?in\s+(?:extras|dependency_groups)\b/g,
    (_, _quote, name: string, not: string | undefined) =>
      chosen.has(name) === (not === undefined) ? "python_version >= '0'" : "python_version < '0'",
  );
  return ` ; ${decided}`;
}

const nameOfFile = (entry: TomlTable, url: string): string =>
  stringAt(entry, 'name') ?? decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
