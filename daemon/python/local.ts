// Turns an installed CPython into a distribution, or says which piece of it is missing.
import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { supportedMinors } from './candidates.ts';
import type { Distribution, Linking } from './distribution.ts';
import { type Probe, probePython } from './probe.ts';

/** A Python that cannot be packed, and why, as it reads after a colon. */
export type Refusal = {
  readonly outcome: 'refused';
  readonly path: string;
  readonly version: string | undefined;
  readonly reason: string;
};
export type LocalPython = { readonly outcome: 'usable'; readonly distribution: Distribution } | Refusal;

/**
 * The distribution made of the Python at `path`: for a virtual environment, of the Python it was made from. Of one that has
 * libpython both ways the wanted one is taken.
 */
export async function localDistribution(
  context: Context,
  path: string,
  wanted: Linking['kind'] = 'static',
): Promise<LocalPython> {
  const refuse = (reason: string, version?: string): Refusal => ({
    outcome: 'refused',
    path,
    version,
    reason,
  });
  let probe = await probePython(context, path);
  if ('failure' in probe) return refuse(probe.failure);
  const base = baseExecutable(probe);
  if (base !== undefined) {
    const baseProbe = await probePython(context, base);
    if ('failure' in baseProbe) return refuse(`its base ${base} does not start: ${baseProbe.failure}`);
    probe = baseProbe;
  }
  const unfit = whyUnfit(probe);
  if (unfit !== undefined) return refuse(unfit, probe.version);
  const linking = findLinking(probe, wanted);
  if (linking === undefined) return refuse(missingLibrary(probe), probe.version);
  return { outcome: 'usable', distribution: describe(probe, linking) };
}

/** Follows a virtual environment to its Python: its own executable knows no standard library. */
function baseExecutable(probe: Probe): string | undefined {
  const name = `python3.${probe.minor}${probe.abiFlags}`;
  const places = [join(probe.basePrefix, 'bin', name), ...(probe.bindir ? [join(probe.bindir, name)] : [])];
  const base = places.find((place) => existsSync(place));
  return base === probe.executable ? undefined : base;
}

/** Why a Python cannot be packed, as it reads after a colon; undefined when it can. */
export function whyUnfit(probe: Probe): string | undefined {
  const { first, last } = supportedMinors;
  if (probe.implementation !== 'cpython')
    return `it is ${probe.implementation}, and only CPython can be packed`;
  if (probe.minor < first || probe.minor > last) return `only Python 3.${first} to 3.${last} can be packed`;
  if (probe.prerelease) return 'it is a pre-release, whose bytecode may still change';
  if (probe.bits !== 64) return 'it is a 32-bit build';
  if (probe.variables['Py_GIL_DISABLED']) return 'it is a free-threaded build';
  if (probe.abiFlags.includes('d')) return 'it is a debug build';
  if (!existsSync(join(probe.stdlib, 'os.py')))
    return `its standard library is not in ${probe.stdlib}: install the whole package`;
  return undefined;
}

function missingLibrary(probe: Probe): string {
  const short = `3.${probe.minor}`;
  // Debian and its children split the library off; others build Python with it or without.
  return probe.executable.startsWith('/usr/bin/')
    ? `it has no libpython: install libpython${short}-dev`
    : `it has no libpython: build it with --enable-shared, or keep libpython${short}.a in ${text(probe, 'LIBPL')}`;
}

const text = (probe: Probe, name: string): string => String(probe.variables[name] ?? '');

/**
 * Only what lies below the Python's own prefix: one that was moved after it was built names places of the original,
 * and another Python's library may stand there.
 */
