// The door to stopwatch.py, and what to make of its numbers.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export type TimedCommand = {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Run before each timing; does not count. */
  readonly before?: readonly string[];
};

/** Median wall-clock milliseconds of each command, measured in turn over `rounds` rounds. */
export function timeInTurn(python: string, rounds: number, commands: readonly TimedCommand[]): number[] {
  const plan = { rounds, commands: commands.map((command) => ({ env: process.env, ...command })) };
  const output = execFileSync(python, ['-I', join(import.meta.dirname, 'stopwatch.py')], {
    input: JSON.stringify(plan),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return (JSON.parse(output) as number[][]).map((seconds) => median(seconds) * 1000);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
