// A libpython with other builtin modules than the distribution's own: its objects, those of the modules, and a new list
// of them (CPython's Modules/config.c.in).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Linking, ObjectFiles, StaticExtension } from '../python/distribution.ts';

/** Compiling a list takes 50 ms, archiving thousands of objects a second. */
const toolMs = 120_000;

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
  const compiler = context.environment['CC'] ?? 'cc';
  await runTool(context, compiler, [
    ...objectFiles.cflags,
    ...['-O2', '-fPIC', '-I', includes, '-c', list, '-o', listObject],
  ]);
  const archive = join(folder, 'libpython3.a');
  const members = join(folder, 'objects.txt');
  const objects = [listObject, ...objectFiles.core, ...modules.flatMap((module) => module.objects)];
  writeFileSync(members, objects.map((path) => `"${path.replaceAll(/["\\]/g, '\\$&')}"`).join('\n'));
  // Appended, not replaced: objects of different modules may have the same name. D: no times, no users.
  await runTool(context, context.environment['AR'] ?? 'ar', ['qcsD', archive, `@${members}`]);
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

async function runTool(context: Context, program: string, args: readonly string[]): Promise<void> {
  const run = await execa(program, args, {
    env: context.environment,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: toolMs,
    cancelSignal: context.signal,
    killDescendants: true,
  });
  context.signal.throwIfAborted();
  if (!run.failed) return;
  const isMissing = run.code === 'ENOENT';
  throw environmentFailure(
    isMissing
      ? `Cannot link Python's modules: "${program}" is not installed`
      : `Cannot link Python's modules: ${program} failed\n${run.stderr ?? ''}`.trimEnd(),
    isMissing ? { hint: 'install a C compiler and binutils, such as the packages gcc and binutils' } : {},
  );
}
