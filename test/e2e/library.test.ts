// The library for other languages: built by the real client, linked by a real C compiler into the program of
// examples/embed-c, and opened by one that was not linked with it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { oxd, stopDaemon } from './oxd.ts';

/** Opens the library whose path it gets, and runs the statements that follow. */
const opener = `
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **arguments) {
  void *library = dlopen(arguments[1], RTLD_NOW | (arguments[2][0] == 'g' ? RTLD_GLOBAL : RTLD_LOCAL)), *python;
  if (!library) return puts(dlerror()), 9;
  int (*start)(void *, void **) = (int (*)(void *, void **))dlsym(library, "oxd_start");
  int (*run)(void *, const char *) = (int (*)(void *, const char *))dlsym(library, "oxd_run_string");
  const char *(*error)(void) = (const char *(*)(void))dlsym(library, "oxd_error");
  int code = start(NULL, &python);
  if (!code) code = run(python, arguments[3]);
  if (code) puts(error());
  return code;
}
`;

suite('libraries for other languages', { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-library-'));
  const library = join(folder, 'build/x86_64-unknown-linux-gnu/debug/library');
  const program = join(folder, 'main');
  before(() => cpSync('examples/embed-c', folder, { recursive: true }));
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  const build = (kind: string): void => {
    const built = oxd(['build', '--path', folder, '--var', 'kind', kind]);
    assert.equal(built.code, 0, built.stderr);
    rmSync(program, { force: true });
    execFileSync('make', ['-s'], { cwd: folder });
  };
  const checkProgram = (): void => {
    const { status, stdout, stderr } = spawnSync(program, ['a', 'b'], { encoding: 'utf8' });
    assert.equal(stdout, `{"greeting": "Hello from C"}\narguments: ['a', 'b']\n`, stderr);
    assert.equal(status, 2);
  };

  test('static: the program needs no library', () => {
    build('static');
    rmSync(library, { recursive: true });
    checkProgram();
  });

  test('shared: the program needs the library alone', () => {
    build('shared');
    assert.ok(!existsSync(join(library, 'lib/libembedded.a')));
    checkProgram();
  });

  test('the header is C++ as well', () => {
    writeFileSync(join(folder, 'header.cpp'), '#include <oxd.h>\n');
    const flags = ['-std=c++98', '-Wall', '-Wextra', '-pedantic', '-Werror', '-fsyntax-only'];
    execFileSync('g++', [...flags, '-I', join(library, 'include'), join(folder, 'header.cpp')]);
  });

  test('opened instead of linked', () => {
    writeFileSync(join(folder, 'opener.c'), opener);
    const path = join(folder, 'opener');
    execFileSync('cc', ['-o', path, join(folder, 'opener.c'), '-ldl']);
    const rows = [
      ['local', 'import json, os; assert os.listdir(os.path.dirname(json.__file__))', 0, /^$/],
      ['local', 'import _struct', 8, /undefined symbol: _?Py/],
      ['global', 'import _struct', 0, /^$/],
      // fork and exec are of an extension module, which calls libc.
      ['global', 'import subprocess, sys; subprocess.run([sys.executable])', 8, /NotADirectoryError/],
    ] as const;
    for (const [scope, code, status, output] of rows) {
      const result = spawnSync(path, [join(library, 'lib/libembedded.so'), scope, code], {
        encoding: 'utf8',
      });
      assert.equal(result.status, status, result.stdout + result.stderr);
      assert.match(result.stdout.trim(), output);
    }
  });
});