function findLinking(probe: Probe, wanted: Linking['kind']): Linking | undefined {
  const library = text(probe, 'LIBRARY');
  const config = join(probe.stdlib, basename(text(probe, 'LIBPL')));
  const named = text(probe, 'LIBDIR');
  const folders = [
    ...(isBelow(named, probe.basePrefix) ? [named] : []),
    join(probe.basePrefix, 'lib'),
    config,
  ];
  // Debian's libpythonX.Y.a is not position independent enough for every linker; the -pic one beside it is.
  const archive = [library.replace(/\.a$/, '-pic.a'), library]
    .filter((name) => name.endsWith('.a'))
    .flatMap((name) => [config, ...folders].map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  const soname = text(probe, 'INSTSONAME');
  const shared = folders
    .map((folder) => join(folder, soname))
    .find((path) => /\.so(\.|$)/.test(soname) && existsSync(path));
  if (archive !== undefined && (wanted === 'static' || shared === undefined))
    return { kind: 'static', archive, libraries: linkArguments(probe) };
  return shared === undefined ? undefined : { kind: 'shared', library: shared, soname };
}

const isBelow = (path: string, folder: string): boolean => path.startsWith(folder.replace(/\/*$/, '/'));

/**
 * What libpython's own objects need, once each, in link order. Search and run paths of the build are dropped: they
 * name places of the machine that built it. In an archive that holds extension modules MODLIBS names their libraries.
 */
function linkArguments(probe: Probe): string[] {
  const words = ['MODLIBS', 'LIBS', 'SYSLIBS'].flatMap((name) => text(probe, name).split(/\s+/));
  const wanted = words.filter((word) => /^-l[\w+.:-]+$/.test(word) || word === '-pthread');
  return [...new Set([...wanted, '-lpthread', '-ldl', '-lutil', '-lm'])].map((word) =>
    partOfGlibc.test(word) ? word : (staticLibrary(probe, word.slice(2)) ?? word),
  );
}

const partOfGlibc = /^-(pthread|l(c|m|dl|rt|util|pthread|resolv|nsl))$/;

/** A library that other machines may lack is linked in where its archive is installed: "/usr/lib/…/libz.a" for "z". */
function staticLibrary(probe: Probe, name: string): string | undefined {
  const folders = [text(probe, 'LIBDIR'), `/usr/lib/${text(probe, 'MULTIARCH')}`, '/usr/lib64', '/usr/lib'];
  return folders.map((folder) => join(folder, `lib${name}.a`)).find((path) => existsSync(path));
}

/** Rust's name of the platform, such as "x86_64-unknown-linux-gnu". */
export function triple(probe: Probe): string {
  const machine = probe.platform.split('-').at(-1) ?? 'x86_64';
  const musl = text(probe, 'MULTIARCH').endsWith('musl');
  return `${machine}-unknown-linux-${musl ? 'musl' : 'gnu'}`;
}

function describe(probe: Probe, linking: Linking): Distribution {
  const dynload = [join(probe.platstdlib, 'lib-dynload'), text(probe, 'DESTSHARED')].find(
    (path) => path !== '' && existsSync(path),
  );
  const file = linking.kind === 'static' ? linking.archive : linking.library;
  const identity = createHash('sha256')
    .update(
      JSON.stringify([
        probe.build,
        probe.stdlib,
        // Not the folder of the standard library: its time changes when Python first writes __pycache__ into it.
        ...[probe.executable, file].map((path) => [realpathSync(path), fingerprint(path)]),
        linking,
      ]),
    )
    .digest('hex');
  return {
    id: `local-${probe.version}-${identity.slice(0, 24)}`,
    origin: 'local',
    version: probe.version,
    cacheTag: probe.cacheTag,
    magic: probe.magic,
    triple: triple(probe),
    executable: probe.executable,
    stdlib: probe.stdlib,
    dynload,
    includes: probe.includes,
    linking,
    sysconfigModule: probe.sysconfigModule,
    reason: `CPython ${probe.version} of this machine, ${dirname(dirname(probe.executable))} (${
      linking.kind === 'static' ? `static ${basename(file)}` : `shared ${linking.soname}`
    })`,
  };
}

function fingerprint(path: string): string {
  const { size, mtimeMs, ino } = statSync(path);
  return `${size}:${mtimeMs}:${ino}`;
}
