// Which Debian package a file of this machine belongs to, from dpkg's own files (dpkg(1), "FILES"): asking dpkg takes as
// long as a whole build.
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { textBytesMax } from './component.ts';

export type DebianPackage = {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Of the source that it is built from. */
  readonly homepage: string | undefined;
  /** Its copyright file; undefined where documentation is not installed. */
  readonly copyright: string | undefined;
  /** Package URL. */
  readonly purl: string;
};

const dpkg = '/var/lib/dpkg';

/** By path, for those that a package owns; empty on a system without dpkg. */
export function debianOwners(paths: readonly string[]): ReadonlyMap<string, DebianPackage> {
  const names = ownersByPath(paths);
  if (names.size === 0) return new Map();
  const stanzas = statusOf(new Set(names.values()));
  const distribution = /^ID=["']?([\w.-]+)/m.exec(readText('/etc/os-release') ?? '')?.[1] ?? 'debian';
  return new Map(
    [...names].flatMap(([path, name]) => {
      const stanza = stanzas.get(name);
      return stanza === undefined ? [] : [[path, describe(name, stanza, distribution)]];
    }),
  );
}

/** Names with their architecture, "libz1:amd64", as the lists are named. */
function ownersByPath(paths: readonly string[]): Map<string, string> {
  // Lists may name a file by the folder that is now a link: "/lib/x86_64-linux-gnu" for "/usr/lib/…".
  const wanted = paths.flatMap((path) =>
    path.startsWith('/usr/lib')
      ? [
          [path, path],
          [path.slice('/usr'.length), path],
        ]
      : [[path, path]],
  );
  const found = new Map<string, string>();
  for (const list of namesIn(join(dpkg, 'info'))) {
    if (!list.endsWith('.list')) continue;
    const text = `\n${readText(join(dpkg, 'info', list)) ?? ''}`;
    for (const [listed = '', path = ''] of wanted)
      if (text.includes(`\n${listed}\n`)) found.set(path, list.slice(0, -'.list'.length));
    if (found.size === paths.length) break;
  }
  return found;
}

function statusOf(names: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const stanza of (readText(join(dpkg, 'status')) ?? '').split('\n\n')) {
    const name = /^Package: (.+)$/m.exec(stanza)?.[1] ?? '';
    const architecture = field(stanza, 'Architecture') ?? '';
    for (const wanted of [name, `${name}:${architecture}`]) if (names.has(wanted)) found.set(wanted, stanza);
  }
  return found;
}

const field = (stanza: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.+)$`, 'm').exec(stanza)?.[1];

function describe(listName: string, stanza: string, distribution: string): DebianPackage {
  const name = listName.replace(/:.*$/, '');
  const version = field(stanza, 'Version') ?? '';
  const architecture = field(stanza, 'Architecture') ?? '';
  return {
    name,
    version,
    architecture,
    homepage: field(stanza, 'Homepage'),
    copyright: readCopyright(`/usr/share/doc/${name}/copyright`),
    purl: `pkg:deb/${distribution}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`,
  };
}

function readCopyright(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return statSync(real).size > textBytesMax ? undefined : readText(real);
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
