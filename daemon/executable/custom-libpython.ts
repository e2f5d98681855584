// A libpython with other builtin modules than the distribution's own: its objects, those of the modules, and a new list
// of them (CPython's Modules/config.c.in).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { Linking, ObjectFiles, StaticExtension } from '../python/distribution.ts';
import { runCompilerTool } from './compiler-tool.ts';

/** Writes the library into `folder`, which is the caller's, and says how to link it. Throws a Failure without a compiler. */
export async function makeLibpython(
  context: Context,
  distribution: { readonly includes: string; readonly objectFiles: ObjectFiles },
  modules: readonly StaticExtension[],
  folder: string,
): Promise<Extract<Linking, { kind: 'static' }>> {
  const { objectFiles, includes } = distribution;
  mkdirSync(folder, { recursive: true });
  const list = join(folder, 'config.c');
  const listObject = join(folder, 'config.o');
  writeFileSync(list, moduleList(modules));
  await run(context, 'CC', [
    ...objectFiles.cflags,
    ...['-O2', '-fPIC', '-I', includes, '-c', list, '-o', listObject],
  ]);
  const archive = join(folder, 'libpython3.a');
  const members = join(folder, 'objects.txt');
  const objects = [listObject, ...objectFiles.core, ...modules.flatMap((module) => module.objects)];
  writeFileSync(members, objects.map((path) => `"${path.replaceAll(/["\\]/g, '\\$&')}"`).join('\n'));
  // Appended, not replaced: objects of different modules may have the same name. D: no times, no users.
  await run(context, 'AR', ['qcsD', archive, `@${members}`]);
  const own = [
    ...new Set(modules.flatMap((module) => module.libraries).filter((word) => word.startsWith('/'))),
  ];
  const others = [...modules.flatMap((module) => module.libraries), ...objectFiles.coreLibraries];
  return {
    kind: 'static',
    archive,
    libraries: [
      ...(own.length === 0 ? [] : ['-Wl,--start-group', ...own.toSorted(), '-Wl,--end-group']),
      ...new Set(others.filter((word) => word.startsWith('-l'))),
    ],
  };
}

/** The C source of CPython's table of builtin modules. */
export function moduleList(modules: readonly StaticExtension[]): string {
  const functions = modules.map(({ initFunction }) => initFunction).filter((name) => name !== 'NULL');
  return [
    '#include "Python.h"',
    ...[...new Set(functions)].map((name) => `extern PyObject *${name}(void);`),
    'struct _inittab _PyImport_Inittab[] = {',
    ...modules.map(({ name, initFunction }) => `    {"${name}", ${initFunction}},`),
    '    {0, 0}',
    '};',
    '',
  ].join('\n');
}

const run = (context: Context, tool: Parameters<typeof runCompilerTool>[1], args: readonly string[]) =>
  runCompilerTool(context, tool, args, "link Python's modules");
