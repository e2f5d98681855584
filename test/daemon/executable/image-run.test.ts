// Executables with a real CPython inside, judged by the plain interpreter.
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { InterpreterConfig } from '../../../daemon/executable/interpreter-config.ts';
import { buildStub, testPython, libraryLayer, memoryLayer, packFolder, writeExecutable } from './packing.ts';
import { sampleApplication } from './sample-application.ts';

const python = testPython();
const stub = buildStub(python);
const folder = mkdtempSync(join(tmpdir(), 'oxd image ü '));
after(() => rmSync(folder, { recursive: true, force: true }));

type Result = Pick<SpawnSyncReturns<string>, 'status' | 'signal' | 'stdout' | 'stderr'>;

const start = (program: string, args: readonly string[] = [], env: Record<string, string> = {}): Result =>
  spawnSync(program, args, {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', HOME: '/', ...env },
    cwd: folder,
  });

let programs = 0;
async function build(
  run: InterpreterConfig['run'],
  options: {
    readonly name?: string;
    readonly sources?: string;
    readonly config?: Partial<InterpreterConfig>;
  } = {},
): Promise<string> {
  const output = join(folder, options.name ?? `program-${++programs}`);
  const packed = options.sources === undefined ? undefined : packFolder(python, options.sources, '');
  const layers = packed === undefined ? [] : [memoryLayer(packed.files, packed.modules)];
  await writeExecutable(python, {
    output,
    stub,
    run,
    layers,
    ...(options.config && { config: options.config }),
  });
  return output;
}

const evaluate = async (code: string, config?: Partial<InterpreterConfig>): Promise<Result> =>
  start(await build({ mode: 'eval', code }, config && { config }));

/** Prints of the program, which must end well. */
function output(result: Result): string {
  assert.deepEqual({ status: result.status, stderr: result.stderr }, { status: 0, stderr: '' });
  return result.stdout.trimEnd();
}

// Each ends in the packed program exactly as it does in `python -I -S -c`.
const endings: [what: string, code: string][] = [
  ['nothing', ''],
  ['a number', 'import sys; sys.exit(3)'],
  ['a negative number', 'import sys; sys.exit(-1)'],
  ['no number', 'import sys; sys.exit()'],
  ['text', 'import sys; sys.exit("because")'],
  ['an object', 'import sys; sys.exit([1])'],
  ['an exception', 'raise ValueError("wrong")'],
  ['a bare SystemExit', 'raise SystemExit'],
  ['a syntax error', 'def f(:'],
  ['os._exit', 'import os; os._exit(7)'],
  ['an interrupt', 'import os, signal; os.kill(os.getpid(), signal.SIGINT)\nwhile True: pass'],
  ['a signal', 'import os, signal; os.kill(os.getpid(), signal.SIGTERM)'],
  ['exit functions', 'import atexit; atexit.register(print, "bye"); print("hello")'],
  ['a failing exit function', 'import atexit; atexit.register(lambda: 1/0); print("hello")'],
  [
    'a thread',
    'import threading, time; threading.Thread(target=lambda: (time.sleep(.05), print("late"))).start()',
  ],
  ['a finalizer', 'class A:\n def __del__(self): print("gone")\na = A()'],
  ['a suspended generator', 'def f():\n try: yield\n finally: print("closed")\ng = f(); next(g)'],
  ['a weak finalizer', 'import weakref\nclass A: pass\na = A(); weakref.finalize(a, print, "gone")'],
  ['an unflushed file', 'import sys; f = open("unflushed", "w"); f.write("x" * 10); print(1)'],
  ['a full disk', 'import sys; sys.stdout = open("/dev/full", "w"); print("x")'],
  ['a closed stdout', 'import sys; sys.stdout.close()'],
  ['no stdout', 'import sys; sys.stdout = None'],
  ['an exception hook', 'import sys; sys.excepthook = lambda *a: print("hook", a[0]); raise KeyError'],
  ['SIGPIPE', 'import signal; print(signal.getsignal(signal.SIGPIPE))'],
  [
    'a reader that is gone',
    'import os; r, w = os.pipe(); os.dup2(w, 1); os.close(r); os.close(w); print("x" * 100_000)',
  ],
  ['a reader that is gone at the end', 'import os; r, w = os.pipe(); os.dup2(w, 1); os.close(r); print("x")'],
  ['a number beyond a byte', 'import sys; sys.exit(256 + 3)'],
  ['an abort', 'import os; os.abort()'],
  [
    'what core files depend on',
    'import ctypes, resource; print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3), open("/proc/self/coredump_filter").read())',
  ],
];
for (const [what, code] of endings) {
  test(`ends as python does: ${what}`, async () => {
    const plain = start(python.executable, ['-I', '-S', '-c', code]);
    const left = readIfThere('unflushed');
    const packed = await evaluate(code);
    assert.deepEqual(packed, { ...packed, status: plain.status, signal: plain.signal, stdout: plain.stdout });
    assert.equal(packed.stderr.replace(/0x[0-9a-f]+/g, ''), plain.stderr.replace(/0x[0-9a-f]+/g, ''));
    assert.equal(readIfThere('unflushed'), left);
  });
}

