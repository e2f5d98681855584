import type { Command } from './command.ts';
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
];
