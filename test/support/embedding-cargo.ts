// cargo, as users of the crate call it: one target folder and one set of features for all tests, so that what it compiles
// is compiled once, and kept between runs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testPython, workFolder } from '../daemon/executable/packing.ts';

const python = testPython();

export const cargoTarget = join(workFolder, `embedding-${python.version}`);

/** What the program in test/embedding/rust has of the crate and of pyo3. */
export const crateFeatures = ['--features', 'pyo3,allocator-mimalloc,pyo3/macros'];

/** Runs cargo in a folder; its words go to our standard error. */
export function cargo(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): void {
  mkdirSync(cargoTarget, { recursive: true });
  const pyo3 = join(cargoTarget, 'pyo3.txt');
  const lines = ['implementation=CPython', `version=${python.version}`, 'shared=false', 'abi3=false'];
  writeFileSync(pyo3, [...lines, 'pointer_width=64', 'suppress_build_script_link_lines=true', ''].join('\n'));
  const [command = '', ...others] = args;
  execFileSync('cargo', [command, '--locked', '--quiet', ...others], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PYO3_CONFIG_FILE: pyo3,
      CARGO_TARGET_DIR: cargoTarget,
      OXD_PYTHON_STATIC: python.archive,
      OXD_PYTHON_LIBS: python.libraries,
      // Nobody debugs it: linking takes half the time. And the crate's own profile would compile all once more.
      CARGO_PROFILE_DEV_DEBUG: '0',
      CARGO_PROFILE_DEV_PANIC: 'unwind',
      ...environment,
    },
  });
}
