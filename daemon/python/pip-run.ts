// Starts pip, with lock files in a form that every version of it reads.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Context } from '../context.ts';
import { childEnvironment } from './child-environment.ts';
import type { Distribution } from './distribution.ts';
import { pipFailure } from './pip-failure.ts';
import type { PipInputs, PipRequest } from './pip-inputs.ts';
import type { PipProgram } from './pip-program.ts';
import { isOffline } from './strictness.ts';

/** A killed pip and its builds get this long to remove their temporary files. */
const killGraceMs = 5_000;
/** Of pip's words, kept for a failure; the end matters most. */
const outputKeptMax = 4_000_000;

export type PipRun = {
  readonly pip: PipProgram;
  readonly inputs: PipInputs;
  readonly request: PipRequest;
  readonly staged: string;
  readonly report: string;
  /** A folder to be made for the forms of lock files. */
  readonly pages: string;
  readonly step: number;
  readonly subject: string;
  readonly name: string;
};

/** Runs pip to its end. Throws a Failure with its own words. */
export async function runPip(context: Context, distribution: Distribution, run: PipRun): Promise<void> {
  const given = pipArguments(context, run);
  const subprocess = execa(
    distribution.executable,
    [
      ...run.pip.command,
      'install',
      '--disable-pip-version-check',
      '--no-input',
      '--no-compile',
      '--no-warn-script-location',
      // What it would warn of is installed beside pip and goes nowhere.
      '--no-warn-conflicts',
      '--target',
      run.staged,
      ...(knowsReport(run.pip.version) ? ['--report', run.report] : []),
      ...given,
    ],
    {
      cwd: run.request.directory,
      env: pipEnvironment(context, run.request),
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      buffer: false,
      all: true,
      killDescendants: true,
      cancelSignal: context.signal,
      forceKillAfterDelay: killGraceMs,
    },
  );
  let output = '';
  let packages = 0;
  for await (const line of subprocess.iterable({ from: 'all' })) {
    output = `${output}${line}\n`.slice(-outputKeptMax);
    context.report({ event: 'output', step: run.step, from: 'pip', text: line });
    const collected = /^Collecting ([\w.-]+)/.exec(line.trim())?.[1];
    if (collected !== undefined) {
      packages += 1;
      context.report({
        event: 'step-progress',
        step: run.step,
        done: packages,
        unit: 'files',
        detail: collected,
      });
    }
  }
  const end = await subprocess;
  context.signal.throwIfAborted();
  if (end.failed)
    throw pipFailure(output === '' ? (end.shortMessage ?? '') : output, join(context.cache.folder, 'logs'), {
      subject: run.subject,
      python: `CPython ${distribution.version} on ${distribution.triple}`,
      name: run.name,
      isOffline: isOffline(context),
      isFromLock: run.inputs.locks.size > 0,
    });
}

/** pip 22.2 and later tell what they installed. */
function knowsReport(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 2);
}

/** Port 9 discards, where anybody listens at all. */
const nobody = 'http://127.0.0.1:9';

function pipEnvironment(context: Context, request: PipRequest): Record<string, string> {
  const environment = childEnvironment(context, request.extraEnvironment);
  for (const name of ['TARGET', 'PREFIX', 'ROOT', 'REPORT', 'PYTHON', 'DRY_RUN'])
    delete environment[`PIP_${name}`];
  if (isOffline(context)) {
    // Also what is named by its URL stays away from the network; pip's own cache still answers for some of that.
    for (const name of Object.keys(environment)) if (/_proxy$/i.test(name)) delete environment[name];
    for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'PIP_PROXY']) environment[name] = nobody;
    environment['PIP_RETRIES'] = '0';
  }
  // Variables go before pip.conf: what a user has there for his own installs would contradict --target.
  return {
    ...environment,
    // How packages know PyOxidizer while they are built.
    PYOXIDIZER: '1',
    PIP_USER: '0',
    PIP_REQUIRE_VIRTUALENV: '0',
    PIP_ROOT_USER_ACTION: 'ignore',
    PIP_NO_COLOR: '1',
    PIP_PROGRESS_BAR: 'off',
  };
}

/** The request's arguments; a lock file becomes a requirements file with hashes, and a page of links to its files. */
function pipArguments(context: Context, { inputs, pages }: PipRun): string[] {
  const args: string[] = [];
  for (const word of inputs.args) {
    const lock = inputs.locks.get(word);
    if (lock === undefined) {
      args.push(word);
      continue;
    }
    mkdirSync(pages, { recursive: true });
    const base = join(pages, String(args.length));
    writeFileSync(`${base}.txt`, lock.requirements);
    writeFileSync(`${base}.html`, lock.links);
    args.push(`${base}.txt`, '--no-deps', '--require-hashes', '--find-links', `${base}.html`);
    if (!lock.needsBuilding) args.push('--no-index');
  }
  return isOffline(context) ? [...args, '--no-index'] : args;
}
