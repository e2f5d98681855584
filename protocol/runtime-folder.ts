// The folder in which client and daemon meet. Whoever could write to it could pose as the daemon, so both sides look.
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';

import { environmentFailure } from './failure.ts';

const othersMask = 0o077;

/** Creates the folder, or makes sure that it belongs to this user alone. */
export function ensureRuntimeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const hint = 'remove it, or name another folder with OXD_RUNTIME_DIR';
  if (!found.isDirectory())
    throw environmentFailure(`Cannot use the runtime folder "${path}": not a directory`, { hint });
  const uid = process.geteuid?.();
  if (uid !== undefined && found.uid !== uid)
    throw environmentFailure(`Cannot use the runtime folder "${path}": it belongs to user ${found.uid}`, {
      hint,
    });
  // Also what an earlier mkdir left under a generous umask.
  if ((found.mode & othersMask) !== 0) chmodSync(path, 0o700);
}
