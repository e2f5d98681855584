import type { Command } from './command.ts';
import type { Option } from './option.ts';

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

export const starlark: readonly Command[] = [
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
