import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

import { PythonForProject } from '../protocol/embedding-requests.ts';
import { environmentFailure, inputFailure } from '../protocol/failure.ts';
import { projectLock } from './cargo-lock.ts';
import { flagValue, hasFlag, type Task } from './command.ts';
import { configFileName } from './config-file-name.ts';
import { writeError, writeOut } from './output.ts';
import { ask, pythonRequest } from './python-request.ts';
import { vendorCrates, vendoredRuntime } from './vendor-crates.ts';

/** Writes a Cargo project that starts the Python of its config: everything in it is the user's to change. */
export async function initRustProject(task: Task): Promise<number> {
  const { packageFolder } = task.places;
  const folder = resolve(task.cwd, task.invocation.words[0] ?? '');
  const isVendored = hasFlag(task, '--vendor');
  const name = crateName(folder);
  checkFree(folder);
  const python = await ask(task, PythonForProject, pythonRequest(task, flagValue(task, '--python')));
  const version = python.version.split('.').slice(0, 2).join('.');
  const runtime = join(packageFolder, 'runtime');
  const values = {
    NAME: name,
    VERSION: version,
    RUNTIME: isVendored ? vendoredRuntime : runtime,
    OXD: join(packageFolder, 'dist/oxd.cjs'),
  };
  const template = (file: string): string =>
    fill(readFileSync(join(packageFolder, 'client/rust-project', file), 'utf8'), values);
  const read = (file: string): string => readFileSync(join(runtime, file), 'utf8');
  const isShared = python.linking === 'shared';
  writeFiles(folder, {
    '.cargo/config.toml':
      template('config.toml') +
      (isShared ? '# It has no static library: the shared one is packed.\nOXD_PYTHON_SHARED = "1"\n' : ''),
    '.cargo/python.txt': pythonText(version),
    '.gitignore': '/build\n/target\n',
    'Cargo.toml': template('Cargo.toml'),
    'Cargo.lock': projectLock({ manifest: read('Cargo.toml'), lock: read('Cargo.lock') }, name),
    'build.rs': template('build.rs'),
    [configFileName]: template(configFileName),
    'src/main.rs': template('main.rs'),
  });
  if (isVendored) await vendorCrates(task, runtime, folder);
  if (task.isJson)
    writeOut(
      `${JSON.stringify({ event: 'result', outcome: 'written', path: folder, python: python.version, exitCode: 0 })}\n`,
    );
  else writeError(nextSteps(folder, relative(task.cwd, folder), python.reason));
  return 0;
}

/** Marks stand in quotes, which TOML, Rust and Starlark read alike. Those without a value stay as they are. */
const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$([A-Z]+)\b/g, (mark, key: string) => JSON.stringify(values[key] ?? mark).slice(1, -1));

/** As cargo wants it. */
function crateName(folder: string): string {
  const name = basename(folder).replaceAll(/[ .]+/g, '-');
  if (/^[A-Za-z_][\w-]*$/.test(name) && !/^(test|core|std|alloc|proc_macro|oxd-runtime)$/.test(name))
    return name;
  throw inputFailure(`Cannot name a crate after the folder "${folder}"`, {
    hint: 'begin with a letter, and take letters, digits, "-" and "_": `oxd init-rust-project myapp`',
  });
}

function checkFree(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory())
    throw inputFailure(`existing path must be a directory: ${folder}`, { hint: 'choose another name' });
  const taken = ['Cargo.toml', 'build.rs', configFileName, 'src', '.cargo'].find((file) =>
    existsSync(join(folder, file)),
  );
  if (taken !== undefined)
    throw inputFailure(`There is a project already: ${join(folder, taken)}`, {
      hint: 'choose another folder, or remove it',
    });
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      // A folder under version control has its own.
      if (name === '.gitignore' && existsSync(path)) continue;
      writeFileSync(path, text, { flag: 'wx' });
    }
  } catch (cause) {
    const isEmpty = existsSync(folder) && readdirSync(folder).length === 0;
    throw environmentFailure(`Cannot write into ${folder}: ${(cause as Error).message}`, {
      ...(isEmpty ? {} : { hint: 'remove what is there, and try again' }),
      cause,
    });
  }
}

/** The format of pyo3-build-config; the same on every machine, so that it can be under version control. */
const pythonText = (version: string): string =>
  [
    'implementation=CPython',
    `version=${version}`,
    'shared=false',
    'abi3=false',
    'pointer_width=64',
    'suppress_build_script_link_lines=true',
    '',
  ].join('\n');

function nextSteps(folder: string, shown: string, python: string): string {
  return `A new Rust binary application has been created in ${folder}

Its program starts ${python}.

To build and run it with oxd, or with cargo alone:

${shown === '' ? '' : `  $ cd ${shown}\n`}  $ oxd run
  $ cargo run

${configFileName} says what is packed, src/main.rs what the program does with it.
`;
}
