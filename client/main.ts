// The client: what of the process the command line depends on is read here, and nowhere else.
import { environmentFailure } from '../protocol/failure.ts';
import { type Invocation, parseArguments, type UsageError } from './arguments.ts';
import type { RunCommand, Task } from './command.ts';
import type { CommandName } from './command-line/command.ts';
import { writeError, writeOut } from './output.ts';
import { findPlaces } from './places.ts';

/** Loaded by name, so that `oxd build` never pays for what other commands need. */
const runners: Readonly<Record<CommandName, () => Promise<RunCommand>>> = {
  'init-config-file': async () => (await import('./init-config-file.ts')).initConfigFile,
  init: async () => (await import('./init.ts')).init,
  'init-rust-project': async () => (await import('./init-rust-project.ts')).initRustProject,
  'generate-python-embedding-artifacts': async () =>
    (await import('./generate-embedding.ts')).generateEmbedding,
  'run-build-script': async () => (await import('./run-build-script.ts')).runBuildScript,
  build: async () => (await import('./build.ts')).build,
  run: async () => (await import('./run.ts')).run,
  'list-targets': async () => (await import('./list-targets.ts')).listTargets,
  'daemon start': async () => (await import('./daemon-commands.ts')).start,
  'daemon stop': async () => (await import('./daemon-commands.ts')).stop,
  'daemon restart': async () => (await import('./daemon-commands.ts')).restart,
  'daemon status': async () => (await import('./daemon-commands.ts')).status,
  'daemon logs': async () => (await import('./daemon-logs.ts')).logs,
  'cache stats': async () => (await import('./cache-stats.ts')).cacheStats,
  'cache clear': async () => (await import('./cache-clear.ts')).cacheClear,
  'cache-clear': async () => (await import('./cache-clear.ts')).cacheClear,
  'python list': async () => (await import('./python-list.ts')).pythonList,
  'python install': async () => (await import('./python-archives.ts')).pythonInstall,
  'python info': async () => (await import('./python-info.ts')).pythonInfo,
  'python extract': async () => (await import('./python-archives.ts')).pythonExtract,
  'python-distribution-info': async () => (await import('./python-info.ts')).pythonInfo,
  'python-distribution-extract': async () => (await import('./python-archives.ts')).distributionExtract,
  'find-resources': async () => (await import('./find-resources.ts')).findResources,
  licenses: async () => (await import('./licences.ts')).licenses,
  'python-distribution-licenses': async () => (await import('./licences.ts')).pythonLicences,
  'rust-project-licensing': async () => (await import('./licences.ts')).rustProjectLicensing,
  trim: async () => (await import('./trim.ts')).trim,
  analyze: async () => (await import('./analyze.ts')).analyze,
  starlark: async () => (await import('./starlark.ts')).starlark,
};

async function main(): Promise<number> {
  const parsed = parseArguments(process.argv.slice(2));
  switch (parsed.kind) {
    case 'version':
      writeOut(`oxd ${(await import('../protocol/version.ts')).version}\n`);
      return 0;
    case 'help':
      writeOut((await import('./help.ts')).helpText(parsed.about));
      return 0;
    case 'usage-error':
      return usageError(parsed);
    case 'command':
      return runCommand(parsed);
  }
}

async function runCommand(invocation: Invocation): Promise<number> {
  const { env: environment } = process;
  const isJson = invocation.flags.has('--json');
  let cwd = '/';
  try {
    cwd = currentFolder();
    const task: Task = { invocation, cwd, environment, places: findPlaces(environment, cwd), isJson };
    const run = await runners[invocation.command]();
    return await run(task);
  } catch (error) {
    return (await import('./failure-report.ts')).reportFailure({ isJson, environment, cwd }, error);
  }
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw environmentFailure('Cannot work in the current directory: it has been removed', {
      hint: 'go to one that exists: cd',
      cause,
    });
  }
}

async function usageError({ message, misspelt, about }: UsageError): Promise<number> {
  const { nearest } = await import('./spelling.ts');
  const meant = misspelt && nearest(misspelt.word, misspelt.candidates);
  writeError(`error: ${message}\n${meant === undefined ? '' : `hint: did you mean ${meant}?\n`}`);
  writeError(`\nSee \`oxd${about === undefined ? '' : ` ${about}`} --help\`\n`);
  return 64;
}

void main().then((code) => process.exit(code));
