// Spellings of PyOxidizer 0.6 and 0.7 work, and name their successors once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { types } from '../../../daemon/config/globals.ts';
import { evaluate, legacyPyflakes, makeExe } from './evaluation-rig.ts';

async function hints(source: string): Promise<(readonly [message: string, hint: string, line: number])[]> {
  const { outcome, events } = await evaluate(source);
  assert.equal(outcome.outcome, 'resolved', JSON.stringify(outcome));
  return events.flatMap((event) =>
    event.event === 'diagnostic' && event.diagnostic.severity === 'hint'
      ? [
          [
            event.diagnostic.message,
            event.diagnostic.hint ?? '',
            event.diagnostic.range?.start.line ?? 0,
          ] as const,
        ]
      : [],
  );
}

test('the guide of 0.6 is told its later spellings, at the lines that have them', async () => {
  const told = await hints(legacyPyflakes);
  assert.deepEqual(
    told.map(([message, , line]) => `${line}: ${message.replace(' is how PyOxidizer 0.7 spelled it', '')}`),
    [
      '6: PythonInterpreterConfig()',
      '7: PythonDistribution.to_python_executable(extension_module_filter=…)',
      '7: PythonDistribution.to_python_executable(include_sources=…)',
      '7: PythonDistribution.to_python_executable(include_resources=…)',
      '7: PythonDistribution.to_python_executable(include_test=…)',
      '10: PythonDistribution.pip_install()',
    ],
  );
  assert.equal(
    told[0]?.[1],
    'it goes on to work; since 0.8 it is the attributes of `dist.make_python_interpreter_config()`; `run_eval` is `run_command`',
  );
  assert.match(told[5]?.[1] ?? '', /`PythonExecutable\.pip_install\(\)`/);
});

test('each is told once', async () => {
  const told = await hints(
    makeExe(`
dist = default_python_distribution()
exe = dist.to_python_executable("app")
for name in ["a", "b", "c"]:
    exe.add_in_memory_python_resources(dist.pip_install([name]))`),
  );
  assert.equal(told.length, 2);
});

test('the modern API is not told anything', async () => {
  assert.deepEqual(
    await hints(
      makeExe(`
dist = default_python_distribution()
exe = dist.to_python_executable("app", packaging_policy=dist.make_python_packaging_policy())
exe.add_python_resources(exe.pip_install(["a"]))`),
    ),
    [],
  );
});

test('every legacy method names its successor', () => {
  const nameless = types.flatMap(({ name, methods }) =>
    methods
      .filter(({ generation, instead }) => generation === 'legacy' && instead === undefined)
      .map((method) => `${name}.${method.name}`),
  );
  assert.deepEqual(nameless, []);
});
