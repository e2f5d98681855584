// `oxd trim`: what a program is seen to use stays, what nobody uses goes, and the list is the config's from then on.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { DroppedPart } from '../../protocol/trim-requests.ts';
import { oxd, type OxdOptions, type OxdResult, stopDaemon } from './oxd.ts';

const root = mkdtempSync(join(tmpdir(), 'oxd-trim-test-'));
after(() => {
  stopDaemon();
  rmSync(root, { recursive: true, force: true });
});

const main = `import os, sys
what = sys.argv[1] if len(sys.argv) > 1 else ''
if what == 'data':
    print(open(os.path.join(os.path.dirname(__file__), 'read.txt')).read())
elif what == 'list':
    print(sorted(name for name in os.listdir(os.path.dirname(__file__)) if name.endswith('.txt')))
elif what == 'late':
    from app import late
elif what == 'hidden':
    __import__('app.' + 'hidden')
elif what == 'echo':
    print(sys.stdin.read())
elif what == 'children':
    import multiprocessing
    multiprocessing.get_context('spawn').Process(target=os.getpid).start()
elif what == 'time':
    import time
    print(time.time_ns())
elif what == 'crash':
    import app.crash
elif what == 'exit':
    sys.exit(int(sys.argv[2]))
elif what == 'raise':
    raise ValueError('seen')
`;

