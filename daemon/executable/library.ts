// Libraries for other languages: the crate and libpython in one. A shared one carries its packed tree as an executable
// does; of a static one the tree is a second member, so that an edit does not link Python again.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { runCompilerTool } from './compiler-tool.ts';
import { type LibraryForm, runtimeCrate } from './stub.ts';

export type LibraryKind = 'static' | 'shared';

/** What programs and extension modules may see; the rest stays local, so that no copy of it hides anybody's own. */
export function exportedSymbols(): readonly string[] {
  const calls = readFileSync(join(runtimeCrate().folder, 'src/directory/exports.txt'), 'utf8').split('\n');
  return ['oxd_*', 'Py*', '_Py*', ...calls.filter((line) => line !== '' && !line.startsWith('#'))];
}

/** `name` is that of the program, without "lib". */
export const sharedLibrary = (name: string): LibraryForm => ({
  key: `shared ${name}`,
  async link(context, crate, linking, work) {
    mkdirSync(work, { recursive: true });
    const [script, source, output] = ['symbols.map', 'payload.S', 'library.so'].map((file) =>
      join(work, file),
    );
    writeFileSync(
      script!,
      `{ global: ${exportedSymbols()
        .map((symbol) => `${symbol}; `)
        .join('')}local: *; };\n`,
    );
    writeFileSync(source!, payloadAssembly(undefined));
    const python = linking.kind === 'static' ? linking : { archive: undefined, libraries: [] };
    await run(context, 'CC', [
      ...['-shared', '-static-libgcc', '-o', output!, source!],
      ...['-Wl,--whole-archive', crate, ...(python.archive === undefined ? [] : [python.archive])],
      ...['-Wl,--no-whole-archive', ...python.libraries, '-lm', '-ldl', '-lpthread'],
      // Calls between CPython's own functions, and to our file calls, need no lookup.
      ...[`-Wl,--version-script=${script}`, '-Wl,-Bsymbolic-functions', '-Wl,--strip-debug'],
      ...[`-Wl,-soname,lib${name}.so`, '-Wl,-z,relro', '-Wl,-z,now'],
    ]);
    return output!;
  },
});

/** The object with all but the packed tree. */
export const staticLibrary: LibraryForm = {
  key: 'static',
  async link(context, crate, linking, work) {
    mkdirSync(work, { recursive: true });
    const [symbols, whole, output] = ['symbols.txt', 'whole.o', 'library.o'].map((file) => join(work, file));
    writeFileSync(symbols!, `${exportedSymbols().join('\n')}\n`);
    const python = linking.kind === 'static' ? linking : { archive: undefined, libraries: [] };
    const bundled = python.libraries.filter(
      (word) => word.startsWith('/') || /^-Wl,--(start|end)-group$/.test(word),
    );
    await run(context, 'CC', [
      ...['-r', '-nostdlib', '-o', whole!, '-Wl,--whole-archive', crate],
      ...(python.archive === undefined ? [] : [python.archive]),
      ...['-Wl,--no-whole-archive', ...bundled],
    ]);
    await run(context, 'OBJCOPY', [
      ...['--wildcard', `--keep-global-symbols=${symbols}`, '--strip-debug'],
      // Bitcode of Rust's library, which makes no sense joined: archivers with LLVM's plugin stumble over it.
      ...['--remove-section=.llvmbc', '--remove-section=.llvmcmd', whole!, output!],
    ]);
    return output!;
  },
};

/** Writes the archive of an object and a payload into the folder `work` and returns its path. All paths are absolute. */
export async function writeArchive(
  context: Context,
  object: string,
  payload: string,
  work: string,
): Promise<string> {
  mkdirSync(work, { recursive: true });
  const [source, member, output] = ['payload.S', 'payload.o', 'library.a'].map((file) => join(work, file));
  writeFileSync(source!, payloadAssembly(payload));
  await run(context, 'CC', ['-c', source!, '-o', member!]);
  await run(context, 'AR', ['rcsD', output!, object, member!]);
  return output!;
}

/** The two symbols that runtime/src/payload/library.rs looks at, with nothing between them where the payload is elsewhere. */
function payloadAssembly(payload: string | undefined): string {
  return [
    '.section .oxd.payload,"a",@progbits',
    '.balign 4096',
    '.globl oxd_payload_start',
    '.globl oxd_payload_end',
    'oxd_payload_start:',
    ...(payload === undefined ? [] : [`.incbin ${JSON.stringify(payload)}`]),
    'oxd_payload_end:',
    '.byte 0',
    '.section .note.GNU-stack,"",@progbits',
    '',
  ].join('\n');
}

const run = (context: Context, tool: Parameters<typeof runCompilerTool>[1], args: readonly string[]) =>
  runCompilerTool(context, tool, args, 'link the library', (said) =>
    /recompile with -fPIC/.test(said)
      ? 'this CPython was compiled for executables: use kind = "static", or another distribution'
      : 'check the C compiler and what its flags in the environment say',
  );
