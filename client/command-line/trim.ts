import type { Command } from './command.ts';
import { configOptions } from './option.ts';

export const trim: readonly Command[] = [
  {
    name: 'trim',
    summary: 'Keep only what a program uses: run it, and list what it used',
    words: '[-- ARGUMENT...]',
    wordsMin: 0,
    wordsMax: 0,
    passesArguments: true,
    options: [
      ...configOptions,
      { flag: '--target', values: ['TARGET'], help: 'Target to trim [default: the default target]' },
      {
        flag: '--scenario',
        values: ['ARGUMENTS'],
        isRepeatable: true,
        help: 'Run it with these arguments, split as a shell does',
      },
      {
        flag: '--test',
        values: ['COMMAND'],
        isRepeatable: true,
        help: 'Run this shell command, which starts $OXD_PROGRAM or $OXD_PYTHON',
      },
      {
        flag: '--data',
        values: ['all|read'],
        help: 'Data files of packages to keep: all, or those that were read [default: all]',
      },
      {
        flag: '--list',
        values: ['FILE'],
        help: 'The list to write, beside the config [default: pyoxidizer-trim.txt]',
      },
      { flag: '--write', values: [], help: 'Add the line to the config that uses the list' },
    ],
    notes:
      'The program is built untrimmed and run; the names of the modules that it used, and of those that\n' +
      'follow from them, become the list. It is built with that list and run again to compare. Without\n' +
      'arguments, scenarios and tests it runs once without arguments.',
  },
];
