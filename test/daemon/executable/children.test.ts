// Programs that start themselves: multiprocessing in each of its ways, and the packed interpreter as a command.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { InterpreterConfig } from '../../../daemon/executable/interpreter-config.ts';
import { buildStub, memoryLayer, packFolder, testPython, writeExecutable } from './packing.ts';

const python = testPython();
const stub = buildStub(python);
const folder = mkdtempSync(join(tmpdir(), 'oxd-children-'));
const sources = join(folder, 'sources');
after(() => rmSync(folder, { recursive: true, force: true }));

// Workers are functions of the main module: a spawned child has to import that again, under the name __mp_main__. A
// package's __main__ is not imported again by any Python.
const main = `
import multiprocessing, os, sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import managers, shared_memory

def square(x): return x * x
def put(queue, x): queue.put((x, __name__ == "__main__"))
def fill(name):
    block = shared_memory.SharedMemory(name)
    block.buf[0] = 7
    block.close()

if __name__ == "__main__":
    method = os.environ["METHOD"]
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool: print(pool.map(square, range(4)))
    queue = context.Queue()
    child = context.Process(target=put, args=(queue, 5))
    child.start()
    print(queue.get()[0], child.join(), child.exitcode)
    with context.Manager() as manager:
        items = manager.list([1])
        with ProcessPoolExecutor(1, mp_context=context) as executor:
            executor.submit(items.append, 2).result()
            print(list(items), list(executor.map(square, [3])))
    block = shared_memory.SharedMemory(create=True, size=16)
    child = context.Process(target=fill, args=(block.name,))
    child.start(); child.join()
    print(block.buf[0], block.close(), block.unlink())
    with managers.SharedMemoryManager() as manager: print(list(manager.ShareableList([1, "a"])))
    lock = context.Lock()
    with lock: print(lock.acquire(block=False))
`;
const printed = "[0, 1, 4, 9]\n5 None 0\n[1, 2] [9]\n7 None None\n[1, 'a']\nFalse\n";

const files: Record<string, string> = {
  'app/__init__.py': '',
  'app/cli.py': main,
  'tool.py': 'import sys\nif __name__ == "__main__": print("tool", sys.argv[1:])\n',
};

let programs = 0;
async function build(
  run: InterpreterConfig['run'],
  config: Partial<InterpreterConfig> = {},
): Promise<string> {
  const output = join(folder, `program-${++programs}`);
  const { files: layerFiles, modules } = packFolder(python, sources, '');
  await writeExecutable(python, {
    output,
    stub,
    layers: [memoryLayer(layerFiles, modules)],
    run,
    config,
  });
  return output;
}

const start = (
  program: string,
  options: { readonly args?: readonly string[]; readonly input?: string; readonly argv0?: string } & {
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
) =>
  spawnSync(program, options.args ?? [], {
    cwd: folder,
    encoding: 'utf8',
    argv0: options.argv0 ?? program,
    timeout: 20_000,
    input: options.input ?? '',
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...options.environment },
  });

before(() => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(sources, path)), { recursive: true });
    writeFileSync(join(sources, path), content);
  }
  writeFileSync(join(folder, 'script.py'), main);
});

suite('multiprocessing', () => {
  const runs: [what: string, run: InterpreterConfig['run']][] = [
    ['a module', { mode: 'module', name: 'app.cli' }],
    ['a script beside it', { mode: 'file', path: '$ORIGIN/script.py' }],
  ];
  for (const [what, run] of runs)
    for (const sysFrozen of [false, true])
      test(`${what} runs, sys.frozen is ${sysFrozen}`, async () => {
        const program = await build(run, { sysFrozen });
        for (const METHOD of ['fork', 'spawn', 'forkserver']) {
          const { stdout, stderr, status } = start(program, { environment: { METHOD } });
          assert.deepEqual([stdout, stderr, status], [printed, '', 0], METHOD);
        }
      });
});

