// `npm run test:allocators`: each backend that is compiled from C or C++ serves what it is to serve, and a project that
// uses one has a stub of its own.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { InterpreterConfig } from '../../daemon/executable/interpreter-config.ts';
import { oxd, sharedCache, stopDaemon } from '../e2e/oxd.ts';
import { runElsewhere } from '../e2e/foreign-machine.ts';
import { buildStub, testPython } from '../daemon/executable/packing.ts';
import { observe } from './observe.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-allocators-'));
after(() => {
  stopDaemon();
  rmSync(folder, { recursive: true, force: true });
});

/** Statistics that a backend prints at its end, as the environment asks it to; snmalloc has none. */
const rows: [
  backend: Required<InterpreterConfig>['allocatorBackend'],
  statistics: RegExp,
  inStub: string | undefined,
][] = [
  ['mimalloc', /pages[^]*committed/, 'mimalloc: '],
  ['snmalloc', /^$/, undefined],
  ['jemalloc', /Begin jemalloc statistics/, '<jemalloc>'],
];
for (const [backend, statistics, inStub] of rows)
  suite(backend, { concurrency: false }, () => {
    test('it serves all domains and the runtime', async () => {
      const { stderr, ...observed } = await observe(folder, {
        allocatorBackend: backend,
        allocatorRaw: true,
        allocatorMem: true,
        allocatorObj: true,
      });
      const elsewhere = { raw: 'elsewhere', mem: 'elsewhere', obj: 'elsewhere' } as const;
      assert.deepEqual(observed, { ...elsewhere, arenas: false, runtime: false });
      assert.match(stderr, statistics);
    });

    test('it serves the raw domain and arenas alone', async () => {
      const { stderr: _statistics, ...observed } = await observe(folder, {
        allocatorBackend: backend,
        allocatorRaw: true,
        allocatorPymallocArena: true,
      });
      // Arenas are asked of the backend: not of posix_memalign.
      assert.deepEqual(observed, {
        raw: 'elsewhere',
        mem: 'elsewhere',
        obj: 'elsewhere',
        arenas: false,
        runtime: false,
      });
    });

    test('it is in the stub', () => {
      const bytes = readFileSync(buildStub(testPython(), 'static', [`allocator-${backend}`]));
      if (inStub !== undefined) assert.ok(bytes.includes(inStub));
      // What is written in C++ brings its library along.
      assert.ok(!bytes.includes('libstdc++.so'));
    });
  });

test('stubs with and without a backend live side by side', () => {
  const workspace = join(folder, 'project');
  mkdirSync(workspace);
  writeFileSync(
    join(workspace, 'pyoxidizer.bzl'),
    `
def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_command = "import json, threading; print(6 * 7)"
    config.allocator_backend = VARS.get("backend", "default")
    return dist.to_python_executable(name = "app", config = config)

register_target("exe", make_exe, default = True)
resolve_targets()
`,
  );
  const build = (backend: string): string => {
    const result = oxd(['build', '--path', workspace, '--var', 'backend', backend]);
    assert.equal(result.code, 0, result.stderr);
    const executable = join(workspace, 'build/x86_64-unknown-linux-gnu/debug/exe/app');
    assert.equal(runElsewhere({ executable, hide: [workspace, sharedCache] }).stdout, '42\n');
    return result.stderr;
  };
  build('default');
  build('mimalloc');
  for (const backend of ['default', 'mimalloc', 'rust']) assert.doesNotMatch(build(backend), /cargo/);
});
