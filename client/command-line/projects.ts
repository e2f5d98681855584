import type { Command } from './command.ts';

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
];
