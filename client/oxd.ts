// The command `oxd`: sees to it that the client runs on a Node that can run it, and without being compiled each time.
// This file and what it imports must be understood by Node 20, which may be what `env node` finds.
import { createRequire, enableCompileCache } from 'node:module';

import { cacheFolderOf, codeCacheFolder } from './cache-folder.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 24 || (major === 24 && minor >= 12)) {
  try {
    enableCompileCache(codeCacheFolder(cacheFolderOf(process.env, '')));
  } catch {
    // A relative folder, and no current directory to find it from: the client says so.
  }
  createRequire(__filename)('./main.cjs');
} else {
  void import('./newer-node.ts')
    .then(({ runWithNewerNode }) => runWithNewerNode())
    .then((code) => process.exit(code));
}
