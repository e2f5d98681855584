// The functions of oxd.h and the ways to link what has them, from a C program that calls them as a row says.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { testPython } from '../daemon/executable/packing.ts';
import { oxd, stopDaemon } from './oxd.ts';

/** A function of the driver (test/embedding/c/driver.c) and what it gets. */
type Call = readonly [name: string, what?: string];

const start = ['start'] as const;
const end = ['end'] as const;
const run = (code: string): Call => ['run', code];

const answer = run('import answers; print(answers.answer(), flush=True)');
const whose = run(
  'import only_here, os; print(os.path.relpath(only_here.__file__, os.getcwd()), flush=True)',
);
/** Whether the file NAME is mapped once more for a library that is large. */
const mapsLarge = (name: string) =>
  run(`
count = lambda: sum(${JSON.stringify(name)} in line for line in open("/proc/self/maps"))
before = count()
import unicodedata
print(unicodedata.name("x"), count() > before, flush=True)`);

suite('libraries for other languages, from C', { concurrency: false }, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'oxd-interface-')));
  const output = join(folder, 'build/x86_64-unknown-linux-gnu/debug/library');
  const python = testPython();
  let libraryVersion = '';
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Builds the library of a kind and mode into the folder NAME and returns that. */
  const build = (name: string, kind: string, mode = 'embedded:packed'): string => {
    const variables = ['--var', 'kind', kind, '--var', 'mode', mode];
    const built = oxd(['build', '--path', folder, ...variables]);
    assert.equal(built.code, 0, built.stderr);
    cpSync(output, join(folder, name), { recursive: true });
    return join(folder, name);
  };
  /** Links the driver as `arguments_` say, in the folder `library`. */
  const link = (library: string, name: string, linking: readonly string[]): string => {
    const include = execFileSync(
      python.executable,
      ['-c', 'import sysconfig; print(sysconfig.get_path("include"))'],
      { encoding: 'utf8' },
    ).trim();
    const program = join(folder, name);
    const flags = ['-Wall', '-Wextra', '-Werror', `-I${include}`, `-I${join(library, 'include')}`];
    const paths = [`-L${join(library, 'lib')}`, `-Wl,-rpath,${join(library, 'lib')}`];
    execFileSync('cc', [...flags, '-o', program, join(folder, 'driver.c'), ...paths, ...linking]);
    return program;
  };
  const packaged = (library: string): readonly string[] =>
    execFileSync('pkg-config', ['--libs', 'embedded'], {
      encoding: 'utf8',
      env: { ...process.env, PKG_CONFIG_PATH: join(library, 'lib/pkgconfig') },
    })
      .trim()
      .split(' ');
  const call = (program: string, calls: readonly Call[]) =>
    spawnSync(
      program,
      calls.flatMap(([name, what = '']) => [name, what]),
      { encoding: 'utf8', cwd: folder },
    );
  const check = (
    program: string,
    calls: readonly Call[],
    out: readonly (string | RegExp)[],
    code = 0,
  ): void => {
    const { status, stdout, stderr } = call(program, calls);
    assert.equal(status, code, stdout + stderr);
    const lines = stdout.split('\n').slice(0, -1);
    for (const [index, expected] of out.entries())
      if (typeof expected === 'string') assert.equal(lines[index], expected, stdout);
      else assert.match(lines[index] ?? '', expected);
    assert.equal(lines.length, out.length, stdout);
  };

  const programs = { shared: '', static: '', beside: '' };
  let payload = '';
  before(() => {
    cpSync('test/embedding/c', folder, { recursive: true });
    const shared = build('of-shared', 'shared');
    libraryVersion = /^Version: (\d+\.\d+)/m.exec(
      readFileSync(join(shared, 'lib/pkgconfig/embedded.pc'), 'utf8'),
    )![1]!;
    programs.shared = link(shared, 'with-shared', packaged(shared));
    const besideFolder = build('of-beside', 'shared', 'binary-relative-memory-mapped:data/tree.packed');
    programs.beside = link(besideFolder, 'with-beside', packaged(besideFolder));
    payload = join(besideFolder, 'data/tree.packed');
    const archive = build('of-static', 'static');
    programs.static = link(archive, 'with-static', packaged(archive));
  });

  const rows: readonly [
    name: string,
    calls: readonly Call[],
    out: readonly (string | RegExp)[],
    code?: number,
  ][] = [
    [
      'an extension module of the program belongs to interpreters of its config alone',
      [['module', 'answers'], start, answer, end, start, answer, end, ['module', 'answers'], start, answer],
      ['42', "8 ModuleNotFoundError: No module named 'answers'", '42'],
    ],
    [
      'an extension module that cannot be added',
      [['module'], ['module', 'sys'], start, end, ['module', 'answers'], ['module', 'answers'], start],
      [
        '1 Cannot add an extension module: null, or its name is not UTF-8',
        /^5 Cannot add the extension module "sys": there is a built-in module of that name already\. Give/,
        /^5 Cannot add the extension module "answers": there is a built-in module of that name already/,
      ],
    ],
    [
      'errors have a code and a text',
      [
        run('1'),
        ['settings', '{'],
        ['settings', '{"optimizationLevel": "many"}'],
        start,
        end,
        ['settings', '{"allocatorBackend": "mimalloc", "allocatorRaw": true}'],
        start,
        end,
        ['file', '/nowhere'],
        start,
        end,
        ['file', '/bin/true'],
        start,
        end,
        ['bytes', '/bin/true'],
        start,
        end,
        ['bytes', '/nowhere'],
        start,
        ['start again'],
        run('1 / 0'),
        run('('),
        run('raise SystemExit(4)'),
      ],
      [
        '1 Cannot run code: null, or not UTF-8',
        /^4 Cannot understand the configuration: /,
        /^4 Cannot understand the configuration: .*optimizationLevel/,
        /^4 Cannot give Python its allocators: this program has none beside Rust's own, and not mimalloc/,
        /^3 Cannot read packed resources from "\/nowhere": No such file .*\. Check that the file is there/,
        /^3 Cannot find packed resources: nothing is packed into "\/bin\/true"/,
        /^3 The packed resources are damaged: its payload does not begin as one/,
        '1 Cannot set resources: null',
        /^2 Cannot start an interpreter: this process has one already/,
        '8 ZeroDivisionError: division by zero',
        "8 SyntaxError: '(' was never closed",
        '8 SystemExit: 4',
      ],
    ],
    ['the exit code is that of the program', [start, ['exit']], [], 5],
  ];
  for (const [name, calls, out, code] of rows) test(name, () => check(programs.shared, calls, out, code));

  for (const kind of ['shared', 'static'] as const)
    test(`${kind}: resources are its own, of a file, or of memory`, () => {
      const own = `with-${kind}/only_here/__init__.py`;
      const tree: Call[] = [
        start,
        whose,
        end,
        ['file', payload],
        start,
        whose,
        end,
        ['bytes', payload],
        start,
        whose,
      ];
      check(programs[kind], tree, [own, own, own]);
      // An executable or library that oxd built is such a file, too.
      check(programs[kind], [['file', join(folder, 'of-shared/lib/libembedded.so')], start, whose], [own]);
    });

  test('a large library is mapped from the file that has the resources', () => {
    const row = (program: string, file: string, is: string, ...before_: Call[]) =>
      check(program, [...before_, start, mapsLarge(file)], [`LATIN SMALL LETTER X ${is}`]);
    row(programs.shared, 'of-shared/lib/libembedded.so', 'True');
    row(programs.static, 'with-static', 'True');
    row(programs.static, 'tree.packed', 'True', ['file', payload]);
    row(programs.static, 'tree.packed', 'False', ['bytes', payload]);
  });

  test('a library whose tree is a file beside the program', () => {
    check(
      programs.beside,
      [start],
      [/^3 Cannot read packed resources from ".*\/data\/tree\.packed": No such file/],
    );
    mkdirSync(join(folder, 'data'));
    copyFileSync(payload, join(folder, 'data/tree.packed'));
    check(
      programs.beside,
      [start, whose, mapsLarge('tree.packed')],
      ['with-beside/only_here/__init__.py', 'LATIN SMALL LETTER X True'],
    );
  });

  // The table in docs/reference/embedding.md.
  const json = (name: string) => join(folder, name, `lib/python${libraryVersion}/json/__init__.py`);
  const files = run(
    'import json, os; print(len(os.listdir(os.path.dirname(json.__file__))) > 3, flush=True)',
  );
  const extension = run('import _struct; print("found", flush=True)');
  const child = run(
    'import subprocess, sys; subprocess.run([sys.executable, "-c", "print(1 + 1, flush=True)"], check=True)',
  );
  const lookups = (name: string): Call[] => [
    ['open', json(name)],
    start,
    ['open', json(name)],
    files,
    extension,
    child,
  ];
  const notThere = 'not opened';
  const linkings: readonly [
    name: string,
    linking: () => readonly string[],
    out: readonly (string | RegExp)[],
  ][] = [
    ['of-shared', () => packaged(join(folder, 'of-shared')), [notThere, 'opened', 'True', 'found', '2']],
    ['of-static', () => packaged(join(folder, 'of-static')), [notThere, 'opened', 'True', 'found', '2']],
    [
      'of-shared, after libc',
      () => ['-lc', ...packaged(join(folder, 'of-shared'))],
      [notThere, notThere, 'True', 'found', /^8 NotADirectoryError/],
    ],
    [
      'of-static, without its symbols',
      () => packaged(join(folder, 'of-static')).filter((word) => !word.includes('.symbols')),
      [
        notThere,
        'opened',
        'True',
        /^8 ImportError: .*undefined symbol: _?Py/,
        /^8 ImportError: .*undefined symbol/,
      ],
    ],
  ];
  for (const [name, linking, out] of linkings)
    test(`what the packed directory needs: ${name}`, () => {
      const program = name.replaceAll(/\W+/g, '-');
      check(
        link(join(folder, name.split(',')[0]!), `program-${program}`, linking()),
        lookups(`program-${program}`),
        out,
      );
    });
});
