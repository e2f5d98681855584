import type { Command } from './command.ts';
import { licenceOptions } from './licences.ts';
import { oneStepOptions, strictnessOptions } from './one-step.ts';
import { configOptions, path } from './option.ts';

export const builds: readonly Command[] = [
  {
    name: 'build',
    summary: 'Build targets',
    words: '[TARGET... | SCRIPT.py | FOLDER]',
    wordsMin: 0,
    wordsMax: Number.POSITIVE_INFINITY,
    options: [
      ...configOptions,
      { flag: '--watch', values: [], help: 'Build again whenever an input is saved' },
      ...licenceOptions,
      {
        flag: '--output',
        short: '-o',
        values: ['FILE'],
        help: 'Put the executable here too; into a folder under its own name',
      },
      ...strictnessOptions,
      ...oneStepOptions,
    ],
    notes:
      'Without words the default target is built. A word with a slash, that ends in .py, or is `.` is a path: a\n' +
      'script, or a folder with pyproject.toml, setup.py or __main__.py, needs no config.',
  },
  {
    name: 'run',
    summary: 'Build a target and run its program',
    words: '[SCRIPT.py | FOLDER] [-- ARGUMENT...]',
    wordsMin: 0,
    wordsMax: 1,
    passesArguments: true,
    options: [
      ...configOptions,
      { flag: '--target', values: ['TARGET'], help: 'Target to run [default: the default target]' },
      ...strictnessOptions,
      ...oneStepOptions,
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
    options: [...configOptions.filter((option) => option !== path), ...strictnessOptions],
    notes: 'The default target is marked with `*`.',
  },
];
