// Programs of others that make packages: found on the PATH of who asks for the build, and run to their end.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { keepLog } from '../python/program-log.ts';

/** The absolute path of a program, or undefined. When it comes, goes or changes, the next build looks again. */
export function findProgram(context: Context, name: string): string | undefined {
  context.trace.variable('PATH');
  const folders = (context.environment['PATH'] ?? '').split(delimiter);
  for (const folder of folders.filter((path) => path.startsWith('/'))) {
    const path = join(folder, name);
    context.trace.file(path);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next folder.
    }
  }
  return undefined;
}

export type ProgramRun = {
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** What it reads from its standard input, such as a password that no other process may see. */
  readonly input?: string;
};

export type ProgramEnd = { readonly ok: boolean; readonly text: string; readonly why: string };

/** What it prints on both streams; more is cut off. */
const outputMaxBytes = 4 * 1024 * 1024;

/** Runs a program and answers how it ended. */
export async function tryProgram(
  context: Context,
  { program, args, cwd, input }: ProgramRun,
): Promise<ProgramEnd> {
  const result = await execa(program, [...args], {
    cwd,
    env: { ...context.environment },
    extendEnv: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    all: true,
    reject: false,
    maxBuffer: outputMaxBytes,
    cancelSignal: context.signal,
    killDescendants: true,
  });
  context.signal.throwIfAborted();
  const text = result.all;
  return { ok: !result.failed, text, why: lastLine(text) ?? result.shortMessage ?? '' };
}

/** Runs a program that must succeed. `act` is what fails with it: "Cannot sign tool.msi". */
export async function runProgram(context: Context, act: string, run: ProgramRun): Promise<string> {
  const end = await tryProgram(context, run);
  if (end.ok) return end.text;
  const name = run.program.slice(run.program.lastIndexOf('/') + 1);
  const command = [name, ...run.args].join(' ');
  throw environmentFailure(`${act}: ${name} says: ${end.why}`, {
    hint: `see what "${command}" prints in ${run.cwd}`,
    logFile: keepLog(
      join(context.cache.folder, 'logs'),
      `${name}-${Date.now()}.log`,
      `${command}\n${end.text}`,
    ),
  });
}

const lastLine = (text: string): string | undefined =>
  text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
