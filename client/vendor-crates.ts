import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { environmentFailure } from '../protocol/failure.ts';
import type { Task } from './command.ts';
import { writeError } from './output.ts';

/** Where the project has our crate, and below `cratesFolder` all others; relative to it. */
export const vendoredRuntime = 'oxd-runtime';
const cratesFolder = 'vendor';

/** What the crate is built from; beside it lie a checkout's target folder and tests. */
const parts = ['src', 'build.rs', 'Cargo.toml', 'Cargo.lock'];

/** Puts our crate and those of crates.io into the project, and tells its cargo that they are there. */
export async function vendorCrates(task: Task, runtime: string, folder: string): Promise<void> {
  const copy = join(folder, vendoredRuntime);
  mkdirSync(copy);
  for (const part of parts) cpSync(join(runtime, part), join(copy, part), { recursive: true });
  const settings = await cargoVendor(task, folder);
  appendFileSync(join(folder, '.cargo/config.toml'), `\n${settings}`);
}

/** Runs cargo in the project. What it prints is for the configuration. */
function cargoVendor({ environment }: Task, folder: string): Promise<string> {
  writeError(`copying crates to ${join(folder, cratesFolder)}\n`);
  const cargo = environment['CARGO'] ?? 'cargo';
  return new Promise((resolve, reject) => {
    const args = ['vendor', '--locked', '--versioned-dirs', cratesFolder];
    // Ctrl-C of a terminal reaches it too.
    const child = spawn(cargo, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', (cause) =>
      reject(
        environmentFailure(`Cannot start ${cargo}: ${cause.message}`, {
          hint: 'install Rust, or set CARGO',
          cause,
        }),
      ),
    );
    child.on('close', (code) => {
      if (code === 0) return resolve(out);
      const words = errors.slice(Math.max(0, errors.search(/^error/m))).trimEnd();
      reject(
        environmentFailure(`Cannot copy the crates: cargo vendor ended with code ${code}\n${words}`, {
          hint: 'crates come from the network or from an earlier build: check the network',
        }),
      );
    });
  });
}
