// A real daemon around the held engine: `node held-daemon.ts --runtime R --cache C [--idle-ms N]`.
import { parseArgs } from 'node:util';

import { idleExitDefaultMs } from '../../daemon/idle.ts';
import { runDaemon } from '../../daemon/main.ts';
import { heldEngine } from './held-engine.ts';

const { values } = parseArgs({
  options: { runtime: { type: 'string' }, cache: { type: 'string' }, 'idle-ms': { type: 'string' } },
});
await runDaemon({
  runtimeFolder: values.runtime ?? '',
  cacheFolder: values.cache ?? '',
  idleMs: Number(values['idle-ms'] ?? idleExitDefaultMs),
  // Others may edit the sources while a test runs.
  followsCode: false,
  createEngine: heldEngine,
});
process.exit();
