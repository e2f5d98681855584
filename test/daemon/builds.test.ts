// The engine with its real parts: who shares a build, who waits, and what a late joiner is owed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { createEngine } from '../../daemon/builds.ts';
import type { Caller } from '../../daemon/engine.ts';
import type { BuildEvent } from '../../protocol/events.ts';
import type { BuildRequest } from '../../protocol/requests.ts';
import { WatchedProgram } from '../../protocol/trim-requests.ts';
import { sharedCache } from '../e2e/oxd.ts';

const ignore = (): void => {};
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

suite('builds', { concurrency: false }, async () => {
  const root = mkdtempSync(join(tmpdir(), 'oxd-builds-'));
  const engine = await createEngine({ cacheFolder: sharedCache, log });
  after(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  });

  const module = join(root, 'pkg/__init__.py');
  mkdirSync(join(root, 'pkg'));
  writeFileSync(module, 'print(1)\n');
  writeFileSync(
    join(root, 'pyoxidizer.bzl'),
    `def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(name = "app", config = PythonInterpreterConfig(run_eval = "import pkg"))
    exe.add_python_resources(dist.read_package_root(CWD, ["pkg"]))
    return exe

register_target("exe", make_exe)
`,
  );
  const request: BuildRequest = {
    config: join(root, 'pyoxidizer.bzl'),
    targets: [],
    release: false,
    variables: {},
    environment: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    mode: 'build',
  };
  const caller = (events: BuildEvent[] = [], signal = new AbortController().signal): Caller => ({
    signal,
    report: (event) => events.push(event),
  });
  const program = join(root, 'build/x86_64-unknown-linux-gnu/debug/exe/app');

  test('equal requests share one build', async () => {
    const [first, second] = [[], []] as [BuildEvent[], BuildEvent[]];
    await Promise.all([engine.build(request, caller(first)), engine.build(request, caller(second))]);
    const artifacts = (events: BuildEvent[]): number =>
      events.filter(({ event }) => event === 'artifact').length;
    assert.equal(artifacts(first), 1);
    assert.equal(artifacts(second), 1);
    assert.equal((await engine.build(request, caller())).outcome, 'unchanged');
  });

  test('who joins a build gets what was saved before joining', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      writeFileSync(module, `print("early ${turn}")\n`);
      const early = engine.build(request, caller());
      await new Promise((resolve) => {
        setTimeout(resolve, turn * 2);
      });
      writeFileSync(module, `print("late ${turn}")\n`);
      await engine.build(request, caller());
      assert.equal(execFileSync(program, { encoding: 'utf8' }), `late ${turn}\n`);
      await early;
    }
  });

  test('a program for trimming is made after the build that writes there', async () => {
    const config = join(root, 'asking.bzl');
    writeFileSync(
      config,
      `${readFileSync(request.config, 'utf8')}
def asks():
    prompt_input("Now?")
    return make_exe()
register_target("asks", asks)
`,
    );
    const asked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<string>();
    const terminal = {
      isThere: () => true,
      ask: (): Promise<string> => {
        asked.resolve();
        return release.promise;
      },
    };
    const order: string[] = [];
    const asking = { ...request, config, targets: ['asks'] };
    const built = engine.build(asking, { ...caller(), terminal }).then(() => order.push('build'));
    await asked.promise;
    const question = { ...request, config, target: 'exe', list: join(root, 'list.txt') };
    const watched = engine.answer(WatchedProgram, { ...question, stream: 0 }, caller());
    const made = watched.then(() => order.push('trim'));
    // Long enough for the program, which is made of layers that are there.
    await Promise.race([made, new Promise((resolve) => setTimeout(resolve, 1_000))]);
    assert.deepEqual(order, []);
    release.resolve('yes');
    await Promise.all([built, made]);
    assert.deepEqual(order, ['build', 'trim']);
  });

  test('another toolchain is a change, though no file has changed', async () => {
    await engine.build(request, caller());
    const environment = { ...request.environment, RUSTC: '/absent/rustc' };
    await assert.rejects(engine.build({ ...request, environment }, caller()), /Cannot run/);
    assert.equal((await engine.build(request, caller())).outcome, 'unchanged');
  });

  test('one who leaves does not end the build of the others; the last one does', async () => {
    writeFileSync(module, 'print("shared")\n');
    const leaving = new AbortController();
    const left = engine.build(request, caller([], leaving.signal));
    const stays = engine.build(request, caller());
    leaving.abort(new Error('left'));
    await assert.rejects(left, /left/);
    assert.equal((await stays).outcome, 'built');

    writeFileSync(module, 'print("abandoned")\n');
    const before = readFileSync(program);
    const alone = new AbortController();
    const abandoned = engine.build(request, caller([], alone.signal));
    alone.abort(new Error('gone'));
    await assert.rejects(abandoned, /gone/);
    assert.deepEqual(engine.status().builds, []);
    assert.ok(before.equals(readFileSync(program)));
  });
});
