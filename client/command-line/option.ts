// What commands accept, as data: the parser, `--help` and the suggestions for misspelt flags all read these tables.

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

export const path: Option = {
  flag: '--path',
  values: ['PATH'],
  help: 'Folder to search for pyoxidizer.bzl, with its ancestors [default: .]',
};
export const configOptions: readonly Option[] = [
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
