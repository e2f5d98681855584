import { type Command, plain } from './command.ts';

export const cache: readonly Command[] = [
  { ...plain, name: 'cache stats', summary: 'Show what the cache holds' },
];
