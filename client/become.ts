import { accessSync, constants } from 'node:fs';

import { environmentFailure } from '../protocol/failure.ts';

/**
 * Replaces this process by a program: same process number, directory, environment, terminal and descriptors, so nothing
 * stands between the two. Where Node cannot do that, the program runs as a child that is indistinguishable but for its
 * number; then the result is its exit code.
 */
export function become(path: string, args: readonly string[]): number | Promise<number> {
  try {
    // A failing exec ends the process without a word of ours.
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw environmentFailure(`Cannot run "${path}": ${(cause as Error).message}`, { cause });
  }
  // Absent in older versions of Node and on Windows; also in Node 20, from which newer-node.ts comes here.
  const { execve } = process as Partial<Pick<NodeJS.Process, 'execve'>>;
  if (execve === undefined) return runAsChild(path, args);
  return execve.call(process, path, [path, ...args], process.env);
}

/** Sent to this process alone; those of a terminal reach the child by themselves. */
const passedOn = ['SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const;
const fromTerminal = ['SIGINT', 'SIGQUIT', 'SIGHUP'] as const;

async function runAsChild(path: string, args: readonly string[]): Promise<number> {
  const { spawn } = await import('node:child_process');
  const { isatty } = await import('node:tty');
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  const child = spawn(path, args, { stdio: 'inherit' });
  for (const signal of passedOn) process.on(signal, () => child.kill(signal));
  for (const signal of fromTerminal)
    process.on(signal, () => {
      if (!hasTerminal) child.kill(signal);
    });
  return new Promise((resolve, reject) => {
    child.on('error', (cause) =>
      reject(environmentFailure(`Cannot run "${path}": ${cause.message}`, { cause })),
    );
    child.on('exit', (code, signal) => {
      if (signal === null) return resolve(code ?? 0);
      // Die of the same, so that a shell sees what it would have seen.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}