/** A program of its own for each test. */
function project(name: string): string {
  const folder = join(root, name);
  const files: Record<string, string> = {
    'src/app/__init__.py': '',
    'src/app/__main__.py': main,
    'src/app/late.py': 'import csv\n',
    'src/app/hidden.py': '',
    'src/app/crash.py': 'import os, colorsys\nos.kill(os.getpid(), 9)\n',
    'src/app/tests/__init__.py': '',
    'src/app/tests/data.json': '{}',
    'src/app/read.txt': 'the data',
    'src/app/unread.txt': 'other data',
    'pyoxidizer.bzl': `def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_module = "app"
    exe = dist.to_python_executable(name = "app", config = config)
    exe.add_python_resources(exe.read_package_root(path = CWD + "/src", packages = ["app"]))
    return exe

register_target("exe", make_exe)
`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

type Trimmed = {
  readonly exitCode: number;
  readonly program: string;
  readonly before: number;
  readonly after: number;
  readonly dropped: readonly DroppedPart[];
  readonly isUsed: string;
  readonly differences: readonly { readonly what: string; readonly before: string; readonly after: string }[];
};

/** Trims with --json; the list's lines and the result. */
function trim(
  folder: string,
  args: readonly string[],
  options: OxdOptions = {},
): { result: Trimmed; list: string[]; ran: OxdResult } {
  const ran = oxd(['trim', '--json', '--path', folder, ...args], options);
  const last = ran.stdout.trimEnd().split('\n').at(-1) ?? '';
  const result = JSON.parse(last) as Trimmed;
  assert.equal(ran.code, result.exitCode, last);
  const path = join(folder, 'pyoxidizer-trim.txt');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return { result, ran, list: text.split('\n').filter((line) => line !== '' && !line.startsWith('#')) };
}

const run = (program: string, ...args: string[]): OxdResult => {
  const { status, signal, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { code: status, signal, stdout, stderr };
};

suite('oxd trim', { concurrency: false }, () => {
  test('keeps what was used and what follows, and tells the sizes', () => {
    const { result, list } = trim(project('plain'), ['--', 'data']);
    assert.equal(result.exitCode, 0);
    assert.deepEqual(list, list.toSorted());
    for (const line of [
      'app',
      'app.__main__',
      'app.late',
      'csv',
      'encodings.utf_8',
      'traceback',
      'linecache',
      'app/**',
    ])
      assert.ok(list.includes(line), `${line} is in ${list.join(' ')}`);
    for (const line of ['app.tests', 'app.hidden', 'ssl', '_ssl', 'sqlite3', 'tkinter', 'oxidized_importer'])
      assert.ok(!list.includes(line), `${line} is not`);
    assert.equal(run(result.program, 'data').stdout, 'the data\n');
    assert.ok(result.after < 10e6 && result.before > 20e6, `${result.before} to ${result.after}`);
    const saved = result.dropped.map(({ before, after }) => before - after);
    assert.deepEqual(
      saved,
      saved.toSorted((a, b) => b - a),
    );
    const crypto = result.dropped.find(({ name }) => name.startsWith('libcrypto'));
    assert.ok(crypto === undefined || crypto.after === 0);
    // What the runs did not show but follows: an exception, and a late import.
    assert.match(
      run(result.program, 'raise').stderr,
      /line \d+, in <module>\n +raise ValueError\('seen'\)\nValueError: seen/,
    );
    assert.equal(run(result.program, 'late').code, 0);
    // And what nobody could know.
    const missing = run(result.program, 'hidden');
    assert.match(
      missing.stderr,
      /No module named 'app\.hidden'\nnote: only the modules in pyoxidizer-trim\.txt are packed/,
    );
  });

  test('adds its line to the config, which goes on to use it', () => {
    const folder = project('written');
    const first = trim(folder, ['--write', '--', 'exit', '3']);
    assert.equal(first.result.isUsed, 'added');
    assert.equal(first.result.exitCode, 0, 'what the program ends with is not the end of trimming');
    const config = readFileSync(join(folder, 'pyoxidizer.bzl'), 'utf8');
    assert.match(
      config,
      /\n {4}exe\.filter_resources_from_files\(files = \["pyoxidizer-trim\.txt"\]\)\n {4}return exe\n/,
    );
    const built = oxd(['build', '--path', folder]);
    assert.match(built.stderr, /up to date/, 'it was built as every build builds it');
    assert.match(first.result.program, /\/debug\/exe\/app$/);
    assert.ok(!first.list.includes('multiprocessing.spawn'));
    // Another run sees the whole program again, and what its children import.
    const second = trim(folder, ['--write', '--scenario', 'children', '--scenario', "'data'"]);
    assert.equal(second.result.isUsed, 'already');
    assert.ok(
      second.list.includes('multiprocessing.spawn') &&
        second.list.includes('multiprocessing.resource_tracker'),
    );
    assert.equal(readFileSync(join(folder, 'pyoxidizer.bzl'), 'utf8'), config);
    assert.match(oxd(['build', '--path', folder]).stderr, /up to date/);
    rmSync(join(folder, 'pyoxidizer-trim.txt'));
    const lost = oxd(['build', '--path', folder]);
    assert.match(
      lost.stderr,
      /cannot read .*pyoxidizer-trim\.txt: no such file[^]*`oxd trim` writes such a list/,
    );
  });

  test('adds its line where the program is returned at once', () => {
    const folder = project('direct');
    const config = join(folder, 'pyoxidizer.bzl');
    const direct = `def make_exe():
    return default_python_distribution().to_python_executable(
        name = "app",
        config = PythonInterpreterConfig(run_eval = "print(1)"),
    )  # made

register_target("exe", make_exe)
`;
    writeFileSync(config, direct);
    assert.equal(trim(folder, ['--write']).result.isUsed, 'added');
    assert.equal(
      readFileSync(config, 'utf8'),
      direct
        .replace('return default', 'exe = default')
        .replace(
          '    )  # made',
          '    )\n    exe.filter_resources_from_files(files = ["pyoxidizer-trim.txt"])\n    return exe  # made',
        ),
    );
  });

  test('of a FileManifest the program is trimmed, with its files beside it', () => {
    const folder = project('layout');
    const config = join(folder, 'pyoxidizer.bzl');
    const layout = `
def make_install(exe):
    files = FileManifest()
    files.add_python_resource("bin", exe)
    files.add_file(FileContent(filename = "beside.txt", content = "there"), directory = "bin")
    return files

register_target("install", make_install, depends = ["exe"], default = True)
`;
    writeFileSync(config, readFileSync(config, 'utf8') + layout);
    const { result } = trim(folder, ['--', 'data']);
    assert.equal(result.exitCode, 0);
    assert.match(result.program, /trim\/install\/trimmed\/bin\/app$/);
    assert.ok(existsSync(join(dirname(result.program), 'beside.txt')));
    assert.ok(result.after < 10e6 && result.before > 20e6, `${result.before} to ${result.after}`);
    const written = trim(folder, ['--write', '--', 'data']);
    assert.equal(written.result.isUsed, 'added');
    assert.match(written.result.program, /debug\/install\/bin\/app$/);
    assert.match(readFileSync(config, 'utf8'), /exe\.filter_resources_from_files\(.*\)\n {4}return exe\n/);
  });

  test('without --write the line is shown', () => {
    const folder = project('shown');
    const before = readFileSync(join(folder, 'pyoxidizer.bzl'), 'utf8');
    const { stdout, stderr, code } = oxd(['trim', '--path', folder, '--', 'echo'], { input: 'typed' });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\n {4}exe\.filter_resources_from_files\(files = \["pyoxidizer-trim\.txt"\]\)\n/);
    assert.match(stdout, /^typed\n +before +after\n +executable +\d+\.\d MB +\d\.\d MB\n/);
    assert.equal(readFileSync(join(folder, 'pyoxidizer.bzl'), 'utf8'), before);
  });

  test('data files: those that were read, and what differs then', () => {
    const folder = project('strict');
    const { result, list } = trim(folder, ['--data', 'read', '--scenario', 'data', '--scenario', 'list']);
    assert.ok(list.includes('app/read.txt') && !list.includes('app/unread.txt') && !list.includes('app/**'));
    assert.equal(result.exitCode, 1);
    assert.deepEqual(
      result.differences.map(({ what, before, after }) => [what, before, after]),
      [['standard output', "['read.txt', 'unread.txt']", "['read.txt']"]],
    );
    const all = trim(folder, ['--scenario', 'data', '--scenario', 'list']);
    assert.deepEqual([all.result.exitCode, all.result.differences], [0, []]);
  });

  test('a program that is killed, and one that never says the same', () => {
    const { result, list } = trim(project('odd'), ['--scenario', 'crash', '--scenario', 'time']);
    assert.deepEqual([result.exitCode, result.differences], [0, []]);
    assert.ok(list.includes('app.crash') && list.includes('colorsys'));
  });

  test('a test command starts the program and its interpreter', () => {
    const folder = project('tested');
    const command = '"$OXD_PROGRAM" data && "$OXD_PYTHON" -c "import colorsys, app.hidden"';
    const { result, list } = trim(folder, ['--test', command]);
    assert.equal(result.exitCode, 0);
    assert.ok(list.includes('colorsys') && list.includes('app.hidden'));
  });

  const refused: [what: string, args: string[], code: number, message: RegExp][] = [
    ['a failing test', ['--test', '"$OXD_PROGRAM" exit 4'], 1, /by a test that fails: it ended with 4/],
    ['a test of something else', ['--test', 'true'], 1, /it was not started/],
    ['an unknown target', ['--target', 'none'], 1, /target none does not exist|unknown target|none/],
    ['a quote without end', ['--scenario', '"a'], 64, /has no end/],
    ['other data', ['--data', 'some'], 64, /--data is/],
  ];
  for (const [what, args, code, message] of refused)
    test(`${what} is refused`, () => {
      const folder = project('refused');
      const { result } = trim(folder, args);
      assert.equal(result.exitCode, code);
      assert.match(JSON.stringify(result), message);
      assert.ok(!existsSync(join(folder, 'pyoxidizer-trim.txt')));
    });
});
