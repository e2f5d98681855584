// The public interface of the crate, as rustdoc sees it, against the list that is committed: a line that goes or changes
// breaks somebody's program, so it comes with a new version. OXD_UPDATE=1 writes the list anew.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cargo, cargoTarget, crateFeatures } from './support/embedding-cargo.ts';
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
  // JSON is for nightly compilers, or for those who say that they know.
  const json = ['--', '-Z', 'unstable-options', '--output-format', 'json'];
  cargo('runtime', ['rustdoc', '--lib', ...crateFeatures, ...json], { RUSTC_BOOTSTRAP: '1' });
  return JSON.parse(readFileSync(join(cargoTarget, 'doc/oxd_runtime.json'), 'utf8')) as Documentation;
}
