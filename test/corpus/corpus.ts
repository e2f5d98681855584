// `npm run test:corpus [-- NAME…]`: each package of the corpus as one file, on a machine that has nothing else. Prints a
// table; exit code 1 when a probe fails. The first run downloads some 400 MB of wheels; they stay in the tests' cache.
import { stopDaemon } from '../e2e/oxd.ts';
import { packages } from './packages.ts';
import { probe } from './probe.ts';

const asked = process.argv.slice(2);
const chosen = packages.filter(({ name }) => asked.length === 0 || asked.includes(name));
if (chosen.length === 0)
  throw new Error(`no such package; there are ${packages.map(({ name }) => name).join(', ')}`);

console.log(row('package', 'build', 'run', 'size', 'result'));
let failed = 0;
for (const wanted of chosen) {
  const { name, faults, bytes, buildMs, runMs } = probe(wanted);
  if (faults.length > 0) failed++;
  const megabytes = `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(row(name, seconds(buildMs), seconds(runMs), megabytes, faults.length === 0 ? 'ok' : 'FAILED'));
  for (const fault of faults) console.log(`    ${fault.replaceAll('\n', '\n    ')}`);
}
stopDaemon();
console.log(`${chosen.length - failed} of ${chosen.length} packages work from one file`);
process.exitCode = failed > 0 ? 1 : 0;

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function row(name: string, ...cells: readonly string[]): string {
  return name.padEnd(16) + cells.map((cell) => cell.padStart(12)).join('');
}
