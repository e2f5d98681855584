// Which releases of distributions have a glibc: the version of the package libc6 or glibc that each release came with.
// From general knowledge of the releases, to be checked against package lists; releases before glibc 2.17 (2012), the
// oldest that CPython's builds and manylinux wheels still ask for, are left out. A glibc newer than all of these is on no release listed here.

export type GlibcVersion = readonly [major: number, minor: number];

export type Release = { readonly distribution: string; readonly release: string | null };

/** For each distribution its releases, oldest first, each with the minor version of its glibc 2. */
const releases: Readonly<Record<string, readonly (readonly [release: string, glibcMinor: number])[]>> = {
  Debian: [
    ['8', 19],
    ['9', 24],
    ['10', 28],
    ['11', 31],
    ['12', 36],
    ['13', 41],
  ],
  'Ubuntu LTS': [
    ['14.04', 19],
    ['16.04', 23],
    ['18.04', 27],
    ['20.04', 31],
    ['22.04', 35],
    ['24.04', 39],
  ],
  Fedora: [
    ['19', 17],
    ['20', 18],
    ['21', 20],
    ['22', 21],
    ['23', 22],
    ['24', 23],
    ['25', 24],
    ['26', 25],
    ['27', 26],
    ['28', 27],
    ['29', 28],
    ['30', 29],
    ['31', 30],
    ['32', 31],
    ['33', 32],
    ['34', 33],
    ['35', 34],
    ['36', 35],
    ['37', 36],
    ['38', 37],
    ['39', 38],
    ['40', 39],
    ['41', 40],
    ['42', 41],
  ],
  RHEL: [
    ['7', 17],
    ['8', 28],
    ['9', 34],
    ['10', 39],
  ],
  // musl is its libc; there is no glibc in any release.
  Alpine: [],
};

/** The first release of each distribution that has at least this glibc; null where none is known. */
export function releasesWith(needed: GlibcVersion): Release[] {
  return Object.entries(releases).map(([distribution, known]) => ({
    distribution,
    release: known.find(([, minor]) => compareGlibc([2, minor], needed) >= 0)?.[0] ?? null,
  }));
}

export const compareGlibc = (a: GlibcVersion, b: GlibcVersion): number => a[0] - b[0] || a[1] - b[1];

/** The glibc that a symbol version means; undefined when it is of another library, or ends with any update. */
export function glibcOf(version: string): GlibcVersion | undefined {
  // Relative relocations are understood since 2.36; the linker asks for that by this name.
  if (version === 'GLIBC_ABI_DT_RELR') return [2, 36];
  const match = /^GLIBC_(\d+)\.(\d+)(?:\.\d+)*$/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}
