// Equal sources give equal programs, whoever's machine compiled them: rustc writes the paths of sources into programs.
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.ts';

/**
 * Started by cargo in place of rustc. RUSTFLAGS would do as well, but setting them makes cargo forget those of the
 * user's own configuration. One folder of registry/src a registry: its name differs behind a mirror.
 */
const script = `#!/bin/sh
for folder in "$OXD_CARGO_HOME"/registry/src/* "$OXD_CARGO_HOME"/git/checkouts; do
  set -- "$@" --remap-path-prefix "$folder=/cargo"
done
exec $OXD_RUSTC_WRAPPER "$@" --remap-path-prefix "$OXD_CRATE_FOLDER=/oxd"
`;

/** Variables for a cargo that is to leave out where `crateFolder` and the user's registry are. */
export function remappedPaths(context: Context, crateFolder: string): Record<string, string> {
  const { CARGO_HOME, HOME, RUSTC_WRAPPER, CARGO_BUILD_RUSTC_WRAPPER } = context.environment;
  const folder = join(context.cache.folder, 'cargo');
  const wrapper = join(folder, 'rustc-without-paths');
  if (!existsSync(wrapper)) {
    mkdirSync(folder, { recursive: true });
    const aside = context.cache.scratch();
    writeFileSync(aside, script);
    chmodSync(aside, 0o755);
    renameSync(aside, wrapper);
  }
  return {
    RUSTC_WRAPPER: wrapper,
    OXD_RUSTC_WRAPPER: RUSTC_WRAPPER ?? CARGO_BUILD_RUSTC_WRAPPER ?? '',
    OXD_CARGO_HOME: CARGO_HOME ?? join(HOME ?? homedir(), '.cargo'),
    OXD_CRATE_FOLDER: crateFolder,
  };
}
