import type { Command } from './command.ts';

export const analyze: readonly Command[] = [
  {
    name: 'analyze',
    summary: 'Tell where an executable runs, and what its size is made of',
    words: 'EXECUTABLE',
    wordsMin: 1,
    wordsMax: 1,
    options: [],
    notes:
      'Of an ELF file that oxd did not build: the libraries and the glibc that it needs. Needs no daemon.',
  },
];
