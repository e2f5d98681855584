import { plain, type Command } from './command.ts';

export const cache: readonly Command[] = [
  { ...plain, name: 'cache stats', summary: 'Show what the cache holds' },
  {
    ...plain,
    name: 'cache clear',
    summary: 'Remove everything from the cache',
    notes: 'Nothing but time is lost: the next build downloads, installs and compiles again.',
  },
  { ...plain, name: 'cache-clear', summary: "PyOxidizer's name of `cache clear`" },
];
