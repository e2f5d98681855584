// to_python_executable() by position, as each generation has it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { executableOf, makeExe } from './evaluation-rig.ts';

/** Calls, and what is included: filter, sources, resources, tests, variant, place, what runs. */
const rows: Readonly<Record<string, string>> = {
  // 0.6: name, config, filter, variants, sources, resources, tests
  'config, "no-libraries", {"readline": "libedit"}, False, True, True':
    'no-libraries readline=libedit resources tests memory mine',
  'config, "no-gpl", None, False, False, True': 'no-copyleft tests memory mine',
  'config, "minimal", None, True': 'minimal sources memory mine',
  'config, "all", include_sources=False, include_test=True': 'all tests memory mine',
  'config, "all", None, False, include_test=True': 'all tests memory mine',
  // 0.7: name, policy, config, filter, variants, sources, resources, tests
  '"filesystem-relative-only:lib", config, "minimal", {"readline": "libedit"}, False, True, True':
    'minimal readline=libedit resources tests lib mine',
  '"in-memory-only", config, "all", None, True, False': 'all sources memory mine',
  // 0.8 and later: name, policy, config
  'policy, config': 'all sources memory mine',
  policy: 'all sources memory the prompt',
};

for (const [args, expected] of Object.entries(rows))
  test(`to_python_executable("app", ${args})`, async () => {
    const { additions, extensionModules, interpreter } = await executableOf(
      makeExe(`
dist = default_python_distribution()
policy = dist.make_python_packaging_policy()
config = PythonInterpreterConfig(run_module="mine")
exe = dist.to_python_executable("app", ${args})
exe.add_python_resources(exe.read_package_root(CWD, ["app"]))`),
    );
    const [library] = additions;
    const last = additions.at(-1);
    assert.ok(library !== undefined && library.kind !== 'filter' && last?.kind === 'set');
    const { settings } = library;
    const sets = library.kind === 'standard-library' ? library : undefined;
    // With a filter the library is chosen resource by resource: os.py, test, Grammar.txt, readline, math.
    const chosen = new Set(
      additions.flatMap((one) =>
        one.kind === 'set' && one.set === 'stdlib' ? (one.indexes ?? [0, 1, 2, 3, 4]) : [],
      ),
    );
    const words = [
      extensionModules.filter,
      ...Object.entries(extensionModules.variants).map((pair) => pair.join('=')),
      ...(settings.source ? ['sources'] : []),
      ...((sets?.includeResources ?? chosen.has(2)) ? ['resources'] : []),
      ...((sets?.includeTest ?? chosen.has(1)) ? ['tests'] : []),
      typeof last.settings.location === 'object' ? last.settings.location.prefix : 'memory',
      interpreter.run.mode === 'module' ? interpreter.run.name : 'the prompt',
    ];
    assert.equal(words.join(' '), expected);
  });
