// The bounds that oxd promises, each beside its rival, in one run. Exits 1 when one is missed.
//   npm run bench            everything
//   npm run bench -- no-op   the sections whose name contains a word
import { builds } from './builds.ts';
import { imports } from './imports.ts';
import { profiles } from './profiles.ts';
import { programs } from './programs.ts';
import { verdict } from './report.ts';
import { rustProjects } from './rust-projects.ts';
import { starlark } from './starlark/measure.ts';

const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries({
  ...builds,
  ...programs,
  ...rustProjects,
  ...profiles,
  ...imports,
  ...starlark,
})) {
  if (wanted.length === 0 || wanted.some((word) => name.includes(word))) run();
}
process.exitCode = verdict();
