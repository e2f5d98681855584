import type { Option } from './option.ts';

/** Flags for programs without a config. */
export const oneStepOptions: readonly Option[] = [
  {
    flag: '--pip',
    values: ['REQUIREMENT'],
    isRepeatable: true,
    help: 'Without a config: a package to install, as pip takes it',
  },
  {
    flag: '--entry',
    values: ['ENTRY'],
    help: 'What starts: module:function, a console script, or a module',
  },
  { flag: '--name', values: ['NAME'], help: 'Name of the executable' },
  {
    flag: '--python',
    values: ['VERSION'],
    help: 'Python to pack, such as 3.12 [default: the best there is]',
  },
  {
    flag: '--extra',
    values: ['NAME'],
    isRepeatable: true,
    help: "One of the project's optional dependencies",
  },
  { flag: '--group', values: ['NAME'], isRepeatable: true, help: "One of the project's dependency groups" },
  {
    flag: '--requirements',
    values: ['FILE'],
    isRepeatable: true,
    help: 'A requirements file to install, in place of the one beside a script',
  },
  { flag: '--lock', values: ['FILE'], help: 'A lock file, pylock.*.toml [default: pylock.toml beside it]' },
  {
    flag: '--include',
    values: ['NAME'],
    isRepeatable: true,
    help: 'A module or folder beside the script that no import names',
  },
];

/** Flags that say what a build may take from the network. */
export const strictnessOptions: readonly Option[] = [
  { flag: '--locked', values: [], help: 'Install only what a lock file or hashes pin (also OXD_LOCKED=1)' },
  { flag: '--offline', values: [], help: 'Do without the network (also OXD_OFFLINE=1)' },
];
