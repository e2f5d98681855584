import type { Invocation } from './arguments.ts';
import type { Environment } from './cache-folder.ts';
import type { Places } from './places.ts';

/** What every command gets: the command line, and what of the process it may look at. */
export type Task = {
  readonly invocation: Invocation;
  /** Absolute. */
  readonly cwd: string;
  readonly environment: Environment;
  readonly places: Places;
  readonly isJson: boolean;
};

/** Does one command and gives its exit code. Failures are thrown. */
export type RunCommand = (task: Task) => Promise<number>;

export const hasFlag = ({ invocation }: Task, flag: `--${string}`): boolean => invocation.flags.has(flag);
export const flagValue = ({ invocation }: Task, flag: `--${string}`): string | undefined =>
  invocation.flags.get(flag)?.[0]?.[0];
/** Values of a flag that may be given many times, in their order. */
export const flagValues = ({ invocation }: Task, flag: `--${string}`): readonly (readonly string[])[] =>
  invocation.flags.get(flag) ?? [];
