// Each setting of the interpreter, seen by the program that is packed with it.
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { InterpreterConfig } from '../../../daemon/executable/interpreter-config.ts';
import { buildStub, testPython, writeExecutable } from './packing.ts';

const python = testPython();
const stub = buildStub(python);
const folder = mkdtempSync(join(tmpdir(), 'oxd settings '));
const program = join(folder, 'program');
after(() => rmSync(folder, { recursive: true, force: true }));

type Settings = Partial<InterpreterConfig>;
type Start = {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly argv0?: string;
};

/** Packs a program with the settings and runs it. One file for all: only what is behind it in the image changes. */
async function run(
  config: Settings,
  code: string,
  { args = [], environment = {}, argv0 = program }: Start = {},
): Promise<SpawnSyncReturns<string>> {
  await writeExecutable(python, {
    output: program,
    stub,
    run: { mode: 'eval', code: `import sys, os\n${code}` },
    config,
  });
  return spawnSync(program, args, {
    argv0,
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...environment },
  });
}

/** What `print(EXPRESSION)` prints with the settings; without them it has to print something else. */
function check(config: Settings, expression: string, expected: string, start?: Start): void {
  test(`${JSON.stringify(config)}: ${expression}`, async () => {
    const result = await run(config, `print(${expression})`, start);
    assert.deepEqual([result.stdout.trimEnd(), result.stderr], [expected, '']);
    const without = await run({}, `print(${expression})`, start);
    assert.notEqual(without.stdout.trimEnd(), expected);
  });
}

const allocatorName = `getattr(__import__('_testcapi'), 'pymem_getallocatorsname', None) or __import__('_testinternalcapi').pymem_getallocatorsname`;

suite('values', () => {
  check({ argvb: true }, 'getattr(sys, "argvb", None)', `[b'${program}', b'a \\xc3\\xbc']`, {
    args: ['a ü'],
  });
  check({ allocator: 'malloc' }, `(${allocatorName})()`, 'malloc');
  check({ allocator: 'py-malloc-debug' }, `(${allocatorName})()`, 'pymalloc_debug');
  check({ parseArgv: true, xOptions: ['a=b'] }, 'sys._xoptions', "{'a': 'b', 'c': True}", { args: ['-Xc'] });
  check({ xOptions: ['dev'] }, 'sys.flags.dev_mode, __import__("faulthandler").is_enabled()', 'True True');
  check({ xOptions: ['utf8'] }, 'sys.flags.utf8_mode', '1');
  check({ xOptions: ['tracemalloc=3'] }, '__import__("tracemalloc").get_traceback_limit()', '3');
  check({ warnOptions: ['error::ResourceWarning'] }, 'sys.warnoptions', "['error::ResourceWarning']");
  check({ faultHandler: true }, '__import__("faulthandler").is_enabled()', 'True');
  check({ tracemalloc: true }, '__import__("tracemalloc").is_tracing()', 'True');
  check({ checkHashPycsMode: 'always' }, '__import__("_imp").check_hash_based_pycs', 'always');
  check(
    { filesystemEncoding: 'latin-1', filesystemErrors: 'strict' },
    'sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()',
    'iso8859-1 strict',
  );
  check({ configureLocale: false }, '__import__("locale").setlocale(0)', 'C');
  check({ home: '$ORIGIN/h' }, 'sys.prefix', `${folder}/h`);
  check({ prefix: '$ORIGIN/p' }, 'sys.prefix', `${folder}/p`);
  check(
    { basePrefix: '/bp', baseExecPrefix: '/be', execPrefix: '/e' },
    'sys.base_prefix, sys.base_exec_prefix, sys.exec_prefix',
    '/bp /be /e',
  );
  check(
    { executable: '$ORIGIN/other', baseExecutable: '/b' },
    'sys.executable, sys._base_executable',
    `${folder}/other /b`,
  );
  check({ pycachePrefix: '/c' }, 'sys.pycache_prefix', '/c');
  check(
    { pythonPathEnv: '/one:$ORIGIN/two', searchPaths: ['/x'] },
    'sys.path[:3]',
    `['/x', '/one', '${folder}/two']`,
  );
  check({ useEnvironment: true }, 'sys.path[:2]', "['/from', '/it']", {
    environment: { PYTHONPATH: '/from:/it' },
  });
  check({ useEnvironment: true }, '__import__("faulthandler").is_enabled()', 'True', {
    environment: { PYTHONFAULTHANDLER: '1' },
  });
  check({ useEnvironment: true }, 'sys.flags.dev_mode', 'True', { environment: { PYTHONDEVMODE: '1' } });
  check({ terminfoDirs: '/a:$ORIGIN/b' }, 'os.environ.get("TERMINFO_DIRS")', `/a:${folder}/b`);
  for (const method of ['spawn', 'forkserver'] as const)
    check({ multiprocessingStartMethod: method }, '__import__("multiprocessing").get_start_method()', method);
});

