// What a command accepts, as data: the parser, `--help` and the suggestions for misspelt flags all read these tables.

export type Option = {
  readonly flag: `--${string}`;
  readonly short?: `-${string}`;
  /** Names of the values it takes; none for a switch. */
  readonly values: readonly string[];
  readonly isRepeatable?: boolean;
  readonly help: string;
};

export const globalOptions: readonly Option[] = [
  { flag: '--json', values: [], help: 'Print events and results as JSON, one per line, on standard output' },
  {
    flag: '--no-daemon',
    values: [],
    help: 'Do the work in this process, without a daemon (also OXD_DAEMON=0)',
  },
  { flag: '--help', short: '-h', values: [], help: 'Show help' },
  { flag: '--version', short: '-V', values: [], help: 'Show the version' },
];

const path: Option = {
  flag: '--path',
  values: ['PATH'],
  help: 'Folder to search for pyoxidizer.bzl, with its ancestors [default: .]',
};
const configOptions: readonly Option[] = [
  path,
  { flag: '--target-triple', values: ['TRIPLE'], help: 'Platform to build for [default: this machine]' },
  { flag: '--release', values: [], help: 'Build a release: slower to build, faster to run' },
  { flag: '--var', values: ['NAME', 'VALUE'], isRepeatable: true, help: 'Set VARS[NAME] in the config' },
  {
    flag: '--var-env',
    values: ['NAME', 'ENV'],
    isRepeatable: true,
    help: 'Set VARS[NAME] to the environment variable ENV, or None',
  },
];

export type CommandName =
  | 'init-config-file'
  | 'build'
  | 'run'
  | 'list-targets'
  | 'daemon start'
  | 'daemon stop'
  | 'daemon restart'
  | 'daemon status'
  | 'daemon logs'
  | 'cache stats'
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

/** The language's switches (docs/reference/starlark.md); the names are those of `--batch` too. */
export const starlarkSwitches = [
  'globalreassign',
  'recursion',
  'while',
  'toplevelcontrol',
  'loadbindsglobally',
  'setdisplays',
] as const;

const switchHelp: Readonly<Record<(typeof starlarkSwitches)[number], string>> = {
  globalreassign: 'Globals may be bound again',
  recursion: 'Functions may call themselves',
  while: '`while` loops',
  toplevelcontrol: '`if`, `for` and `while` outside of functions',
  loadbindsglobally: '`load` makes globals, which can be loaded in turn',
  setdisplays: '`{1, 2}` is a set',
};

const plain = { wordsMin: 0, wordsMax: 0, options: [] } as const;

export const commands: readonly Command[] = [
  {
    name: 'init-config-file',
    summary: 'Write a pyoxidizer.bzl to start from',
    words: 'PATH',
    wordsMin: 1,
    wordsMax: 1,
    options: [
      {
        flag: '--python-code',
        values: ['CODE'],
        help: 'Python code that the program runs [default: a REPL]',
      },
      {
        flag: '--pip-install',
        values: ['PACKAGE'],
        isRepeatable: true,
        help: 'Requirement to install into the program, as pip takes it',
      },
    ],
    notes:
      'The program is named after the folder; `.` is the current one. An existing config is never overwritten.',
  },
  {
    name: 'build',
    summary: 'Build targets',
    words: '[TARGET]...',
    wordsMin: 0,
    wordsMax: Number.POSITIVE_INFINITY,
    options: [
      ...configOptions,
      { flag: '--watch', values: [], help: 'Build again whenever an input is saved' },
    ],
    notes: 'Without TARGET the default target is built.',
  },
  {
    name: 'run',
    summary: 'Build a target and run its program',
    words: '[-- ARGUMENT...]',
    wordsMin: 0,
    wordsMax: 0,
    passesArguments: true,
    options: [
      ...configOptions,
      { flag: '--target', values: ['TARGET'], help: 'Target to run [default: the default target]' },
    ],
    notes:
      'The program gets the current directory, the environment, the terminal and all that follows `--`;\n' +
      'its exit code is the exit code.',
  },
  {
    name: 'list-targets',
    summary: 'List the targets of a config',
    words: '[PATH]',
    wordsMin: 0,
    wordsMax: 1,
    options: configOptions.filter((option) => option !== path),
    notes: 'The default target is marked with `*`.',
  },
  { ...plain, name: 'daemon start', summary: 'Start the daemon, unless it runs' },
  { ...plain, name: 'daemon stop', summary: 'Stop the daemon; running builds are cancelled' },
  { ...plain, name: 'daemon restart', summary: 'Stop the daemon and start a new one' },
  {
    ...plain,
    name: 'daemon status',
    summary: 'Show what the daemon does; exit code 3 when none runs',
  },
  {
    ...plain,
    name: 'daemon logs',
    summary: "Show the daemon's log, whether or not it runs",
    options: [{ flag: '--follow', short: '-f', values: [], help: 'Go on until interrupted' }],
  },
  { ...plain, name: 'cache stats', summary: 'Show what the cache holds' },
  {
    name: 'analyze',
    summary: 'Tell where an executable runs, and what its size is made of',
    words: 'EXECUTABLE',
    wordsMin: 1,
    wordsMax: 1,
    options: [],
    notes:
      'Of an ELF file that oxd did not build: the libraries and the glibc that it needs. Needs no daemon.',
  },
  {
    name: 'starlark',
    summary: 'Evaluate Starlark, the language of configs',
    words: '[FILE]',
    wordsMin: 0,
    wordsMax: 1,
    options: [
      { flag: '--code', short: '-c', values: ['CODE'], help: 'Evaluate this instead of a file' },
      {
        flag: '--batch',
        values: [],
        help: 'Answer JSON requests, one per line, on standard input',
      },
      ...starlarkSwitches.map((name): Option => ({ flag: `--${name}`, values: [], help: switchHelp[name] })),
    ],
    notes: 'Without FILE: a prompt on a terminal, else the program on standard input. Needs no daemon.',
  },
];
