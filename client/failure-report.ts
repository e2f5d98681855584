import { failureData } from '../protocol/failure-data.ts';
import { exitCodes, Failure } from '../protocol/failure.ts';
import { colors, wantsColor } from './colors.ts';
import type { Task } from './command.ts';
import { diagnosticText } from './diagnostic-text.ts';
import { isTerminal, writeError, writeOut } from './output.ts';
import { UsageFailure } from './usage-failure.ts';

/** Says why a command failed, and gives its exit code. Anything but a Failure is a bug of the client. */
export function reportFailure(task: Pick<Task, 'isJson' | 'environment' | 'cwd'>, error: unknown): number {
  const failure = error instanceof Failure ? error : bugOf(error);
  const exitCode = failure instanceof UsageFailure ? exitCodes.usage : exitCodes[failure.kind];
  if (task.isJson) {
    const outcome = failure.kind === 'cancelled' ? 'cancelled' : 'failed';
    const result = { event: 'result', outcome, message: failure.message, ...failureData(failure), exitCode };
    writeOut(`${JSON.stringify(result)}\n`);
    return exitCode;
  }
  const paint = colors(wantsColor(task.environment, isTerminal('error')));
  const { message, hint, diagnostics, logFile } = failure;
  for (const diagnostic of diagnostics)
    writeError(diagnosticText(diagnostic, { cwd: task.cwd, colors: paint }));
  const isSaid = diagnostics.some((diagnostic) => diagnostic.message === message);
  // Whoever pressed Ctrl-C knows; whose daemon was stopped by another does not.
  if (failure.kind === 'cancelled') writeError(`${message}\n`);
  else if (!isSaid) writeError(`${paint.bold(`${paint.red('error')}: ${message}`)}\n`);
  const isHinted = diagnostics.some((diagnostic) => diagnostic.hint === hint);
  if (hint !== undefined && !isHinted) writeError(`${paint.bold('hint')}: ${hint}\n`);
  if (logFile !== undefined) writeError(`${paint.bold('log')}: ${logFile}\n`);
  return exitCode;
}

function bugOf(error: unknown): Failure {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure('bug', `oxd has a bug: ${text}`, { hint: 'please report it', cause: error });
}
