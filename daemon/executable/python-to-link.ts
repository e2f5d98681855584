// A CPython as cargo builds of others link it: static libraries in one folder, and texts that tell build scripts of them.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants, copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Context } from '../context.ts';
import type { Distribution, StaticExtension } from '../python/distribution.ts';
import { makeLibpython } from './custom-libpython.ts';

/** Names that PyOxidizer gave them, and the list for the linker, which it did not have. */
export const libraryName = 'libpython3.a';
export const pyo3ConfigName = 'pyo3-build-config-file.txt';
/** One argument a line; what does not begin with "-" is the name of a file beside it. */
export const linkArgumentsName = 'link-arguments';

/**
 * Writes the libraries and texts into `folder`, leaving files that are as they should be untouched: cargo goes by their
 * times. Of a CPython that is a shared library nothing is linked: it is packed. Returns the absolute paths.
 */
export async function writePythonToLink(
  context: Context,
  distribution: Distribution,
  modules: readonly StaticExtension[],
  folder: string,
): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const written: string[] = [];
  const args = await placeLibraries(context, distribution, modules, async (name, source) => {
    const path = join(folder, name);
    await copyUnlessSame(source, path);
    written.push(path);
  });
  const texts = {
    [pyo3ConfigName]: describeForOthers(distribution, args, folder),
    [linkArgumentsName]: args.map((argument) => `${argument}\n`).join(''),
  };
  for (const [name, text] of Object.entries(texts)) {
    writeUnlessSame(join(folder, name), text);
    written.push(join(folder, name));
  }
  return written;
}

/** Places the libraries and gives the arguments that link them. */
async function placeLibraries(
  context: Context,
  { linking, objectFiles, includes }: Distribution,
  modules: readonly StaticExtension[],
  place: (name: string, source: string) => Promise<void>,
): Promise<readonly string[]> {
  if (linking.kind === 'shared') return [];
  const objects = context.cache.scratch();
  try {
    const { archive, libraries } =
      objectFiles === undefined
        ? linking
        : await makeLibpython(context, { includes, objectFiles }, modules, objects);
    await place(libraryName, archive);
    const names = new Map<string, string>();
    for (const path of libraries.filter(isFile)) {
      const isTaken = [libraryName, ...names.values()].includes(basename(path));
      const name = isTaken ? `${names.size}-${basename(path)}` : basename(path);
      await place(name, path);
      names.set(path, name);
    }
    return [
      ...['-Wl,--whole-archive', libraryName, '-Wl,--no-whole-archive'],
      ...libraries.map((argument) => names.get(argument) ?? argument),
    ];
  } finally {
    rmSync(objects, { recursive: true, force: true });
  }
}

const isFile = (argument: string): boolean => argument.startsWith('/');

/** The time is copied too, so that the same library is known by it. */
async function copyUnlessSame(from: string, to: string): Promise<void> {
  const source = statSync(from);
  const found = statSync(to, { throwIfNoEntry: false });
  if (found?.size === source.size && Math.floor(found.mtimeMs) === Math.floor(source.mtimeMs)) return;
  rmSync(to, { force: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  chmodSync(to, 0o644);
  utimesSync(to, source.atime, source.mtime);
}

/** Leaves a file that has the text already, with its time. */
export function writeUnlessSame(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(path, text);
}

/** What pyo3 must know of a CPython's layout; nothing in it differs between machines of one platform. */
export const pyo3Layout = ({ version, linking }: Pick<Distribution, 'version' | 'linking'>): string[] => [
  'implementation=CPython',
  `version=${version.split('.').slice(0, 2).join('.')}`,
  `shared=${linking.kind === 'shared'}`,
  'abi3=false',
  'pointer_width=64',
  'build_flags=',
  'suppress_build_script_link_lines=true',
];

/** For programs of pyo3 alone, without our crate: pyo3-build-config's own format, which can have lines for cargo. */
function describeForOthers(distribution: Distribution, args: readonly string[], folder: string): string {
  const names = args.filter((argument) => argument.startsWith('-l') || argument.endsWith('.a'));
  const lines = names.map((name) => {
    const library = /^lib(.+)\.a$/.exec(name)?.[1];
    return library === undefined ? `link-lib=${name.slice(2)}` : `link-lib=static=${library}`;
  });
  const search = names.length === 0 ? [] : [`link-search=native=${folder}`];
  return [
    ...pyo3Layout(distribution),
    `executable=${distribution.executable}`,
    ...[...search, ...lines].map((line) => `extra_build_script_line=cargo:rustc-${line}`),
    '',
  ].join('\n');
}
