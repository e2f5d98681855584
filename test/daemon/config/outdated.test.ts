// Spellings of PyOxidizer 0.6 and 0.7 work, and name their successors once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Diagnostic } from '../../../protocol/diagnostic.ts';
import { types } from '../../../daemon/config/globals.ts';
import { evaluate, legacyPyflakes, makeExe } from './evaluation-rig.ts';

async function hints(source: string): Promise<Diagnostic[]> {
  const { outcome, events } = await evaluate(source);
  assert.equal(outcome.outcome, 'resolved', JSON.stringify(outcome));
  return events.flatMap((event) =>
    event.event === 'diagnostic' && event.diagnostic.severity === 'hint' ? [event.diagnostic] : [],
  );
}

test('the guide of 0.6 is told its later spellings, and the lines that have them', async () => {
  const [told, ...more] = await hints(legacyPyflakes);
  assert.deepEqual(more, []);
  assert.equal(told?.message, 'this config speaks as PyOxidizer 0.7 did, which goes on to work');
  assert.equal(told.range?.start.line, 6);
  assert.equal(
    told.hint,
    `since 0.8
  line 6: PythonInterpreterConfig() is the attributes of \`dist.make_python_interpreter_config()\`, where \`run_eval\` is \`run_command\` now
  line 7: PythonDistribution.to_python_executable(extension_module_filter=…) is \`policy.extension_module_filter\` now
  line 7: PythonDistribution.to_python_executable(include_sources=…) is \`policy.include_distribution_sources\` now
  line 7: PythonDistribution.to_python_executable(include_resources=…) is \`policy.include_distribution_resources\` now
  line 7: PythonDistribution.to_python_executable(include_test=…) is \`policy.include_test\` now
  line 10: PythonDistribution.pip_install() is \`PythonExecutable.pip_install()\` now`,
  );
});

test('each is told once', async () => {
  const [told] = await hints(
    makeExe(`
dist = default_python_distribution()
exe = dist.to_python_executable("app")
for name in ["a", "b", "c"]:
    exe.add_in_memory_python_resources(dist.pip_install([name]))`),
  );
  assert.equal(told?.hint?.split('\n').length, 3);
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
