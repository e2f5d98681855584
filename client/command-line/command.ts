import type { Option } from './option.ts';

export type CommandName =
  | 'init-config-file'
  | 'init'
  | 'init-rust-project'
  | 'generate-python-embedding-artifacts'
  | 'run-build-script'
  | 'build'
  | 'run'
  | 'list-targets'
  | 'daemon start'
  | 'daemon stop'
  | 'daemon restart'
  | 'daemon status'
  | 'daemon logs'
  | 'cache stats'
  | 'cache clear'
  | 'cache-clear'
  | 'python list'
  | 'python install'
  | 'python info'
  | 'python extract'
  | 'python-distribution-info'
  | 'python-distribution-extract'
  | 'find-resources'
  | 'licenses'
  | 'python-distribution-licenses'
  | 'rust-project-licensing'
  | 'trim'
  | 'analyze'
  | 'starlark';

export type Command = {
  readonly name: CommandName;
  readonly summary: string;
  /** Words after the command, as `--help` writes them. */
  readonly words?: string;
  readonly wordsMin: number;
  readonly wordsMax: number;
  /** Everything after `--` goes to the program, untouched. */
  readonly passesArguments?: boolean;
  readonly options: readonly Option[];
  readonly notes?: string;
};

export const plain = { wordsMin: 0, wordsMax: 0, options: [] } as const;
