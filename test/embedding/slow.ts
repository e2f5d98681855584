// `npm run test:embedding`: what takes cargo another build of the crate. The quick ones are test/runtime-embedding.test.ts
// and test/e2e/library-interface.test.ts.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { testPython, writeExecutable } from '../daemon/executable/packing.ts';
import { oxd, stopDaemon } from '../e2e/oxd.ts';
import { cargo, cargoTarget } from '../support/embedding-cargo.ts';
import { makeArchive } from '../support/standalone-archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-embedding-'));
after(() => {
  stopDaemon();
  rmSync(folder, { recursive: true, force: true });
});

test('an allocator for Python alone, beside that of the program', async () => {
  cargo('test/embedding/rust', ['build', '--no-default-features', '--features', 'own-allocator']);
  const program = join(folder, 'own-allocator');
  const stub = join(cargoTarget, 'debug/embedding');
  await writeExecutable(testPython(), { output: program, stub, run: { mode: 'noop' } });
  const { stdout, stderr } = spawnSync(program, ['allocators'], { encoding: 'utf8' });
  const [counts, ...lines] = stdout.split('\n');
  assert.equal(counts, 'true', stderr);
  // Rust's memory is never mimalloc's, and neither is Python's where it asks for Rust's.
  assert.deepEqual(lines.slice(0, 5), [
    '[false, false, false] false',
    '[false, false, false] false',
    '[true, false, false] false',
    '[true, true, true] false',
    '[false, false, false] false',
  ]);
});

test('libraries of a distribution with a shared libpython alone pack and load that', async () => {
  const archive = join(folder, 'python.tar.gz');
  const form = { kind: 'install_only', compression: 'gz', hasStatic: false } as const;
  const { executable, version } = testPython();
  const sha256 = await makeArchive(join(dirname(executable), `python${version}`), archive, form);
  cpSync('test/embedding/c', folder, { recursive: true });
  const config = join(folder, 'pyoxidizer.bzl');
  const distribution = `PythonDistribution(sha256 = "${sha256}", local_path = ${JSON.stringify(archive)}, flavor = "standalone_dynamic")`;
  writeFileSync(config, readFileSync(config, 'utf8').replace('default_python_distribution()', distribution));
  writeFileSync(
    join(folder, 'main.c'),
    `#include <oxd.h>
#include <stdio.h>
int main(void) {
  oxd_interpreter *python;
  int status = oxd_start(NULL, &python);
  if (!status) status = oxd_run_string(python, "import _struct, subprocess, sys; subprocess.run([sys.executable, '-c', 'print(5)'], check=True)");
  if (status) puts(oxd_error());
  return status;
}
`,
  );
  for (const kind of ['shared', 'static']) {
    const built = oxd(['build', '--path', folder, '--var', 'kind', kind]);
    assert.equal(built.code, 0, built.stderr);
    const lib = join(folder, 'build/x86_64-unknown-linux-gnu/debug/library/lib');
    const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'embedded'], {
      encoding: 'utf8',
      env: { ...process.env, PKG_CONFIG_PATH: join(lib, 'pkgconfig') },
    });
    const program = join(folder, `with-${kind}`);
    const linking = [...flags.trim().split(' '), `-Wl,-rpath,${lib}`];
    execFileSync('cc', ['-o', program, join(folder, 'main.c'), ...linking]);
    const { status, stdout } = spawnSync(program, { encoding: 'utf8' });
    assert.deepEqual([stdout, status], ['5\n', 0]);
  }
});
