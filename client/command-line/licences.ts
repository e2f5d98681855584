import type { Command } from './command.ts';
import { oneStepOptions, strictnessOptions } from './one-step.ts';
import { configOptions, type Option } from './option.ts';

/** Of commands that build: what must not be in the program, beside what the config says. */
export const licenceOptions: readonly Option[] = [
  {
    flag: '--deny-license',
    values: ['LICENCE'],
    isRepeatable: true,
    help: 'Fail when a component can only be had under LICENCE',
  },
  {
    flag: '--allow-license',
    values: ['LICENCE'],
    isRepeatable: true,
    help: 'Fail when a component cannot be had under one of these',
  },
];

const output: Option = {
  flag: '--output',
  values: ['FILE'],
  help: 'Write to FILE instead of standard output',
};
const triple: Option = {
  flag: '--target-triple',
  values: ['TRIPLE'],
  help: 'Platform whose crates count [default: this machine]',
};

/** What a program is made of, and under which licences. */
export const licences: readonly Command[] = [
  {
    name: 'licenses',
    summary: 'Tell the licences of everything in a program; make a bill of materials',
    words: '[TARGET... | SCRIPT.py | FOLDER]',
    wordsMin: 0,
    wordsMax: Number.POSITIVE_INFINITY,
    options: [
      ...configOptions,
      {
        flag: '--target',
        values: ['TARGET'],
        isRepeatable: true,
        help: 'Target to tell of, as the words are [default: the default target]',
      },
      {
        flag: '--deny',
        values: ['LICENCE'],
        isRepeatable: true,
        help: 'Exit with 1 when a component can only be had under LICENCE',
      },
      {
        flag: '--allow',
        values: ['LICENCE'],
        isRepeatable: true,
        help: 'Exit with 1 when a component cannot be had under one of these',
      },
      {
        flag: '--format',
        values: ['FORMAT'],
        help: 'table, json, text (as COPYING.txt), cyclonedx, or spdx [default: table]',
      },
      output,
      ...strictnessOptions,
      ...oneStepOptions,
    ],
    notes:
      'LICENCE is an identifier of spdx.org/licenses ("GPL-3.0-only"), or "unknown", "public-domain" or "copyleft".\n' +
      'What the config itself denies or allows counts too. Nothing is built.',
  },
  {
    name: 'python-distribution-licenses',
    summary: 'Tell the licences of a Python and of the libraries that come with it',
    words: 'PYTHON',
    wordsMin: 1,
    wordsMax: 1,
    options: [],
    notes:
      'PYTHON is a version ("3.11" or "3.11.7"), or a path of an archive, of a Python, or of its folder.',
  },
  {
    name: 'rust-project-licensing',
    summary: 'Tell the licences of the crates that a Cargo project links in',
    words: 'PATH',
    wordsMin: 1,
    wordsMax: 1,
    options: [
      { flag: '--all-features', values: [], help: 'With all features of the project' },
      triple,
      { flag: '--unified-license', values: [], help: 'Print one document with all texts' },
    ],
    notes: 'PATH is the folder of a Cargo project, or its Cargo.toml.',
  },
];
