// A program whose extension modules are linked in from an archive's object files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { pythons } from '../daemon/python/python-rig.ts';
import { makeArchive } from '../support/standalone-archive.ts';
import { oxd, stopDaemon } from './oxd.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-static-modules-'));
const archive = join(folder, 'cpython-3.11.7-full.tar.zst');

suite('extension modules from object files', { concurrency: false }, () => {
  before(async () => {
    const form = { kind: 'full', compression: 'zst', hasStatic: true, hasObjects: true } as const;
    const sha256 = await makeArchive(pythons['3.11'], archive, form);
    writeFileSync(
      join(folder, 'pyoxidizer.bzl'),
      `def make_exe():
    dist = PythonDistribution(sha256 = "${sha256}", local_path = "${archive}")
    policy = dist.make_python_packaging_policy()
    policy.set_preferred_extension_module_variant("_oxd_probe", "second")
    config = dist.make_python_interpreter_config()
    config.run_command = "import sys; exec(sys.argv[1])"
    return dist.to_python_executable(name = "probe", packaging_policy = policy, config = config)

register_target("exe", make_exe)
resolve_targets()
`,
    );
  });
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  test('are builtin, in the variant that the policy prefers, and need no dlopen', () => {
    const built = oxd(['build', '--path', folder]);
    assert.equal(built.code, 0, built.stderr);
    const program = join(folder, 'build/x86_64-unknown-linux-gnu/debug/exe/probe');
    const said = execFileSync(
      program,
      [
        `import _oxd_probe, _oxd_linked, json, re
print(_oxd_probe.variant, _oxd_linked.zlib != "none")
print(sorted({"_oxd_probe", "_oxd_linked", "posix"} & set(sys.builtin_module_names)), _oxd_probe.__spec__.origin)`,
      ],
      { encoding: 'utf8' },
    );
    assert.equal(said, "second True\n['_oxd_linked', '_oxd_probe', 'posix'] built-in\n");
  });
});
