// Libraries of this machine that extension modules need, on a machine that does not have them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runElsewhere } from './foreign-machine.ts';
import { oxd, sharedCache, stopDaemon } from './oxd.ts';

const libraries = '/usr/lib/x86_64-linux-gnu';
const zstd = join(libraries, 'libzstd.so.1');
const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'oxd-system-libraries-')));
after(() => {
  stopDaemon();
  rmSync(workspace, { recursive: true, force: true });
});

/** Bound to a library as a wheel would be that somebody built on this machine. */
const source = `
#include <stddef.h>
const char *ZSTD_versionString(void);
const char *version(void) { return ZSTD_versionString(); }`;
const code = `
import ctypes, hashlib, ssl, os
import bound
library = ctypes.CDLL(os.path.join(os.path.dirname(bound.__file__), 'native.so'))
library.version.restype = ctypes.c_char_p
print(library.version().decode()[:2], ssl.OPENSSL_VERSION.split()[0])
print(hashlib.new('sha512', b'x').hexdigest()[:8], len(ssl.create_default_context().get_ciphers()) > 3)
names = {line.split()[-1] for line in open('/proc/self/maps') if '/x86_64-linux-gnu/' in line}
print([name for name in names if 'zstd' in name or 'ssl.so' in name or 'crypto' in name])`;

test(
  '_ssl and a wheel bound to a library of this machine',
  { skip: existsSync(zstd) ? false : `${zstd} is not installed` },
  () => {
    const pack = join(workspace, 'bound');
    mkdirSync(pack);
    writeFileSync(join(pack, '__init__.py'), '');
    writeFileSync(join(workspace, 'native.c'), source);
    const to = join(pack, 'native.so');
    execFileSync('cc', ['-shared', '-fPIC', '-o', to, join(workspace, 'native.c'), zstd]);
    const info = 'bound-1.0.dist-info';
    mkdirSync(join(workspace, info));
    writeFileSync(join(workspace, info, 'METADATA'), 'Metadata-Version: 2.1\nName: bound\nVersion: 1.0\n');
    const tags = 'Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: false\nTag: py3-none-linux_x86_64\n';
    writeFileSync(join(workspace, info, 'WHEEL'), tags);
    writeFileSync(
      join(workspace, info, 'RECORD'),
      ['bound/__init__.py', 'bound/native.so', `${info}/METADATA`, `${info}/WHEEL`, `${info}/RECORD`, '']
        .map((line) => (line === '' ? '' : `${line},,`))
        .join('\n'),
    );
    const wheel = 'bound-1.0-py3-none-linux_x86_64.whl';
    execFileSync('python3', ['-m', 'zipfile', '-c', wheel, 'bound', info], { cwd: workspace });
    writeFileSync(
      join(workspace, 'pyoxidizer.bzl'),
      `def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(name = "app", config = PythonInterpreterConfig(run_eval = ${JSON.stringify(code)}))
    exe.add_python_resources(exe.pip_install(["--no-index", "./${wheel}"]))
    return exe

register_target("exe", make_exe)
`,
    );
    const built = oxd(['build', '--path', workspace, '--json']);
    assert.equal(built.code, 0, built.stderr);
    const executable = join(workspace, 'build/x86_64-unknown-linux-gnu/debug/exe/app');
    // The folder of this machine's libraries, with those gone.
    const without = `
      mount -t tmpfs none /mnt && mkdir /mnt/upper /mnt/work &&
      mount -t overlay -o lowerdir=${libraries},upperdir=/mnt/upper,workdir=/mnt/work none ${libraries} &&
      rm ${libraries}/libzstd.so* ${libraries}/libssl.so* ${libraries}/libcrypto.so* && exec "$@"`;
    const result = runElsewhere({
      executable,
      hide: [workspace, sharedCache],
      under: ['sh', '-c', without, 'sh'],
    });
    assert.deepEqual([result.stdout, result.stderr, result.code], ['1. OpenSSL\na4abd444 True\n[]\n', '', 0]);
  },
);
