// What debuggers, crash reports and /proc show of a packed library whose code is mapped from the executable.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, before, suite, test } from 'node:test';
import { nativePath, writeNativeProgram } from './native-module.ts';
import { buildStub, testPython } from './packing.ts';

const python = testPython();
const folder = mkdtempSync(join(tmpdir(), 'oxd-debugger-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const program = join(folder, 'program');
const virtual = join(program, nativePath(python));
/** Where a user would put a copy of the libraries for a debugger. */
const copies = join(folder, 'copies');

before(async () => {
  await writeNativeProgram(python, buildStub(python), folder);
  mkdirSync(copies);
  copyFileSync(join(folder, 'native.so'), join(copies, 'native.so'));
});

const hasGdb = spawnSync('gdb', ['--version']).status === 0;
const withGdb = { skip: hasGdb ? false : 'gdb is not installed' };
/** A debugger that waits for something would wait for ever. */
const timeout = { timeout: 60_000, killSignal: 'SIGKILL' } as const;
const lines = (text: string): string[] => text.split('\n');

function gdb(commands: readonly string[], target: readonly string[]): string {
  const settings = ['set debuginfod enabled off', 'set confirm off'].flatMap((line) => ['-iex', line]);
  const all = [...settings, ...commands.flatMap((line) => ['-ex', line]), ...target];
  const result = spawnSync('gdb', ['-batch', '-nx', ...all], { encoding: 'utf8', ...timeout });
  assert.equal(result.signal, null, `gdb did not end: ${result.stdout}${result.stderr}`);
  return `${result.stdout}${result.stderr}`;
}

suite('gdb', withGdb, () => {
  const code = 'import box.native; print(box.native.trap(), flush=True)';
  const loaded = new RegExp(`No +${RegExp.escape(virtual)}$`, 'm');

  test('runs it to its end, stops in a packed library and names it', () => {
    const shown = gdb(['run', 'info sharedlibrary', 'continue'], ['--args', program, code]);
    assert.match(shown, /received signal SIGTRAP/);
    assert.match(shown, loaded);
    assert.ok(lines(shown).includes('42'), shown);
    assert.match(shown, /exited normally/);
  });

  test('shows functions, lines and arguments where it has a copy of the library', () => {
    const search = `set solib-search-path ${copies}`;
    // It looks at the names again when it is told to.
    const commands = [search, 'run', 'sharedlibrary', 'backtrace', 'continue'];
    const shown = gdb(commands, ['--args', program, code]);
    assert.match(shown, /in stop_here \(\) at .*native-module\.c:\d+/);
    assert.match(shown, /in trap \(self=.*\) at .*native-module\.c:\d+/);
    assert.match(shown, /exited normally/);
  });

  test(
    'attaches to a program that waits in a packed library, and lets it go',
    { timeout: 60_000 },
    async () => {
      const waits = 'import box.native; print("here", flush=True); print(box.native.wait_for_input())';
      const child = spawn(program, [waits], { stdio: ['pipe', 'pipe', 'inherit'] });
      child.stdout.setEncoding('utf8');
      const said: string[] = [];
      const begun = new Promise((resolve) => child.stdout.once('data', resolve));
      child.stdout.on('data', (text: string) => said.push(text));
      const ended = new Promise((resolve) => child.once('close', resolve));
      await begun;
      // It says so before it waits: read(0, …) is system call 0.
      while (!readFileSync(`/proc/${child.pid}/syscall`, 'utf8').startsWith('0 0x0 ')) await setTimeout(10);
      const search = `set solib-search-path ${copies}`;
      const commands = [search, 'info sharedlibrary', 'backtrace', 'detach'];
      const shown = gdb(commands, ['-p', String(child.pid)]);
      assert.ok(shown.includes(virtual), shown);
      assert.match(shown, /in wait_here \(\) at .*native-module\.c:\d+/);
      child.stdin.end('x');
      assert.equal(await ended, 0);
      assert.equal(said.join(''), 'here\n1\n');
    },
  );
});

suite('a crash in a packed library', () => {
  const crash = 'import box.native\ndef deeper():\n    box.native.crash()\ndeeper()';
  const run = (source: string, environment: Record<string, string> = {}) =>
    spawnSync(program, [source], { encoding: 'utf8', env: { ...environment }, ...timeout });

  test('gives a traceback that names the module', () => {
    const result = run(`import faulthandler; faulthandler.enable()\n${crash}`);
    assert.equal(result.signal, 'SIGSEGV');
    assert.match(result.stderr, /^Fatal Python error: Segmentation fault\n/);
    assert.match(result.stderr, /File "<string>", line 4 in deeper\n/);
    if (python.version !== '3.10') assert.match(result.stderr, /Extension modules: .*box\.native/);
  });

  test('and none where the environment is not to be listened to', () => {
    const result = run(crash, { PYTHONFAULTHANDLER: '1' });
    assert.deepEqual([result.signal, result.stderr], ['SIGSEGV', '']);
  });

  test('dump_traceback works from within', () => {
    const result = run('import faulthandler, sys\ndef inner(): faulthandler.dump_traceback()\ninner()');
    assert.deepEqual([result.status, result.signal], [0, null]);
    assert.match(result.stderr, /File "<string>", line 2 in inner\n/);
  });

  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
  const elsewhere = /[/|]/.test(pattern) ? `core files go to "${pattern}"` : false;
  test('leaves a core file that gdb reads', { skip: hasGdb ? elsewhere : withGdb.skip }, () => {
    const work = join(folder, 'work');
    mkdirSync(work);
    const script = 'ulimit -c unlimited && exec "$@"';
    const result = spawnSync('sh', ['-c', script, 'sh', program, crash], { cwd: work, ...timeout });
    assert.equal(result.signal, 'SIGSEGV');
    const [core] = readdirSync(work);
    assert.ok(core !== undefined, 'no core file');
    // Private pages alone: neither what is packed nor the holes of libraries.
    const limit = statSync(program).size * 2;
    assert.ok(statSync(join(work, core)).blocks * 512 < limit, `${statSync(join(work, core)).blocks} blocks`);
    const shown = gdb(
      [`set solib-search-path ${copies}`, `core-file ${join(work, core)}`, 'info sharedlibrary', 'backtrace'],
      [program],
    );
    assert.ok(shown.includes(join(copies, 'native.so')), shown);
    assert.match(shown, /crash_here \(at=.*\) at .*native-module\.c:\d+/);
    assert.match(shown, /in crash \(self=.*\) at .*native-module\.c:\d+/);
  });
});

test('/proc shows the code of a packed library as a part of the executable, and no memory for it', () => {
  const code = `import box.native, os
at = box.native.address()
for line in open('/proc/self/maps'):
    start, end = (int(number, 16) for number in line.split()[0].split('-'))
    if start <= at < end: print(line.split()[1], line.split()[5])
print(*[line.split()[5] for line in open('/proc/self/maps') if 'memfd' in line and 'x' in line.split()[1]])`;
  const result = spawnSync(program, [code], { encoding: 'utf8', ...timeout });
  assert.deepEqual([result.stderr, lines(result.stdout)[0]], ['', `r-xp ${program}`]);
});