function readIfThere(name: string): string | undefined {
  try {
    const content = readFileSync(join(folder, name), 'utf8');
    rmSync(join(folder, name));
    return content;
  } catch {
    return undefined;
  }
}

test('the whole standard library imports as it does in the plain interpreter', async () => {
  const skipped = ['antigravity', 'this', 'idlelib', 'turtledemo', 'ensurepip', 'test'];
  const code = `
import importlib, sys, warnings
warnings.simplefilter('ignore')
failed = []
for name in sorted(sys.stdlib_module_names - set(${JSON.stringify(skipped)})):
    try: importlib.import_module(name)
    except BaseException as error: failed.append(name)
print(len(sys.modules) > 200, *failed)`;
  const plain = start(python.executable, ['-I', '-S', '-c', code]);
  assert.equal(output(await evaluate(code)), plain.stdout.trimEnd());
});

test('an application finds itself, its data and its metadata', async () => {
  const sources = sampleApplication(join(folder, 'sources'));
  const program = await build({ mode: 'module', name: 'sample' }, { sources });
  rmSync(sources, { recursive: true });
  const report = JSON.parse(output(start(program, ['a b', '-x'])));
  assert.deepEqual(report, {
    argv: [program, 'a b', '-x'],
    name: '__main__',
    file: `${program}/sample/__main__.py`,
    cached: `${program}/sample/__pycache__/__main__.cpython-${python.version.replace('.', '')}.pyc`,
    package: 'sample',
    spec: 'sample.__main__',
    relative: 'from a sibling',
    siblingFile: `${program}/sample/sibling.py`,
    packagePath: [`${program}/sample`],
    open: 'größe',
    pkgutil: 'größe',
    resources: 'größe',
    resourceNames: ['__init__.py', '__main__.py', '__pycache__', 'data.txt', 'sibling.py'],
    version: '1.2.3',
    entryPoints: ['sample.sibling:run'],
    namespace: [`${program}/spread/part.py`],
    walked: ['sample', 'sample.__main__', 'sample.sibling', 'single'],
    source: 'def run():',
    isFrozen: false,
    pickled: true,
    reloaded: true,
    getData: true,
    zip: 'zipped',
    onDisk: 'disk',
  });
});

