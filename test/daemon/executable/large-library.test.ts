// Packed libraries that are mapped from the executable, where the machine or the file is not as usual.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { nativePath, writeNativeProgram } from './native-module.ts';
import { buildStub, testPython } from './packing.ts';

const python = testPython();
const folder = mkdtempSync(join(tmpdir(), 'oxd-large-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const program = join(folder, 'program');
before(() => writeNativeProgram(python, buildStub(python), folder));

const constant = 'a constant of the module that is large';
/** Uses the module, and says from which file its code is: that of the executable ("own") or another. */
const use = `
import os, box.native
print(box.native.answer())
at, own = box.native.address(), os.stat('/proc/self/exe')
for line in open('/proc/self/maps'):
    start, end = (int(number, 16) for number in line.split()[0].split('-'))
    if start <= at < end: print('own' if int(line.split()[4]) == own.st_ino else line.split()[5])
`;
const mapped = `${constant}\nown\n`;

suite('the code is that of the running file', () => {
  /** `$1` is a copy of the executable that may be changed, `$2` what it runs. In a mount namespace of its own. */
  const rows: [what: string, script: string, before: string][] = [
    [
      'whose name another program has',
      'exec "$1" "$2"',
      `import os, shutil, sys
shutil.copyfile(sys.prefix, sys.prefix + '.new')
with open(sys.prefix + '.new', 'r+b') as f:
    length = f.seek(0, 2)
    f.seek(length // 2)
    f.write(bytes(length - length // 2))
os.replace(sys.prefix + '.new', sys.prefix)`,
    ],
    ['that was renamed', 'exec "$1" "$2"', `import os, sys; os.rename(sys.prefix, sys.prefix + '.old')`],
    ['that was deleted', 'exec "$1" "$2"', 'import os, sys; os.unlink(sys.prefix)'],
    [
      'on a file system that was unmounted lazily',
      'mount -t tmpfs none /mnt && cp "$1" /mnt/program && exec /mnt/program "$2"',
      `import os; assert os.system('umount -l /mnt') == 0 and not os.path.exists('/mnt/program')`,
    ],
    [
      'on an overlay',
      `mount -t tmpfs none /mnt && mkdir /mnt/lower /mnt/upper /mnt/work /mnt/all && cp "$1" /mnt/lower/program &&
       mount -t overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work none /mnt/all && exec /mnt/all/program "$2"`,
      '',
    ],
    ['that nobody may write to', 'chmod 555 "$1" && exec "$1" "$2"', ''],
  ];
  for (const [what, script, first] of rows)
    test(what, () => {
      const copy = join(folder, 'copy');
      rmSync(copy, { force: true });
      copyFileSync(program, copy);
      const result = spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', copy, `${first}\n${use}`], {
        encoding: 'utf8',
      });
      assert.deepEqual([result.stdout, result.stderr, result.status], [mapped, '', 0]);
    });
});

test('a program that may be executed and not read copies it', () => {
  const script = `mount -t tmpfs -o mode=755 none /mnt && cp "$1" /mnt/program && chmod 711 /mnt/program &&
    exec setpriv --reuid 65534 --clear-groups /mnt/program "$2"`;
  const code = 'import box.native; print(box.native.answer())';
  const result = spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', program, code], {
    encoding: 'utf8',
  });
  assert.deepEqual([result.stdout, result.stderr, result.status], [`${constant}\n`, '', 0]);
});

test('one wrong bit in it is an ImportError that names it', () => {
  const damaged = join(folder, 'damaged');
  const bytes = readFileSync(program);
  const at = bytes.indexOf(constant);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(damaged, bytes, { mode: 0o755 });
  const code = `try: import box.native\nexcept ImportError as e: print(e)`;
  const result = spawnSync(damaged, [code], { encoding: 'utf8' });
  assert.deepEqual([result.stderr, result.status, result.signal], ['', 0, null]);
  assert.match(result.stdout, new RegExp(`"${RegExp.escape(nativePath(python))}" in it is damaged`));
});

suite('where the kernel has no files in memory', () => {
  /** Starts a program for which memfd_create fails with EPERM, as under a container's filter of system calls. */
  const filter = `
import ctypes, os, struct, sys
load, equal, give = 0x20, 0x15, 0x06
steps = [(load, 0, 0, 0), (equal, 0, 1, 319), (give, 0, 0, 0x00050001), (give, 0, 0, 0x7fff0000)]
code = b''.join(struct.pack('HBBI', *step) for step in steps)
room = ctypes.create_string_buffer(code)
filter = ctypes.create_string_buffer(struct.pack('HxxxxxxP', len(steps), ctypes.addressof(room)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(filter)) == 0, ctypes.get_errno()
os.execv(sys.argv[1], sys.argv[1:])`;
  const cache = join(folder, 'cache');
  const run = () =>
    spawnSync(python.executable, ['-c', filter, program, use], {
      encoding: 'utf8',
      env: { XDG_CACHE_HOME: cache, OXD_DEBUG: '1' },
    });
  const kept = join(cache, 'oxd-libraries');
  const expectKept = (result: ReturnType<typeof run>): string => {
    const [file] = readdirSync(kept).filter((name) => name.endsWith('native.so'));
    assert.ok(file !== undefined, 'nothing kept');
    const path = join(kept, file);
    assert.deepEqual([result.stdout, result.status], [`${constant}\n${path}\n`, 0], result.stderr);
    assert.deepEqual(readFileSync(path), readFileSync(join(folder, 'native.so')));
    return path;
  };

  test('a private folder keeps it, and the program says so', () => {
    const result = run();
    expectKept(result);
    assert.equal(statSync(kept).mode & 0o777, 0o700);
    assert.equal(result.stderr, `oxd: memory may not be executed here; libraries are kept in "${kept}"\n`);
  });

  test('and a file there that is not what it says is written again', () => {
    const path = expectKept(run());
    const bytes = readFileSync(path);
    const at = bytes.indexOf(constant);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    rmSync(path);
    writeFileSync(path, bytes, { mode: 0o500 });
    expectKept(run());
  });
});
