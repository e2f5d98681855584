// `oxd build --watch`: one line per round, a round per save, and it ends with Ctrl-C.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { client, oxdEnvironment, stopDaemon } from './oxd.ts';

const root = mkdtempSync(join(tmpdir(), 'oxd-watch-'));
after(() => {
  stopDaemon();
  rmSync(root, { recursive: true, force: true });
});

test('a round per save', async () => {
  mkdirSync(join(root, 'pkg'));
  const module = join(root, 'pkg/__init__.py');
  writeFileSync(module, 'print("first")\n');
  writeFileSync(
    join(root, 'pyoxidizer.bzl'),
    `def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(name = "app", config = PythonInterpreterConfig(run_module = "pkg"))
    exe.add_python_resources(dist.read_package_root(CWD, ["pkg"]))
    return exe

register_target("exe", make_exe)
`,
  );
  const program = (): string =>
    execFileSync(join(root, 'build/x86_64-unknown-linux-gnu/debug/exe/app'), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const watching = spawn(process.execPath, [client, 'build', '--watch', '--path', root], {
    env: oxdEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines = createInterface({ input: watching.stderr })[Symbol.asyncIterator]();
  const round = async (): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next();
      assert.equal(done, false, 'still watching');
      if (/^(built|nothing to do|failed)/.test(value ?? '')) return value ?? '';
    }
  };
  writeFileSync(join(root, 'pkg/__main__.py'), '');

  assert.match(await round(), /^built/);
  assert.equal(program(), 'first\n');

  writeFileSync(module, 'print("second")\n');
  assert.match(await round(), /^built in .*__init__\.py/);
  assert.equal(program(), 'second\n');

  writeFileSync(join(root, 'pkg/added.py'), 'x = 1\n');
  assert.match(await round(), /^built/);

  // A config that is broken for a while does not end the watching.
  const config = join(root, 'pyoxidizer.bzl');
  const good = execFileSync('cat', [config], { encoding: 'utf8' });
  writeFileSync(config, good.replace('return exe', 'return exee'));
  assert.match(await round(), /^failed/);
  writeFileSync(config, good.replace('"app"', '"renamed"'));
  assert.match(await round(), /^built/);
  const last = execFileSync('cat', [config], { encoding: 'utf8' });

  // What is undone is as it was for the last good build: the next edit is a round again.
  writeFileSync(config, last.replace('return exe', 'return exee'));
  assert.match(await round(), /^failed/);
  writeFileSync(config, last);
  assert.match(await round(), /^nothing to do/);
  rmSync(config);
  assert.match(await round(), /^failed/);
  writeFileSync(config, last);
  assert.match(await round(), /^nothing to do/);
  renameSync(join(root, 'pkg'), join(root, 'away'));
  assert.match(await round(), /^failed/);
  renameSync(join(root, 'away'), join(root, 'pkg'));
  assert.match(await round(), /^nothing to do/);
  writeFileSync(module, 'print("third")\n');
  assert.match(await round(), /^built/);

  watching.kill('SIGINT');
  const [code] = (await once(watching, 'exit')) as [number | null];
  assert.equal(code, 130);
});
