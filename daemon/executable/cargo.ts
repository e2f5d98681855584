// Runs cargo: its JSON messages become progress and diagnostics, its process group dies with the signal.
import { join } from 'node:path';
import { execa } from 'execa';
import type { Diagnostic } from '../../protocol/diagnostic.ts';
import { Failure, environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { keepLog } from '../python/program-log.ts';

export type CargoRun = {
  readonly cargo: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** How many crates the build has at the most, for progress. */
  readonly crates: number;
  readonly step: number;
};

/** What cargo prints with --message-format=json; only the fields that are used. */
type CargoMessage =
  | {
      reason: 'compiler-artifact';
      target: { name: string; kind: string[] };
      executable: string | null;
      filenames: readonly string[];
    }
  | { reason: 'compiler-message'; message: RustcMessage }
  | { reason: 'build-finished'; success: boolean }
  | { reason: 'build-script-executed' };

type RustcMessage = {
  level: string;
  message: string;
  rendered: string | null;
  spans: {
    file_name: string;
    line_start: number;
    column_start: number;
    line_end: number;
    column_end: number;
    is_primary: boolean;
  }[];
};

/** A killed cargo and its compilers get this long before SIGKILL. */
const killGraceMs = 5_000;
/** Enough of cargo's own words to see the cause; the whole is in the log file. */
const failureLinesMax = 40;
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
    cwd: context.cache.folder,
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
        executable =
          message.executable ?? message.filenames.find((name) => name.endsWith('.a')) ?? executable;
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
        const diagnostic = toDiagnostic(message.message);
        if (diagnostic !== undefined) diagnostics.push(diagnostic);
        if (message.message.rendered !== null) keep(message.message.rendered);
      }
    }
  };
  const readWords = async (): Promise<void> => {
    for await (const line of subprocess.iterable({ from: 'stderr' })) {
      keep(line);
      context.report({ event: 'output', step: run.step, from: 'cargo', text: line });
    }
  };
  const [result] = await Promise.all([subprocess, readMessages(), readWords()]);

  context.signal.throwIfAborted();
  if (result.exitCode === 0 && executable !== undefined) return executable;
  const output = words.join('\n');
  const logFile = keepLog(join(context.cache.folder, 'logs'), `cargo-${process.pid}-${run.step}.log`, output);
  const tail = output.split('\n').slice(-failureLinesMax).join('\n');
  const ending =
    result.exitCode === undefined
      ? `was stopped by ${result.signal ?? 'an error'}`
      : `ended with code ${result.exitCode}`;
  const missingCrate =
    /failed to (download|get)|could not resolve host|no matching package|spurious network|--offline/i.test(
      tail,
    );
  const noLinker = /linker `([^`]+)` not found/.exec(tail);
  if (missingCrate) {
    // Before its error it only tells of its retries.
    const reason = tail.slice(Math.max(0, tail.search(/^error/m)));
    throw environmentFailure(`Cannot fetch a crate\n${reason}`, {
      hint: run.args.includes('--offline')
        ? 'build once with the network: the runtime is compiled once for each Python'
        : 'check the network or the [source] settings of cargo',
      logFile,
    });
  }
  if (noLinker !== null) {
    throw environmentFailure(`Cannot link: "${noLinker[1]}" is not installed`, {
      hint: 'install a C compiler, such as the package gcc',
      logFile,
    });
  }
  throw new Failure('environment', `cargo ${ending}\n${tail}`, { diagnostics, logFile });
}

function parseMessage(line: string): CargoMessage | undefined {
  try {
    return JSON.parse(line) as CargoMessage;
  } catch {
    return undefined; // a build script's own print
  }
}

function toDiagnostic(message: RustcMessage): Diagnostic | undefined {
  const span = message.spans.find((candidate) => candidate.is_primary);
  if (message.level !== 'error' || span === undefined) return undefined;
  return {
    severity: 'error',
    message: message.message,
    source: 'cargo',
    file: span.file_name,
    range: {
      start: { line: span.line_start, column: span.column_start },
      end: { line: span.line_end, column: span.column_end },
    },
  };
}