suite('what is seen from outside', () => {
  const rows: [
    config: Settings,
    code: string,
    start: Start,
    expected: Partial<SpawnSyncReturns<string>>,
    stderr: RegExp,
  ][] = [
    [
      { multiprocessingStartMethod: 'spawn' },
      'import multiprocessing as m; m.set_start_method("fork"); print(m.get_start_method())',
      {},
      { stdout: 'fork\n' },
      /^$/,
    ],
    // Frozen into libpython since 3.11.
    [
      {},
      'import codecs; print([m.__file__.startswith(sys.prefix + "/lib/python") for m in (os, codecs)])',
      {},
      { stdout: '[True, True]\n' },
      /^$/,
    ],
    [{ importTime: true }, 'pass', {}, { status: 0 }, /import time: +self \[us\]/],
    [{ mallocStats: true }, 'pass', {}, { status: 0 }, /arenas allocated total/],
    [
      { faultHandler: true },
      'os.kill(os.getpid(), 11)',
      {},
      { signal: 'SIGSEGV' },
      /Segmentation fault[^]*line 2 in <module>/,
    ],
    [{ installSignalHandlers: false }, 'os.kill(os.getpid(), 2)', {}, { signal: 'SIGINT' }, /^$/],
    [
      { coerceCLocaleWarn: true, coerceCLocale: 'LC_CTYPE' },
      'print(os.environ["LC_CTYPE"])',
      { environment: { LANG: 'C' } },
      { stdout: 'C.UTF-8\n' },
      /Python detected LC_CTYPE=C/,
    ],
    [
      { parseArgv: true },
      'print(sys.dont_write_bytecode, sys.flags.verbose, sys.argv[1:])',
      { args: ['-q', 'x', '-v'] },
      { stdout: "True 0 ['x', '-v']\n" },
      /^$/,
    ],
    [{ parseArgv: true }, 'raise 1', { args: ['-V'] }, { status: 0 }, /^$/],
    [{ warnOptions: ['error'] }, 'import warnings; warnings.warn("x")', {}, { status: 1 }, /UserWarning: x/],
    [
      {},
      'pass',
      {
        args: ['-Xdev', '-c', 'import sys; sys.exit(10 + sys.flags.dev_mode)'],
        argv0: `${program}/bin/python3`,
      },
      { status: 11 },
      /^$/,
    ],
    [
      { optimizationLevel: 1 },
      'pass',
      {
        args: ['-O', '-c', 'import sys; sys.exit(10 + sys.flags.optimize)'],
        argv0: `${program}/bin/python3`,
      },
      { status: 11 },
      /^$/,
    ],
    [
      { inspect: true, quiet: true, verbose: 1, warnOptions: ['error'] },
      'pass',
      {
        args: [
          '-c',
          'import sys; sys.exit(10 + sys.flags.inspect + sys.flags.verbose + len(sys.warnoptions))',
        ],
        argv0: `${program}/bin/python3`,
      },
      { status: 10 },
      /^$/,
    ],
  ];
  for (const [config, code, start, expected, stderr] of rows)
    test(`${JSON.stringify(config)}: ${code} ${JSON.stringify(start)}`, async () => {
      const result = await run(config, code, start);
      assert.deepEqual(result, { ...result, ...expected });
      assert.match(result.stderr, stderr);
    });

  test('the first line of a script is skipped', async () => {
    const script = join(folder, 'script.py');
    writeFileSync(script, 'not Python\nprint("second")\n');
    await writeExecutable(python, {
      output: program,
      stub,
      run: { mode: 'file', path: script },
      config: { skipFirstSourceLine: true },
    });
    assert.equal(spawnSync(program, { encoding: 'utf8' }).stdout, 'second\n');
  });
});
