// `oxd run`: arguments, standard input, terminal, signals, working directory and exit code are the program's own.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { client, oxd, oxdEnvironment, stopDaemon } from './oxd.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'oxd-run-')));

const code = `
import os, signal, sys
what = sys.argv[1] if len(sys.argv) > 1 else ''
if what == 'look':
    print(sys.argv[1:], os.getcwd(), os.environ.get('MARK'), sys.stdin.read())
elif what == 'exit':
    sys.exit(int(sys.argv[2]))
elif what == 'raise':
    raise ValueError('seen')
elif what == 'tty':
    print('tty', sys.stdin.isatty(), sys.stdout.isatty(), os.get_terminal_size().columns)
elif what == 'unusual':
    import plistlib
    print(plistlib.dumps({'a': 1}).splitlines()[4])
elif what == 'wait':
    print('ready', flush=True)
    signal.pause()
`;

suite('run', { concurrency: false }, () => {
  const workspace = join(root, 'look at me');
  mkdirSync(workspace);
  const config = join(workspace, 'pyoxidizer.bzl');
  writeFileSync(join(workspace, 'main.py'), code);
  writeFileSync(
    config,
    `def make_exe():
    dist = default_python_distribution()
    return dist.to_python_executable(name = "app", config = PythonInterpreterConfig(run_eval = ${JSON.stringify(code)}))

register_target("exe", make_exe)
`,
  );
  after(() => {
    stopDaemon();
    rmSync(root, { recursive: true, force: true });
  });
  const run = (...args: string[]): string[] => ['run', '--path', workspace, '--', ...args];

  test('arguments, working directory, environment and standard input', () => {
    oxd(['build', '--path', workspace]);
    const result = oxd(run('look', '--path', '', '-x', 'ä'), {
      cwd: root,
      input: 'from stdin',
      environment: { MARK: 'kept' },
    });
    assert.equal(result.stdout, `['look', '--path', '', '-x', 'ä'] ${root} kept from stdin\n`);
    assert.equal(result.stderr, '', 'an up-to-date run says nothing of its own');
  });

  const codes: [args: string[], code: number][] = [
    [['exit', '0'], 0],
    [['exit', '7'], 7],
    [['exit', '255'], 255],
    [['raise'], 1],
  ];
  for (const [args, code] of codes)
    test(`${args.join(' ')} ends with ${code}`, () => {
      const result = oxd(run(...args));
      assert.equal(result.code, code);
      if (args[0] === 'raise') assert.match(result.stderr, /ValueError: seen/);
    });

  const signals: [NodeJS.Signals, NodeJS.Signals][] = [
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGINT'], // KeyboardInterrupt, after which CPython ends by the signal itself
    ['SIGKILL', 'SIGKILL'],
  ];
  for (const [sent, seen] of signals)
    test(`${sent} reaches the program`, async () => {
      const program = spawn(process.execPath, [client, ...run('wait')], {
        env: oxdEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      await once(program.stdout, 'data');
      program.kill(sent);
      const [, signal] = (await once(program, 'exit')) as [number | null, NodeJS.Signals | null];
      assert.equal(signal, seen);
    });

  test("the terminal is the user's", () => {
    const command = [process.execPath, client, ...run('tty')].map((word) => `'${word}'`).join(' ');
    const result = spawnSync('script', ['-qec', `stty cols 97; ${command}`, '/dev/null'], {
      env: oxdEnvironment(),
      encoding: 'utf8',
    });
    assert.match(result.stdout, /tty True True 97/);
  });

  test('a new project starts a prompt', () => {
    const project = join(root, 'myapp');
    const made = oxd(['init-config-file', project]);
    assert.equal(made.code, 0, made.stderr);
    const result = oxd(['run', '--path', project], { input: 'print("hello, world")\n' });
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /hello, world/);
  });

  test('a new project with code and packages uses both', () => {
    const project = join(root, 'with-packages');
    oxd([
      'init-config-file',
      project,
      '--pip-install',
      'six==1.16.0',
      '--python-code',
      'import six; print(six.__version__)',
    ]);
    const result = oxd(['run', '--path', project]);
    assert.equal(result.stdout, '1.16.0\n', result.stderr);
  });

  test('a change of a byte is built, a touch is not', () => {
    const before = readFileSync(config, 'utf8');
    spawnSync('touch', [config]);
    assert.match(oxd(['build', '--path', workspace]).stderr, /up to date/);
    writeFileSync(config, before.replace("'tty', sys", "'TTY', sys"));
    assert.match(oxd(['build', '--path', workspace]).stderr, /writing executable to /);
    writeFileSync(config, before);
  });

  test('a release is smaller, and the same program', () => {
    const program = (profile: string): string =>
      join(workspace, `build/x86_64-unknown-linux-gnu/${profile}/exe/app`);
    oxd(['build', '--path', workspace]);
    const result = oxd(['build', '--release', '--path', workspace]);
    assert.equal(result.code, 0, result.stderr);
    const [debug, release] = [program('debug'), program('release')].map((path) => statSync(path).size);
    assert.ok((release ?? 0) < 0.95 * (debug ?? 0), `${release} of ${debug} bytes`);
    // A module that a release alone keeps compressed.
    const look = spawnSync(program('release'), ['unusual'], { encoding: 'utf8' });
    assert.equal(look.stdout, "b'\\t<key>a</key>'\n");
  });

  test('the same inputs give the same bytes, with and without a daemon', () => {
    const program = join(workspace, 'build/x86_64-unknown-linux-gnu/debug/exe/app');
    oxd(['build', '--path', workspace]);
    const first = readFileSync(program);
    rmSync(join(workspace, 'build'), { recursive: true });
    const result = oxd(['build', '--no-daemon', '--path', workspace]);
    assert.equal(result.code, 0, result.stderr);
    assert.ok(first.equals(readFileSync(program)));
  });
});