test('modules without source, packages that are compiled libraries', async () => {
  const sources = sampleApplication(join(folder, 'bare sources'));
  const { files, modules } = packFolder(python, sources, '');
  const bare = (path: string) => path.replace(/__pycache__\/([^.]+)\.cpython-\d+\.pyc$/, '$1.pyc');
  const library = readdirSync(python.dynload).find((name) => name.startsWith('_bisect.')) ?? '';
  const content = { at: 'file', path: join(python.dynload, library) } as const;
  // A library named as mypyc names them; it has to be a copy of one whose init function fits.
  const compiled = `_bisect/__init__.${library.slice('_bisect.'.length)}`;
  const layer = memoryLayer(
    [
      ...files
        .filter(({ path }) => !path.endsWith('.py'))
        .map((file) => ({ ...file, path: bare(file.path) })),
      { path: `other/${compiled}`, content, executable: false, compress: false },
    ],
    [
      ...modules.map(({ name, isPackage, has }) => {
        const bytecode = has.kind === 'python' ? (has.bytecode ?? []).map((path) => path && bare(path)) : [];
        return { name, isPackage, has: { kind: 'python', bytecode } } as const;
      }),
      { name: 'other._bisect', isPackage: false, has: { kind: 'extension', library: `other/${compiled}` } },
    ],
  );
  const code = `
import sample.sibling, sample, other._bisect, traceback
print(sample.sibling.run(), sample.sibling.__file__, sample.sibling.__cached__, sample.__path__)
print(sample.sibling.run.__code__.co_filename, type(sample.sibling.__loader__).__mro__[1].__name__)
print(other._bisect.__path__, other._bisect.bisect_right([1, 2], 1))`;
  const program = join(folder, 'bare');
  await writeExecutable(python, { output: program, stub, run: { mode: 'eval', code }, layers: [layer] });
  assert.deepEqual(output(start(program)).split('\n'), [
    `from a sibling ${program}/sample/sibling.pyc ${program}/sample/sibling.pyc ['${program}/sample']`,
    `${program}/sample/sibling.py SourcelessFileLoader`,
    `['${program}/other/_bisect'] 1`,
  ]);
});

test('tracebacks show packed source lines', async () => {
  const result = await evaluate('import json; json.loads("{")');
  assert.equal(result.status, 1);
  assert.match(
    result.stderr,
    /\/lib\/python3\.\d+\/json\/decoder\.py", line \d+, in decode\n {4}obj, end = self\.raw_decode/,
  );
  // An import that fails shows no frames of importlib.
  const importing = await evaluate('import sys; sys.modules["re"] = None; import json');
  assert.doesNotMatch(importing.stderr, /importlib/);
});

test('sources are read as from disk', async () => {
  const code = 'import inspect, json; print(inspect.getsource(json))';
  assert.equal(
    output(await evaluate(code)),
    readFileSync(join(python.stdlib, 'json/__init__.py'), 'utf8').trimEnd(),
  );
});

test('sys.executable is an interpreter with the same modules', async () => {
  const code = `
import subprocess, sys, multiprocessing
from concurrent.futures import ProcessPoolExecutor
if __name__ == '__main__':
    print(sys.executable)
    print(subprocess.check_output([sys.executable, '-c', 'import sys, json; print(sys.argv, json.__file__)', 'x'], text=True), end='')
    print(subprocess.check_output([sys.executable, '-m', 'json.tool', '--compact'], input='{"a": 1}', text=True), end='')
    print(subprocess.check_output([sys.executable, '-'], input='print(6 * 7)', text=True), end='')
    for method in ('fork', 'spawn', 'forkserver'):
        with multiprocessing.get_context(method).Pool(2) as pool: print(method, pool.map(abs, [-1, -2]))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context('spawn')) as executor: print(list(executor.map(abs, [-3])))`;
  for (const sysFrozen of [false, true]) {
    const program = await build({ mode: 'eval', code }, { config: { sysFrozen } });
    assert.deepEqual(output(start(program)).split('\n'), [
      `${program}/bin/python3`,
      `['-c', 'x'] ${program}/lib/python${python.version}/json/__init__.py`,
      '{"a":1}',
      '42',
      'fork [1, 2]',
      'spawn [1, 2]',
      'forkserver [1, 2]',
      '[3]',
    ]);
  }
});

/** What the plain interpreter makes of it with the seed 7. */
const plainHash = (text: string): string =>
  start(python.executable, ['-S', '-c', `import sys; print(sys.flags.hash_randomization, hash("${text}"))`], {
    PYTHONHASHSEED: '7',
  }).stdout.trimEnd();

