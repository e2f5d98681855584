// Executables where the machine does not help: nothing writable, nothing mounted, few descriptors, damaged bytes.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { buildStub, testPython, writeExecutable } from './packing.ts';

const python = testPython();
const stub = buildStub(python);
const folder = mkdtempSync(join(tmpdir(), 'oxd-hostile-'));
const program = join(folder, 'program');
const stubBytes = statSync(stub).size;
/** Enough to meet indexes, bytecode and libraries; a run of the fuzzing kind asks for more. */
const flips = Number(process.env['OXD_TEST_FLIPS'] ?? 12);
after(() => rmSync(folder, { recursive: true, force: true }));

/** Pure and compiled modules, a library that needs others, a child, a data file. */
const code = `
import ctypes, json, multiprocessing, os, sqlite3, ssl, subprocess, sys
if __name__ == '__main__':
    assert sqlite3.connect(':memory:').execute('select 6 * 7').fetchone() == (42,)
    assert open(json.__file__).readline()
    child = subprocess.run([sys.executable, '-c', 'import json, ssl; print(json.__name__)'], stdout=-1, text=True)
    print(child.stdout.strip(), ssl.OPENSSL_VERSION_INFO > (1,))`;
const expected = 'json True\n';

before(() => writeExecutable(python, { output: program, stub, run: { mode: 'eval', code } }));

suite('it runs', () => {
  /** `$1` is the executable, in a mount namespace of its own. */
  const rows: [where: string, script: string][] = [
    ['where few files may be open', 'ulimit -n 64; exec "$1"'],
    ['where memory is short', 'ulimit -v 600000; exec "$1"'],
    [
      'where everything is read-only and there is no /tmp',
      'mount --bind "$(dirname "$1")" /mnt && mount -t tmpfs -o ro none /tmp && mount -t tmpfs -o ro none /dev/shm && mount -o remount,bind,ro / && cd / && exec /mnt/program',
    ],
    [
      'where nothing on temporary disks may be executed',
      'mount --bind "$(dirname "$1")" /mnt && mount -t tmpfs -o noexec none /tmp && mount -t tmpfs -o noexec none /dev/shm && exec /mnt/program',
    ],
    ['without an environment', 'exec env -i "$1"'],
    ['without standard streams but one', 'exec "$1" <&- 2>&-'],
    ['in a folder that is gone', 'mkdir "$1.d" && cd "$1.d" && rmdir "$1.d" && exec "$1"'],
    ['under a name with a newline', 'cp "$1" "$1\n ü" && exec "$1\n ü"'],
    ['through a symbolic link', 'ln -s "$1" "$1.link" && exec "$1.link"'],
    ['through PATH', 'PATH="$(dirname "$1"):$PATH"; exec program'],
  ];
  for (const [where, script] of rows)
    test(where, () => {
      const result = spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', program], {
        encoding: 'utf8',
      });
      assert.deepEqual([result.stdout, result.stderr, result.status], [expected, '', 0]);
    });

  test('200 times at once', async () => {
    const ends = Array.from({ length: 200 }, async () => {
      const child = spawn(program, ['-c', 'import json, math; print(json.dumps(math.pi))'], {
        argv0: `${program}/bin/python3`,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      return new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
    });
    assert.deepEqual(new Set(await Promise.all(ends)), new Set([0]));
  });

  test('on after another file has taken its place', async () => {
    const replaced = join(folder, 'replaced');
    const other = join(folder, 'other');
    writeFileSync(other, 'another program');
    await writeExecutable(python, {
      output: replaced,
      stub,
      run: { mode: 'eval', code: `import os, sys\nos.rename(${JSON.stringify(other)}, sys.prefix)\n${code}` },
    });
    const result = spawnSync(replaced, { encoding: 'utf8' });
    assert.deepEqual([result.stdout, result.stderr, result.status], [expected, '', 0]);
  });
});

suite('it says what is wrong and ends with 70', () => {
  const damaged = join(folder, 'damaged');
  const size = (): number => statSync(program).size;
  /** Changes one byte of the file's copy. */
  const flip = (offset: number): void => {
    const bytes = readFileSync(damaged);
    bytes[offset] = (bytes[offset] ?? 0) ^ 0x40;
    writeFileSync(damaged, bytes);
  };
  const rows: [what: string, damage: () => void, says: RegExp][] = [
    [
      'half of it is missing',
      () => truncateSync(damaged, size() >> 1),
      /damaged.*(cannot run|copy it again)/s,
    ],
    ['its last bytes are missing', () => truncateSync(damaged, size() - 5000), /damaged.*copy it again/s],
    [
      'a module that it needs is damaged',
      () => {
        // The docstring stands in the source and in the bytecode; all but the bytecode is compressed.
        const text = Buffer.from('JSON (JavaScript Object Notation) <');
        const bytes = readFileSync(damaged);
        for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) bytes[at] = 0;
        writeFileSync(damaged, bytes);
      },
      /damaged: .*json\/.*copy it again/s,
    ],
    [
      'its configuration is damaged',
      () => flip(readFileSync(damaged).lastIndexOf('"pythonVersion"')),
      /damaged/,
    ],
  ];
  for (const [what, damage, says] of rows)
    test(what, () => {
      copyFileSync(program, damaged);
      damage();
      const result = spawnSync(damaged, { encoding: 'utf8' });
      assert.deepEqual([result.status, result.signal, result.stdout], [70, null, '']);
      assert.match(result.stderr, says);
      assert.ok(result.stderr.includes(damaged), result.stderr);
    });

  test('wherever one bit is wrong: it runs all the same or says so, and never crashes', () => {
    const { length } = readFileSync(program);
    let state = 1;
    for (let run = 0; run < flips; run++) {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      copyFileSync(program, damaged);
      // Behind the stub, whose code nobody checks.
      flip(stubBytes + Math.floor((state / 2 ** 31) * (length - stubBytes)));
      const result = spawnSync(damaged, { encoding: 'utf8' });
      const outcome = `${result.signal ?? result.status}`;
      if (outcome === '0') assert.equal(result.stdout, expected);
      else assert.ok(outcome === '70' && result.stderr.includes(damaged), `${outcome}: ${result.stderr}`);
    }
  });

  test('there is no /proc', () => {
    const script = 'umount -l /proc && exec "$1"';
    const result = spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', program], { encoding: 'utf8' });
    assert.deepEqual([result.status, result.stdout], [70, '']);
    assert.match(result.stderr, /\/proc is not mounted/);
  });
});
