import assert from 'node:assert/strict';
import { test } from 'node:test';

import { environmentForDaemon, environmentForSteps } from '../../protocol/environment.ts';

const rows: [name: string, forSteps: boolean, forDaemon: boolean][] = [
  ['PATH', true, true],
  ['HOME', true, true],
  ['RUSTFLAGS', true, false],
  ['CARGO_HOME', true, false],
  ['PIP_INDEX_URL', true, false],
  ['SSL_CERT_FILE', true, true],
  ['https_proxy', true, true],
  ['HTTPS_PROXY', true, true],
  ['SOURCE_DATE_EPOCH', true, false],
  ['OXD_PYTHON_DISTRIBUTION', true, false],
  ['LC_ALL', true, true],
  ['XDG_CACHE_HOME', true, true],
  ['XDG_SESSION_ID', false, true],
  ['PYTHONPATH', false, false],
  ['PYTHONHOME', false, false],
  ['LD_PRELOAD', false, false],
  ['NODE_OPTIONS', false, false],
  ['AWS_SECRET_ACCESS_KEY', false, false],
  ['FOO', false, false],
];
for (const [name, forSteps, forDaemon] of rows) {
  test(`${name} reaches ${forSteps ? 'steps' : 'no step'}${forDaemon ? ' and the daemon' : ''}`, () => {
    assert.deepEqual(environmentForSteps({ [name]: 'x' }), forSteps ? { [name]: 'x' } : {});
    assert.deepEqual(environmentForDaemon({ [name]: 'x' }), forDaemon ? { [name]: 'x' } : {});
  });
}
