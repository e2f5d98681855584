import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { Failure } from '../../../protocol/failure.ts';
import { evaluate, executableOf, folder, legacyPyflakes, makeExe, resolved } from './evaluation-rig.ts';

test('a failed step is its own failure, with the place in the config', async () => {
  const failure = new Failure('environment', 'pip cannot find "nope"', {
    hint: 'check the name',
    logFile: '/log',
  });
  await assert.rejects(
    evaluate(legacyPyflakes, { host: { pipInstall: () => Promise.reject(failure) } }),
    (error: Failure) => {
      assert.ok(error instanceof Failure);
      const { kind, message, hint, logFile, diagnostics } = error;
      assert.deepEqual(
        [kind, message, hint, logFile],
        ['environment', 'pip cannot find "nope"', 'check the name', '/log'],
      );
      assert.deepEqual(
        diagnostics.map(({ range, stack }) => [range?.start.line, stack?.map(({ name }) => name)]),
        [[10, ['<toplevel>', 'make_exe']]],
      );
      return true;
    },
  );
});

test('a bug in the daemon stays a bug', async () => {
  const bug = new TypeError('x is not a function');
  await assert.rejects(
    evaluate(legacyPyflakes, { host: { pipInstall: () => Promise.reject(bug) } }),
    (error) => error === bug,
  );
});

test('an endless config ends when it is cancelled, and the next one runs', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const started = performance.now();
  const run = evaluate('print("go")\nfor i in range(1 << 40):\n    pass\n', { signal: abort.signal });
  setTimeout(() => abort.abort(reason), 50);
  await assert.rejects(run, (error) => error === reason);
  assert.ok(performance.now() - started < 2000);
  const { outcome } = await resolved(legacyPyflakes);
  assert.equal(outcome.targets.length, 1);
});

test('a cancelled question is over before the evaluation is', async () => {
  const abort = new AbortController();
  let isOver = false;
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const run = evaluate(legacyPyflakes, {
    signal: abort.signal,
    host: {
      async pipInstall() {
        ask();
        await new Promise((resolve) => abort.signal.addEventListener('abort', resolve));
        await new Promise((resolve) => setImmediate(resolve));
        isOver = true;
        throw abort.signal.reason;
      },
    },
  });
  await asked;
  abort.abort(new Error('enough'));
  await assert.rejects(run, /enough/);
  assert.ok(isOver);
});

test('a config that fills the memory is refused, and the next one runs', async () => {
  const { outcome } = await evaluate('x = "x" * (1 << 40)');
  assert.equal(outcome.outcome, 'invalid');
  assert.equal((await evaluate(legacyPyflakes)).outcome.outcome, 'resolved');
});

test('no config: the path is named', async () => {
  const { outcome } = await evaluate('', { config: join(folder, 'none/pyoxidizer.bzl') });
  assert.ok(outcome.outcome === 'invalid');
  assert.match(outcome.diagnostics[0]?.message ?? '', /unable to find PyOxidizer config file at .*none/);
});

test('twenty thousand resources go through a loop in less than a second', async () => {
  const names = Array.from({ length: 20_000 / 6 }, (_, index) => `"package${index}"`).join(', ');
  const started = performance.now();
  const value = await executableOf(
    makeExe(`
exe = default_python_distribution().to_python_executable("app")
for r in exe.pip_install([${names}]):
    if r.name != "nothing":
        exe.add_python_resource(r)`),
  );
  const ms = performance.now() - started;
  assert.equal(value.additions.length, 3);
  assert.ok(ms < 1000, `${ms} ms`);
});
