import type { Command } from './command.ts';
import { configOptions } from './option.ts';
import { oneStepOptions, strictnessOptions } from './one-step.ts';

export const projects: readonly Command[] = [
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
    name: 'init',
    summary: 'Write the pyoxidizer.bzl of a script, a project or packages',
    words: '[SCRIPT.py | FOLDER]',
    wordsMin: 0,
    wordsMax: 1,
    options: [...strictnessOptions, ...oneStepOptions],
    notes:
      'It says what `oxd build` with the same words does, and gives the same executable. Without words: of this\n' +
      'folder. An existing config is never overwritten.',
  },
  {
    name: 'init-rust-project',
    summary: 'Write a Cargo project whose program starts Python',
    words: 'PATH',
    wordsMin: 1,
    wordsMax: 1,
    options: [
      {
        flag: '--vendor',
        values: [],
        help: 'Put all crates into the project: it builds without the network',
      },
      {
        flag: '--python',
        values: ['VERSION'],
        help: 'Python to link, such as 3.12 [default: the best there is]',
      },
    ],
    notes:
      'Both `cargo build` and `oxd build` work in it. The crate is named after the folder. Nothing is overwritten.',
  },
  {
    name: 'generate-python-embedding-artifacts',
    summary: 'Write a Python for Rust programs to link and embed, without a config',
    words: 'FOLDER',
    wordsMin: 1,
    wordsMax: 1,
    options: [
      configOptions.find(({ flag }) => flag === '--target-triple')!,
      {
        flag: '--flavor',
        values: ['FLAVOR'],
        help: 'standalone, standalone_static or standalone_dynamic [default: standalone]',
      },
      { flag: '--python-version', values: ['VERSION'], help: 'Such as 3.12 [default: the best there is]' },
    ],
  },
  {
    name: 'run-build-script',
    summary: 'For build scripts of Cargo: write what the config embeds, and tell cargo of it',
    words: 'SCRIPT',
    wordsMin: 1,
    wordsMax: 1,
    options: [
      {
        flag: '--target',
        values: ['TARGET'],
        help: 'Target to embed [default: the one with default_build_script = True]',
      },
      ...configOptions.filter(({ flag }) => flag.startsWith('--var')),
    ],
    notes:
      'Needs the variables that cargo sets for build scripts: OUT_DIR, TARGET, PROFILE, CARGO_MANIFEST_DIR. Asks a\n' +
      'daemon that runs, and works in its own process where none does.',
  },
];
