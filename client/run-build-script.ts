import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { RunBuildScript } from '../protocol/embedding-requests.ts';
import { environmentForSteps } from '../protocol/environment.ts';
import { inputFailure } from '../protocol/failure.ts';
import type { ConfigRequest } from '../protocol/requests.ts';
import { flagValue, flagValues, type Task } from './command.ts';
import { configRequest } from './config-request.ts';
import { writeOut } from './output.ts';
import { perform } from './perform.ts';
import { Screen } from './screen.ts';
import { UsageFailure } from './usage-failure.ts';

/**
 * For build scripts of cargo: writes what the program embeds into OUT_DIR and tells cargo of it on standard output, in
 * the lines of https://doc.rust-lang.org/cargo/reference/build-scripts.html. Asks a daemon that runs; starts none, since it
 * would belong to cargo.
 */
export async function runBuildScript(task: Task): Promise<number> {
  const folder = fromCargo(task, 'OUT_DIR');
  const target = flagValue(task, '--target');
  const request = {
    ...requestOf(task, folder),
    triple: fromCargo(task, 'TARGET'),
    release: fromCargo(task, 'PROFILE') === 'release',
    environment: environmentForSteps(withoutCargos(task.environment)),
    folder,
    ...(target === undefined ? {} : { target }),
  };
  const screen = new Screen({ ...task, isJson: false });
  const outcome = await perform(task, RunBuildScript, request, {
    ...screen.performance,
    isGuest: true,
  }).finally(() => screen.close());
  checkLayout(task, outcome.version);
  if (outcome.linking === 'shared' && (task.environment['OXD_PYTHON_SHARED'] ?? '') === '')
    throw inputFailure(`Cannot link Python ${outcome.version}: it has no static library`, {
      hint: 'set OXD_PYTHON_SHARED = "1" below [env] in .cargo/config.toml, or take a Python with libpython*.a',
    });
  const variables = ['PYOXIDIZER_CONFIG', ...flagValues(task, '--var-env').map(([, name = '']) => name)];
  const lines = [
    ...outcome.inputs.map((path) => `rerun-if-changed=${path}`),
    ...variables.map((name) => `rerun-if-env-changed=${name}`),
    `rustc-env=DEFAULT_PYTHON_CONFIG_RS=${join(folder, 'default_python_config.rs')}`,
    ...outcome.linkArguments.map((argument) => `rustc-link-arg=${argument}`),
  ];
  writeOut(lines.map((line) => `cargo:${line}\n`).join(''));
  return 0;
}

/** The config of the crate, or else one above the folder that cargo builds in. */
function requestOf(task: Task, folder: string): ConfigRequest {
  try {
    return configRequest(task, fromCargo(task, 'CARGO_MANIFEST_DIR'));
  } catch (error) {
    try {
      return configRequest(task, folder);
    } catch {
      throw error;
    }
  }
}

function fromCargo({ environment }: Task, name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new UsageFailure(
    `${name} is not set: this command is for build scripts, which cargo starts`,
    'write a project that has one with `oxd init-rust-project`',
  );
}

/** What cargo says to its build scripts alone, and what would change the keys of steps that it is nothing to. */
function withoutCargos(environment: Task['environment']): Record<string, string | undefined> {
  const own = /^(CARGO(_(?!HOME$|HTTP_|NET_).*)?|RUSTC|RUSTDOC|RUSTFLAGS|RUST_RECURSION_COUNT)$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !own.test(name)));
}

/** Crates that were compiled for another version of Python would crash with this one. */
function checkLayout({ environment }: Task, version: string): void {
  const path = environment['PYO3_CONFIG_FILE'];
  if (path === undefined || path === '') return;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return; // pyo3 has something to say about it
  }
  const layout = /^version=(.*)$/m.exec(text)?.[1];
  const minor = version.split('.').slice(0, 2).join('.');
  if (layout === undefined || layout === minor) return;
  throw inputFailure(`The config packs Python ${minor}, and the crates are compiled for ${layout}`, {
    hint: `write version=${minor} into ${path}, or python_version = "${layout}" into the config`,
  });
}
