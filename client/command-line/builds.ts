import type { Command } from './command.ts';
import { licenceOptions } from './licences.ts';
import { configOptions, path } from './option.ts';

export const builds: readonly Command[] = [
  {
    name: 'build',
    summary: 'Build targets',
    words: '[TARGET]...',
    wordsMin: 0,
    wordsMax: Number.POSITIVE_INFINITY,
    options: [
      ...configOptions,
      { flag: '--watch', values: [], help: 'Build again whenever an input is saved' },
      ...licenceOptions,
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
];