// The tracker is a process of its own, which outlives a program that is killed and removes what that left.
const leaking = `
import os, signal
from multiprocessing import resource_tracker, shared_memory
block = shared_memory.SharedMemory(create=True, size=16)
tracker = resource_tracker._resource_tracker._pid
of = lambda pid: os.readlink(f"/proc/{pid}/exe")
print(os.path.exists("/dev/shm/" + block.name), tracker != os.getpid(), of(tracker) == of("self"))
print(open(f"/proc/{tracker}/cmdline").read().split("\\0")[0], block.name, sep="\\n", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
`;

test('the resource tracker removes and reports the shared memory of a killed program', async () => {
  const program = await build({ mode: 'eval', code: leaking });
  // Ends when the tracker does: that has the same standard error.
  const { stdout, stderr, signal } = start(program);
  assert.equal(signal, 'SIGKILL', stderr);
  const [seen, command, name = ''] = stdout.split('\n');
  assert.deepEqual([seen, command], ['True True True', `${program}/bin/python3`]);
  assert.match(stderr, /resource_tracker: There appear to be 1 leaked shared_memory objects/);
  assert.match(name, /^psm_/);
  assert.ok(!existsSync(`/dev/shm/${name}`));
});

suite('sys.executable as a command', () => {
  let program = '';
  let argv0 = '';
  before(async () => {
    program = await build({ mode: 'eval', code: 'print("the program")' });
    argv0 = `${program}/bin/python3`;
  });
  const rows: [args: readonly string[], input: string, stdout: RegExp, status: number][] = [
    [['-c', 'import sys; print(sys.argv)', 'x', '-y'], '', /^\['-c', 'x', '-y'\]\n$/, 0],
    [['-m', 'tool', '-x'], '', /^tool \['-x'\]\n$/, 0],
    [['-m', 'json.tool', '--compact'], '{"a": 1}', /^\{"a":1\}\n$/, 0],
    [['-', 'x'], 'import sys; print(sys.argv)', /^\['-', 'x'\]\n$/, 0],
    [[], 'print(6 * 7)', /^42\n$/, 0],
    [['probe.py', 'x'], '', /^\['probe.py', 'x'\] .*probe\.py True\n$/, 0],
    [['-V'], '', /^Python 3\.\d+\.\d+\n$/, 0],
    [['-c', 'raise SystemExit(3)'], '', /^$/, 3],
    [['-m', 'nowhere'], '', /^$/, 1],
    [['none.py'], '', /^$/, 2],
    [['-Ic', 'import sys; print(sys.flags.isolated)'], '', /^1\n$/, 0],
  ];
  for (const [args, input, stdout, status] of rows)
    test(args.join(' ') || 'a program on standard input', () => {
      writeFileSync(
        join(folder, 'probe.py'),
        'import os, sys; print(sys.argv, __file__, sys.path[0] == os.getcwd())',
      );
      const result = start(program, { args, input, argv0 });
      assert.equal(result.status, status, result.stderr);
      assert.match(result.stdout, stdout);
    });

  test('PYTHON variables count only where the config allows them', async () => {
    const code = 'import sys; print(sys.flags.optimize, sys.flags.utf8_mode, "/x" in sys.path)';
    const environment = { PYTHONOPTIMIZE: '2', PYTHONUTF8: '1', PYTHONPATH: '/x' };
    for (const useEnvironment of [false, true]) {
      const other = await build({ mode: 'eval', code }, { useEnvironment });
      const expected = useEnvironment ? '2 1 True\n' : '0 0 False\n';
      const asPython = { args: ['-c', code], argv0: `${other}/bin/python3` };
      assert.equal(start(other, { environment }).stdout, expected);
      assert.equal(start(other, { environment, ...asPython }).stdout, expected);
    }
  });

  test('two executables in one tree of processes', async () => {
    const inner = `
import subprocess, sys
code = "import sys, json; print(json.__file__.startswith(sys.prefix), sys.prefix)"
subprocess.run([sys.executable, "-c", code])`;
    const second = await build({ mode: 'eval', code: inner });
    const code = `${inner}\nsubprocess.run([${JSON.stringify(second)}])\nsubprocess.run([sys.executable, "-c", code])`;
    const first = await build({ mode: 'eval', code });
    const { stdout, stderr } = start(first);
    assert.deepEqual([stdout, stderr], [`True ${first}\nTrue ${second}\nTrue ${first}\n`, '']);
  });
});
