// `oxd starlark`: the language alone, without a daemon. Loaded into this process like the engine of `--no-daemon`.
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import type * as Command from '../daemon/starlark/command.ts';
import type * as Diagnostic from '../daemon/starlark/diagnostic.ts';
import type * as Dialect from '../daemon/starlark/dialect.ts';
import type * as LoadSource from '../daemon/starlark/load-source.ts';
import type * as Prompt from '../daemon/starlark/repl.ts';
import { inputFailure } from '../protocol/failure.ts';
import { flagValue, hasFlag, type Task } from './command.ts';
import { starlarkSwitches } from './command-line/starlark.ts';
import { isTerminal, writeError, writeOut } from './output.ts';
import { daemonEntry } from './places.ts';

type Options = ReturnType<typeof Dialect.dialectOf>['options'];

const load = async <T>(name: `starlark/${string}`): Promise<T> =>
  (await import(pathToFileURL(daemonEntry(name)).href)) as T;

/** A file, code, JSON requests (`--batch`), or what is typed. */
export async function starlark(task: Task): Promise<number> {
  const command = await load<typeof Command>('starlark/command');
  const { dialectOf } = await load<typeof Dialect>('starlark/dialect');
  const { options } = dialectOf(starlarkSwitches.filter((name) => hasFlag(task, `--${name}`)));
  if (hasFlag(task, '--batch')) return runBatch(command, task.cwd);
  const [word] = task.invocation.words;
  const code = flagValue(task, '--code');
  if (code !== undefined && word !== undefined)
    throw inputFailure('Cannot run a file and --code at once', { hint: 'give one of them' });
  if (code !== undefined) return runText(command, task, options, { file: '<code>', source: code });
  if (word !== undefined && word !== '-') {
    const file = resolve(task.cwd, word);
    return runText(command, task, options, { file, source: readSource(file) });
  }
  if (word === undefined && process.stdin.isTTY) return converse(command, options, task.cwd);
  return runText(command, task, options, { file: '<stdin>', source: readFileSync(0, 'utf8') });
}

type Source = { readonly file: string; readonly source: string };

async function runText(
  command: typeof Command,
  task: Task,
  options: Options,
  { file, source }: Source,
): Promise<number> {
  const loading = await loaderIn(task.cwd);
  const event = (fields: object): void => writeOut(`${JSON.stringify(fields)}\n`);
  const { isJson } = task;
  const exitCode = command.runFile({
    file,
    source,
    options,
    json: isJson,
    load: loading,
    output: isJson
      ? (text) => event({ event: 'output', from: 'config', text: text.replace(/\n$/, '') })
      : writeOut,
    errors: isJson
      ? (text) => event({ event: 'diagnostic', diagnostic: JSON.parse(text) as object })
      : writeError,
  });
  if (isJson) event({ event: 'result', outcome: exitCode === 0 ? 'evaluated' : 'failed', exitCode });
  return exitCode;
}

/** `load("x.star", …)` means a file beside the one that loads; what is typed loads from the current directory. */
async function loaderIn(cwd: string): Promise<(name: string, from: string) => Source> {
  const { loadSource } = await load<typeof LoadSource>('starlark/load-source');
  return (name, from) => loadSource(name, resolveLoad(name, from, cwd), (file) => readFileSync(file, 'utf8'));
}

const resolveLoad = (name: string, from: string, cwd: string): string =>
  isAbsolute(name) ? name : join(from.startsWith('<') ? cwd : dirname(resolve(cwd, from)), name);

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw inputFailure(
      `Cannot read "${file}": ${code === 'ENOENT' ? 'there is no such file' : String(code)}`,
      { cause },
    );
  }
}

/** One JSON request a line, one answer a line: the door for test suites. */
async function runBatch(command: typeof Command, cwd: string): Promise<number> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const host = {
    read: (file: string) => readFileSync(resolve(cwd, file), 'utf8'),
    resolve: (name: string, from: string) => resolveLoad(name, from, cwd),
  };
  await command.runBatch(lines, host, (line) => writeOut(`${line}\n`));
  return 0;
}

/** A prompt until the end of input. */
async function converse(command: typeof Command, options: Options, cwd: string): Promise<number> {
  const { Repl } = await load<typeof Prompt>('starlark/repl');
  const { formatDiagnostic } = await load<typeof Diagnostic>('starlark/diagnostic');
  const repl = new Repl({
    options,
    predeclared: command.commandPredeclared,
    load: await loaderIn(cwd),
    print: (text) => writeOut(`${text}\n`),
  });
  const lines = createInterface({
    input: process.stdin,
    output: isTerminal('out') ? process.stdout : process.stderr,
    prompt: '>>> ',
    completer: (line: string): [string[], string] => {
      const word = /\w*$/.exec(line)?.[0] ?? '';
      return [word === '' ? [] : repl.names().filter((name) => name.startsWith(word)), word];
    },
  });
  let typed = '';
  const start = (): void => {
    typed = '';
    lines.setPrompt('>>> ');
    lines.prompt();
  };
  lines.on('SIGINT', () => {
    writeOut('\n');
    start();
  });
  lines.on('line', (line) => {
    typed += `${line}\n`;
    // So that Ctrl-C is a signal again while an endless loop runs.
    process.stdin.setRawMode(false);
    const { outcome, ...result } = repl.feed(typed);
    process.stdin.setRawMode(true);
    if (outcome === 'incomplete') {
      lines.setPrompt('... ');
      lines.prompt();
      return;
    }
    if ('text' in result && result.text !== undefined) writeOut(`${result.text}\n`);
    if ('diagnostics' in result)
      for (const diagnostic of result.diagnostics) writeError(formatDiagnostic(diagnostic));
    start();
  });
  lines.prompt();
  await new Promise<void>((done) => {
    lines.once('close', done);
  });
  writeOut('\n');
  return 0;
}
