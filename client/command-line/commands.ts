import { analyze } from './analyze.ts';
import { builds } from './builds.ts';
import { cache } from './cache.ts';
import { daemon } from './daemon.ts';
import { licences } from './licences.ts';
import { projects } from './projects.ts';
import { pythons } from './python.ts';
import { starlark } from './starlark.ts';
import { trim } from './trim.ts';
import type { Command } from './command.ts';

/** In the order of `--help`. */
export const commands: readonly Command[] = [
  ...projects,
  ...builds,
  ...daemon,
  ...cache,
  ...pythons,
  ...licences,
  ...trim,
  ...analyze,
  ...starlark,
];
