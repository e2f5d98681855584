// Runs a program that is being trimmed, once.
import { spawn } from 'node:child_process';
import { basename, dirname } from 'node:path';

import { environmentFailure } from '../protocol/failure.ts';
import type { Task } from './command.ts';
import { isTerminal, writeError, writeOut } from './output.ts';

export type Run =
  | {
      readonly kind: 'program';
      readonly args: readonly string[];
      /** Whether it reads what `oxd` itself gets on standard input. */
      readonly input: 'own' | 'none';
    }
  /** For the shell. */
  | { readonly kind: 'test'; readonly command: string };

export type Ran = {
  /** Exit code, or the name of the signal. */
  readonly end: number | string;
  /** Absent when it wrote to the terminal itself. */
  readonly output: { readonly out: string; readonly error: string } | 'terminal';
  /** What it was given on standard input. */
  readonly input: Buffer;
};

/** Output of a scenario, for comparing; what is beyond is shown and not kept. */
const outputBytesMax = 16 * 1024 * 1024;

export const runText = (run: Run): string =>
  run.kind === 'test' ? run.command : ['the program', ...run.args].join(' ');

type Options = {
  readonly variables: Readonly<Record<string, string>>;
  readonly isShown: boolean;
  /** Given again, in place of standard input. */
  readonly input?: Buffer;
};

/** Resolves when the run and all that holds its output have ended, whatever the exit code. */
export async function runOf(task: Task, run: Run, program: string, options: Options): Promise<Ran> {
  const { variables, isShown, input } = options;
  const isOwn = run.kind === 'program' && run.input === 'own' && input === undefined;
  const isInteractive = isOwn && process.stdin.isTTY && isTerminal('out') && !task.isJson;
  const [command, args] =
    run.kind === 'program' ? [program, run.args] : (['/bin/sh', ['-c', run.command]] as const);
  const child = spawn(command, args, {
    cwd: task.cwd,
    env: {
      ...task.environment,
      ...variables,
      ...(run.kind === 'test' ? { OXD_PROGRAM: program, OXD_PYTHON: interpreterOf(program) } : {}),
    },
    stdio: isInteractive ? 'inherit' : [isOwn || input !== undefined ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const given = new Kept();
  const [out, error] = [new Kept(), new Kept()];
  // Ctrl-C ends the program, which may be how it is meant to end; the trimming goes on.
  const stay = (): void => undefined;
  process.on('SIGINT', stay);
  const feed = (chunk: Buffer): void => {
    given.add(chunk);
    child.stdin?.write(chunk);
  };
  const endInput = (): void => void child.stdin?.end();
  // It may end without reading all of it.
  child.stdin?.on('error', stay);
  if (isOwn && !isInteractive) process.stdin.on('data', feed).on('end', endInput);
  else child.stdin?.end(input);
  child.stdout?.on('data', (chunk: Buffer) => {
    out.add(chunk);
    if (isShown) (task.isJson ? writeError : writeOut)(chunk.toString());
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    error.add(chunk);
    if (isShown) writeError(chunk.toString());
  });
  try {
    const end = await new Promise<number | string>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(code ?? signal ?? ''));
    });
    return {
      end,
      output: isInteractive ? 'terminal' : { out: out.text, error: error.text },
      input: input ?? given.bytes,
    };
  } catch (cause) {
    throw environmentFailure(`Cannot run "${command}": ${(cause as Error).message}`, { cause });
  } finally {
    process.off('SIGINT', stay);
    if (isOwn) process.stdin.off('data', feed).off('end', endInput).pause();
  }
}

/** Bytes up to the limit. */
class Kept {
  #chunks: Buffer[] = [];
  #length = 0;

  add(chunk: Buffer): void {
    const rest = chunk.subarray(0, outputBytesMax - this.#length);
    this.#chunks.push(rest);
    this.#length += rest.length;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }
}

/** The name under which other programs start the packed interpreter (docs/reference/directory.md). */
const interpreterOf = (program: string): string => `${dirname(program)}/.//./${basename(program)}`;
