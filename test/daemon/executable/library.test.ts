// What the linker refuses, said as a failure with the way out: real compilers, and archives that they cannot link.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sharedLibrary, staticLibrary } from '../../../daemon/executable/library.ts';
import { Failure } from '../../../protocol/failure.ts';
import { openRig } from '../python/python-rig.ts';

const absolute = 'int number; int *address(void) { static int **list[] = {0}; (void)list; return &number; }';

/** An archive of one C file. */
function archiveOf(folder: string, name: string, source: string, flags: readonly string[]): string {
  const [file, object, archive] = ['c', 'o', 'a'].map((ending) => join(folder, `${name}.${ending}`));
  writeFileSync(file!, source);
  execFileSync('cc', ['-c', ...flags, '-o', object!, file!]);
  execFileSync('ar', ['rcs', archive!, object!]);
  return archive!;
}

const rows = [
  {
    name: 'a libpython that was compiled for executables, in a shared library',
    form: sharedLibrary('app'),
    flags: ['-fno-pic', '-mcmodel=medium'],
    environment: {},
    says: /^Cannot link the library: cc failed\n[^]*recompile with -fPIC/,
    hint: 'this CPython was compiled for executables: use kind = "static", or another distribution',
  },
  {
    name: 'no compiler',
    form: sharedLibrary('app'),
    flags: ['-fPIC'],
    environment: { CC: 'no-such-compiler' },
    says: /^Cannot link the library: "no-such-compiler" is not installed$/,
    hint: 'install a C compiler with its tools, such as the packages gcc and binutils',
  },
  {
    name: 'no objcopy',
    form: staticLibrary,
    flags: ['-fno-pic'],
    environment: { OBJCOPY: 'no-such-objcopy' },
    says: /^Cannot link the library: "no-such-objcopy" is not installed$/,
    hint: 'install a C compiler with its tools, such as the packages gcc and binutils',
  },
  {
    name: 'a linker that fails',
    form: sharedLibrary('app'),
    flags: ['-fPIC'],
    environment: {},
    libraries: ['-lnowhere'],
    says: /^Cannot link the library: cc failed\n[^]*nowhere/,
    hint: 'check the C compiler and what its flags in the environment say',
  },
  { name: 'all is well', form: sharedLibrary('app'), flags: ['-fPIC'], environment: {} },
  {
    name: 'such a libpython is fine for a static library',
    form: staticLibrary,
    flags: ['-fno-pic'],
    environment: {},
  },
] as const;

for (const row of rows)
  test(row.name, async () => {
    using rig = openRig(row.environment);
    const work = rig.context.cache.scratch();
    mkdirSync(work);
    const crate = archiveOf(work, 'crate', 'int crate;', ['-fPIC']);
    const archive = archiveOf(work, 'python', absolute, row.flags);
    const libraries = 'libraries' in row ? row.libraries : [];
    const linked = row.form.link(
      rig.context,
      crate,
      { kind: 'static', archive, libraries },
      join(work, 'out'),
    );
    if (!('says' in row)) {
      await linked;
      return;
    }
    await assert.rejects(linked, (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, row.says);
      assert.equal(error.hint, row.hint);
      return true;
    });
  });
