// Runs cargo: its JSON messages become progress and diagnostics, its process group dies with the signal.
import { join } from 'node:path';
import { execa } from 'execa';
import type { Diagnostic } from '../../protocol/diagnostic.ts';
import type { Context } from '../context.ts';
import { cargoFailure } from './cargo-failure.ts';
import { diagnosticOf, parseMessage } from './cargo-message.ts';
import { keepLog } from '../python/program-log.ts';

export type CargoRun = {
  readonly cargo: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** How many crates the build has at the most, for progress. */
  readonly crates: number;
  readonly step: number;
  /** Absolute; whose settings cargo finds. */
  readonly folder: string;
  /** Of several executables, the one that is meant. */
  readonly binary?: string;
  /** The code is the user's: warnings are told. */
  readonly isUsers?: boolean;
};

/** A killed cargo and its compilers get this long before SIGKILL. */
const killGraceMs = 5_000;
/** Of its output, kept for the log of a failure: a build prints a few lines for each crate. */
const linesKeptMax = 20_000;

/**
 * Runs cargo to its end and returns the path of the one executable, or static library, that it built. Throws a Failure
 * with its diagnostics.
 */
export async function runCargo(context: Context, run: CargoRun): Promise<string> {
  let executable: string | undefined;
  let crates = 0;
  const diagnostics: Diagnostic[] = [];
  const words: string[] = [];
  const keep = (text: string): void => {
    words.push(text);
    if (words.length > linesKeptMax) words.shift();
  };

  const subprocess = execa(run.cargo, [...run.args, '--message-format=json'], {
    env: run.environment,
    extendEnv: false,
    cwd: run.folder,
    stdin: 'ignore',
    reject: false,
    buffer: false,
    killDescendants: true,
    cancelSignal: context.signal,
    forceKillAfterDelay: killGraceMs,
  });
  const readMessages = async (): Promise<void> => {
    for await (const line of subprocess.iterable({ from: 'stdout' })) {
      const message = parseMessage(line);
      if (message?.reason === 'compiler-artifact') {
        crates += 1;
        // Of all crates only the one for other languages is a static library.
        const made = message.executable ?? message.filenames.find((name) => name.endsWith('.a'));
        if (run.binary === undefined || message.target.name === run.binary) executable = made ?? executable;
        const total = Math.max(run.crates, crates);
        context.report({
          event: 'step-progress',
          step: run.step,
          done: crates,
          total,
          unit: 'crates',
          detail: message.target.name,
        });
      } else if (message?.reason === 'compiler-message') {
        const diagnostic = diagnosticOf(message, run.folder);
        if (diagnostic !== undefined) diagnostics.push(diagnostic);
        if (diagnostic?.severity === 'warning' && run.isUsers === true)
          context.report({ event: 'diagnostic', diagnostic });
        if (message.message.rendered !== null) keep(message.message.rendered);
      }
    }
  };
  const readWords = async (): Promise<void> => {
    for await (const line of subprocess.iterable({ from: 'stderr' })) {
      keep(line);
      if (/Blocking waiting for file lock/.test(line))
        context.report({
          event: 'notice',
          text: 'cargo waits for another cargo that works in the same folder',
        });
      context.report({ event: 'output', step: run.step, from: 'cargo', text: line });
    }
  };
  const [result] = await Promise.all([subprocess, readMessages(), readWords()]);

  context.signal.throwIfAborted();
  if (result.exitCode === 0 && executable !== undefined) return executable;
  const output = words.join('\n');
  const logFile = keepLog(join(context.cache.folder, 'logs'), `cargo-${process.pid}-${run.step}.log`, output);
  const ending =
    result.exitCode === undefined
      ? `was stopped by ${result.signal ?? 'an error'}`
      : `ended with code ${result.exitCode}`;
  const isOffline = run.args.includes('--offline');
  throw cargoFailure({ words: output, ending, diagnostics, logFile, isOffline });
}
