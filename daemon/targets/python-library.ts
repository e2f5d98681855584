// What building a PythonLibrary does: a header, the library, and a file that tells pkg-config how to link it.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PythonLibraryValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { writeImage } from '../executable/image.ts';
import { exportedSymbols, sharedLibrary, staticLibrary, writeArchive } from '../executable/library.ts';
import { buildStub, runtimeCrate } from '../executable/stub.ts';
import type { Distribution, StaticExtension } from '../python/distribution.ts';
import { linkedModules, pack, type Packed, type Workbench } from './packed.ts';
import { splitPacked } from './packed-file.ts';
import { placeBeside } from './placed-files.ts';
import { stubPath, together } from './python-executable.ts';

export type BuiltLibrary = {
  /** Absolute paths of all that was written. */
  readonly written: readonly string[];
  readonly library: string;
};

/** Writes the files below `folder`. A tree that is packed is the same as that of the executable. */
export async function buildPythonLibrary(
  context: Context,
  bench: Workbench,
  { executable, kind }: PythonLibraryValue,
  folder: string,
): Promise<BuiltLibrary> {
  const { name } = executable;
  const distribution = bench.sets.distribution(executable.distribution);
  const modules = linkedModules(distribution, executable);
  const shared = join(folder, 'lib', `lib${name}.so`);
  const archive = join(folder, 'lib', `lib${name}.a`);
  const paths = {
    header: join(folder, 'include/oxd.h'),
    library: kind === 'shared' ? shared : archive,
    symbols: join(folder, 'lib', `lib${name}.symbols`),
    package: join(folder, 'lib/pkgconfig', `${name}.pc`),
  };
  // Linkers take whichever they find: that of an earlier build of the other kind goes.
  for (const stale of kind === 'shared' ? [archive, paths.symbols] : [shared]) rmSync(stale, { force: true });
  for (const part of ['include', 'lib/pkgconfig']) mkdirSync(join(folder, part), { recursive: true });
  const form = kind === 'shared' ? sharedLibrary(name) : staticLibrary;
  const [stub, packed] = await together(context, [
    (both) => buildStub(both, distribution, modules, executable.interpreter, form),
    (both) => pack(both, bench, executable, []),
  ]);
  const stubFile = stubPath(context, stub.sha256);
  await using split = await splitPacked(context, packed.image, executable.packedResources);
  if (kind === 'shared')
    await bench.images.write({ stub: stubFile, ...split.payload, output: shared }, context.signal);
  else {
    await placeArchive(context, stubFile, split.payload, archive);
    writeFileSync(paths.symbols, symbolList());
  }
  copyFileSync(join(runtimeCrate().folder, 'include/oxd.h'), paths.header);
  writeFileSync(paths.package, packageFile(name, kind, distribution, modules));
  const placed = await placeBeside(context, bench.compiler, distribution, packed.beside, {
    folder,
    level: executable.interpreter.optimizationLevel ?? 0,
    further: split.files,
  });
  const own = [paths.library, paths.header, paths.package, ...(kind === 'static' ? [paths.symbols] : [])];
  return { written: [...own, ...placed], library: paths.library };
}

/** Makes the archive of the object and of the payload. */
async function placeArchive(
  context: Context,
  object: string,
  image: Packed['image'],
  output: string,
): Promise<void> {
  const [payload, work] = [context.cache.scratch(), context.cache.scratch()];
  try {
    await writeImage({ stub: undefined, ...image, output: payload }, context.signal);
    await copyFile(await writeArchive(context, object, payload, work), output);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(payload, { force: true });
  }
}

/** For the linker's --dynamic-list. */
const symbolList = (): string =>
  `{\n${exportedSymbols()
    .map((symbol) => `  ${symbol};\n`)
    .join('')}};\n`;

/** For pkg-config; it finds the folders from where the file itself lies. */
function packageFile(
  name: string,
  kind: PythonLibraryValue['kind'],
  distribution: Distribution,
  modules: readonly StaticExtension[],
): string {
  const { linking } = distribution;
  const own = linking.kind === 'static' ? linking.libraries : [];
  const wanted = [...own, ...modules.flatMap(({ libraries }) => libraries), '-lm', '-ldl', '-lpthread'];
  const libraries = [...new Set(wanted.filter((word) => word.startsWith('-l')))];
  const link =
    kind === 'shared'
      ? [`-l${name}`]
      : // Without the list, extension modules find no Python and libraries do not see the packed files.
        [`-l${name}`, `-Wl,--dynamic-list=\${libdir}/lib${name}.symbols`, ...libraries];
  return [
    'prefix=${pcfiledir}/../..',
    'includedir=${prefix}/include',
    'libdir=${prefix}/lib',
    '',
    `Name: ${name}`,
    `Description: ${name} with Python ${distribution.version}`,
    `Version: ${distribution.version}`,
    'Cflags: -I${includedir}',
    `Libs: -L\${libdir} ${link.join(' ')}`,
    '',
  ].join('\n');
}
