// Where the bytes of an executable go: to which distribution of packages, the standard library, or what else.
import type { OpenImage, PackedFile } from './image-reader.ts';
import { isLicenceDocument } from './seldom-used.ts';

export type SizeOf = {
  readonly name: string;
  readonly kind: 'package' | 'standard-library' | 'system-libraries' | 'runtime' | 'index';
  /** Bytes in the executable; those of all parts add up to its size. */
  readonly stored: number;
  /** Bytes when unpacked; equal to `stored` where nothing is packed. */
  readonly unpacked: number;
  readonly files: number;
};

/** The largest first. `fileBytes` is the size of the executable, `payloadBytes` how much of it is packed. */
export function sizesByPart(image: OpenImage, fileBytes: number, payloadBytes: number): SizeOf[] {
  const ownerOf = ownersOf(image);
  const parts = new Map<string, SizeOf>();
  const add = (part: SizeOf): void => {
    const { stored, unpacked, files } = parts.get(part.name) ?? { stored: 0, unpacked: 0, files: 0 };
    parts.set(part.name, {
      ...part,
      stored: stored + part.stored,
      unpacked: unpacked + part.unpacked,
      files: files + part.files,
    });
  };
  for (const file of image.files)
    add({ ...partOf(file, ownerOf), stored: file.stored, unpacked: file.size, files: 1 });
  const packed = image.files.reduce((sum, { stored }) => sum + stored, 0);
  const outside = fileBytes - payloadBytes;
  add({ ...runtime, stored: outside, unpacked: outside, files: 0 });
  // Also what a later layer hides.
  const rest = payloadBytes - packed;
  add({ name: 'index', kind: 'index', stored: rest, unpacked: rest, files: 0 });
  return [...parts.values()].toSorted((a, b) => b.stored - a.stored || (a.name < b.name ? -1 : 1));
}

const runtime = { name: 'interpreter and runtime', kind: 'runtime' } as const;

function partOf(
  { path }: Pick<PackedFile, 'path'>,
  ownerOf: (path: string) => string,
): { name: string; kind: SizeOf['kind'] } {
  if (/^lib\/python3\.\d+\//.test(path)) return { name: 'standard library', kind: 'standard-library' };
  // The scripts of Tcl come with the libraries of _tkinter.
  if (/^lib\/(?:[^/]+\.so(?:\.\d+)*$|(?:tcl|tk)\d)/.test(path))
    return { name: 'system libraries', kind: 'system-libraries' };
  const name = ownerOf(path);
  if (isLicenceDocument(path)) return { name: 'licences', kind: 'runtime' };
  // Every executable carries ours, of which no RECORD tells.
  return name === 'oxidized_importer' ? runtime : { name, kind: 'package' };
}

/** As `sizesByPart` names parts, but the standard library by module, and system libraries by file. */
export function partsOf(image: OpenImage): (path: string) => string {
  const ownerOf = ownersOf(image);
  return (path) => {
    const library = /^lib\/python3\.\d+\/(?:lib-dynload\/|__pycache__\/)?(.*)$/.exec(path)?.[1];
    if (library !== undefined)
      return `${topOf(library.replace(/\.[a-z]+-3\d+(?:\.opt-\d)?\.pyc$/, ''))} (standard library)`;
    const part = partOf({ path }, ownerOf);
    return part.kind === 'system-libraries' ? path.slice('lib/'.length) : part.name;
  };
}

/**
 * The name of the distribution that a packed file is of, as the RECORD files say (PEP 376); for a file that none of them
 * lists, its top-level module or folder.
 */
function ownersOf(image: OpenImage): (path: string) => string {
  const owners = new Map<string, string>();
  const ofFolder = new Map<string, Set<string>>();
  for (const file of image.files) {
    const match = /^([^/]+)-([^/-]+)\.dist-info\/RECORD$/.exec(file.path);
    if (match === null) continue;
    const owner = `${match[1]} ${match[2]}`;
    for (const line of image.read(file).toString().split('\n')) {
      const path = line.startsWith('"')
        ? line.slice(1, line.indexOf('",')).replaceAll('""', '"')
        : line.slice(0, Math.max(line.indexOf(','), 0));
      if (path === '' || path.startsWith('../')) continue;
      owners.set(path, owner);
      const folder = topOf(path);
      ofFolder.set(folder, (ofFolder.get(folder) ?? new Set()).add(owner));
    }
  }
  return (path) => {
    const source = path.replace(/__pycache__\/([^/]+)\.[^/.]+(?:\.opt-\d)?\.pyc$/, '$1.py');
    const [only, ...others] = ofFolder.get(topOf(source)) ?? [];
    return (
      owners.get(path) ??
      owners.get(source) ??
      (only !== undefined && others.length === 0 ? only : topOf(source))
    );
  };
}

/** "requests" for requests/api.py, "six" for six.py and _x for _x.cpython-311-x86_64-linux-gnu.so. */
function topOf(path: string): string {
  const slash = path.indexOf('/');
  return slash === -1 ? path.replace(/\.(?:pyc?|(?:[^.]+\.)?so)$/, '') : path.slice(0, slash);
}