const settings: [config: Partial<InterpreterConfig>, code: string, expected: string][] = [
  [{}, 'sys.oxidized, hasattr(sys, "frozen"), hasattr(sys, "_MEIPASS")', 'True False False'],
  [{ sysFrozen: true }, 'sys.frozen', 'True'],
  [
    { sysMeipass: true },
    'sys._MEIPASS == __import__("os").path.dirname(__import__("os").path.realpath("/proc/self/exe"))',
    'True',
  ],
  [{}, 'sys.flags.isolated, sys.flags.no_site, sys.flags.dont_write_bytecode', '1 1 1'],
  [{ optimizationLevel: 2 }, 'sys.flags.optimize, __debug__', '2 False'],
  [{ siteImport: true }, 'sys.flags.no_site, "site" in sys.modules', '0 True'],
  [{ useEnvironment: true }, 'sys.flags.ignore_environment', '0'],
  [{ writeBytecode: true }, 'sys.dont_write_bytecode', 'False'],
  [{ unbufferedStdio: true }, 'sys.stdout.write_through', 'True'],
  [{ bytesWarning: 1 }, 'sys.flags.bytes_warning', '1'],
  [{ developmentMode: true }, 'sys.flags.dev_mode', 'True'],
  [{ utf8Mode: true }, 'sys.flags.utf8_mode', '1'],
  [{ hashSeed: 7 }, 'sys.flags.hash_randomization, hash("a")', plainHash('a')],
  [{ stdioEncoding: 'latin-1:replace' }, 'sys.stdout.encoding, sys.stdout.errors', 'iso8859-1 replace'],
  [{ searchPaths: ['$ORIGIN/lib', '/x'] }, 'sys.path[:2]', `['${folder}/lib', '/x']`],
  [{ parserDebug: false, quiet: true }, 'sys.flags.quiet', '1'],
];
for (const [config, code, expected] of settings)
  test(`setting ${JSON.stringify(config)}`, async () =>
    assert.equal(output(await evaluate(`import sys; print(${code})`, config)), expected));

test('names of loaded modules are written where the variable says', async () => {
  const program = await build(
    { mode: 'eval', code: 'import json' },
    { config: { writeModulesDirectoryEnv: 'WRITE_MODULES' } },
  );
  const target = join(folder, 'modules');
  mkdirSync(target);
  output(start(program, [], { WRITE_MODULES: target }));
  const [name] = readdirSync(target);
  assert.match(name ?? '', /^modules-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const lines = readFileSync(join(target, name ?? ''), 'utf8')
    .trimEnd()
    .split('\n');
  assert.ok(lines.includes('json.decoder') && lines.includes('sys'), lines.join());
  assert.deepEqual(lines, lines.toSorted());
});

test('a script beside the executable, and standard input as a program', async () => {
  const sources = join(folder, 'scripts');
  mkdirSync(sources);
  execFileSync('sh', ['-c', `echo 'import sys; print(__name__, sys.argv[1:])' > scripts/hello.py`], {
    cwd: folder,
  });
  const program = await build({ mode: 'file', path: '$ORIGIN/scripts/hello.py' });
  assert.equal(output(start(program, ['x'])), "__main__ ['x']");
  const prompt = await build({ mode: 'repl' });
  const result = spawnSync(prompt, { input: 'print(6 * 7)\n', encoding: 'utf8' });
  assert.equal(result.stdout, '42\n');
});

test('a missing module to run is an error of the program', async () => {
  const result = start(await build({ mode: 'module', name: 'nowhere' }));
  assert.equal(result.status, 1);
  assert.match(result.stderr, /No module named 'nowhere'/);
});

test('the executable may be moved, linked to and deleted', async () => {
  const code = 'import os, sys; os.remove(sys.prefix); import json, email.message; print(json.__file__)';
  const program = await build({ mode: 'eval', code }, { name: "it's\n ünusual" });
  const moved = join(folder, 'moved');
  renameSync(program, moved);
  assert.equal(output(start(moved)), `${moved}/lib/python${python.version}/json/__init__.py`);
});

test(
  'a libpython that is packed and loaded from memory',
  { skip: python.library === undefined },
  async () => {
    const program = join(folder, 'shared');
    const { layer, sharedLibrary } = libraryLayer(python);
    await writeExecutable(python, {
      output: program,
      stub: buildStub(python, 'shared'),
      layers: [layer],
      run: { mode: 'eval', code: 'import sys, math, ssl, json; print(math.pi, json.__file__); sys.exit(5)' },
      config: { sharedLibrary },
    });
    const result = start(program);
    assert.deepEqual(result, { ...result, status: 5, stderr: '' });
    assert.equal(
      result.stdout,
      `3.141592653589793 ${program}/lib/python${python.version}/json/__init__.py\n`,
    );
  },
);
