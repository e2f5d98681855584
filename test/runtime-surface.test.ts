// The public interface of the crate, as rustdoc sees it, against the list that is committed: a line that goes or changes
// breaks somebody's program, so it comes with a new version. OXD_UPDATE=1 writes the list anew.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testPython, workFolder } from './daemon/executable/packing.ts';
import { type Documentation, surfaceOf } from './support/rustdoc-surface.ts';

const list = 'runtime/public-api.txt';
/** Of rustdoc's JSON, which is not stable: others may have other fields. */
const knownFormats = [57];

test('the public interface of the crate is the committed one', (t) => {
  const documentation = document();
  if (!knownFormats.includes(documentation.format_version)) {
    t.skip(`this rustdoc writes format ${documentation.format_version}`);
    return;
  }
  const version = /^version = "(.*)"$/m.exec(readFileSync('runtime/Cargo.toml', 'utf8'))?.[1];
  const now = [`oxd-runtime ${version}`, ...surfaceOf(documentation)];
  const known = readFileSync(list, 'utf8').trimEnd().split('\n');
  const gone = known.slice(1).filter((line) => !now.includes(line));
  if (known[0] === now[0])
    assert.deepEqual(gone, [], 'these break programs: raise the version in runtime/Cargo.toml');
  if (process.env['OXD_UPDATE'] === '1') writeFileSync(list, `${now.join('\n')}\n`);
  else assert.deepEqual(now, known, 'run this test with OXD_UPDATE=1 and commit the list');
});

function document(): Documentation {
  const python = testPython();
  const target = join(workFolder, `embedding-${python.version}`);
  mkdirSync(target, { recursive: true });
  const pyo3 = join(target, 'pyo3.txt');
  const lines = ['implementation=CPython', `version=${python.version}`, 'shared=false', 'abi3=false'];
  writeFileSync(pyo3, [...lines, 'pointer_width=64', 'suppress_build_script_link_lines=true', ''].join('\n'));
  const args = ['rustdoc', '--locked', '--quiet', '--lib', '--features', 'pyo3'];
  execFileSync('cargo', [...args, '--', '-Z', 'unstable-options', '--output-format', 'json'], {
    cwd: 'runtime',
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      // JSON is for nightly compilers, or for those who say that they know.
      RUSTC_BOOTSTRAP: '1',
      PYO3_CONFIG_FILE: pyo3,
      CARGO_TARGET_DIR: target,
      OXD_PYTHON_STATIC: python.archive,
      OXD_PYTHON_LIBS: python.libraries,
    },
  });
  return JSON.parse(readFileSync(join(target, 'doc/oxd_runtime.json'), 'utf8')) as Documentation;
}
