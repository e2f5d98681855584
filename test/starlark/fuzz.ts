// Differential fuzzing: random programs from the grammar, run by this interpreter and by the Go implementation.
//
//   node test/starlark/fuzz.ts [programs] [seed]
//
// What each prints, and the message with which it fails, must agree, but for the differences listed (with reasons) in
// `known`.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateFile } from '../../daemon/starlark/evaluate.ts';
import { Generator } from './generator.ts';

/** Differences that are meant, with the reason for each. */
const known: readonly [pattern: RegExp, reason: string][] = [
  [/requires integer as left operand, not float/, 'the Go implementation truncates: 0.1 in range(1) is True'],
  [/for parameter/, 'we name parameters where the Go implementation often numbers them'],
  [/got \w+, want iterable/, 'the same'],
  [
    /^(?:min|max|pop|abs): |want int or float$/,
    'a function may put its name before the message of what it called',
  ],
  [/nesting is deeper|maximum recursion/, 'bounds differ'],
  [/excessive (?:size|string|repeat)|too large|out of range/, 'bounds differ'],
];

export type Difference = { readonly program: string; readonly ours: string; readonly theirs: string };

/** Runs programs with the Go implementation, which must be installed; gives what each printed. */
export type Rival = (programs: readonly string[]) => string[];

/** Builds the driver beside this file. It takes a while the first time; undefined where there is no Go, or no module. */
export function buildRival(folder: string): Rival | undefined {
  const options = { cwd: folder, stdio: 'pipe', encoding: 'utf8' } as const;
  copyFileSync(join(import.meta.dirname, 'fuzz-driver.go'), join(folder, 'main.go'));
  for (const args of [
    ['mod', 'init', 'fuzz'],
    ['get', 'go.starlark.net/starlark@latest'],
    ['build', '-o', 'driver', 'main.go'],
  ]) {
    if (spawnSync('go', args, options).status !== 0) return undefined;
  }
  return (programs) => {
    const input = programs.map((program) => `${JSON.stringify(program)}\n`).join('');
    const output = execFileSync(join(folder, 'driver'), { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
    return output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as string);
  };
}

const perBatch = 1000;

/** Runs `count` programs in both; gives the differences that are not known. */
export function fuzz(rival: Rival, count: number, seed: number): Difference[] {
  const generator = new Generator(seed);
  const differences: Difference[] = [];
  for (let done = 0; done < count; done += perBatch) {
    const programs = Array.from({ length: Math.min(perBatch, count - done) }, () => generator.program());
    const theirs = rival(programs);
    for (const [at, program] of programs.entries()) {
      const ours = runOurs(program);
      const their = theirs[at] ?? '(nothing)';
      if (ours !== their && !isKnown(ours) && !isKnown(their)) {
        differences.push({ program, ours, theirs: their });
      }
    }
  }
  return differences;
}

function isKnown(output: string): boolean {
  const failure = output.split('\n').find((line) => line.startsWith('error: '));
  return failure !== undefined && known.some(([pattern]) => pattern.test(failure.slice('error: '.length)));
}

function runOurs(program: string): string {
  let output = '';
  const result = evaluateFile({
    file: 'fuzz.star',
    source: program,
    print: (text) => {
      output += `${text}\n`;
    },
  });
  return 'diagnostics' in result ? `${output}error: ${result.diagnostics[0]!.message}` : output.trimEnd();
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'starlark-fuzz-'));
  try {
    const rival = buildRival(folder);
    if (rival === undefined) {
      console.error('Cannot build the Go implementation: this needs go, and its module go.starlark.net');
      process.exitCode = 2;
    } else process.exitCode = report(rival, Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 1));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report(rival: Rival, count: number, seed: number): 0 | 1 {
  console.log(`${count} programs from seed ${seed}`);
  const differences = fuzz(rival, count, seed);
  for (const { program, ours, theirs } of differences.slice(0, 20)) {
    console.log(`--- program\n${program}\n--- ours\n${ours}\n--- theirs\n${theirs}`);
  }
  console.log(`${differences.length} differences; known ones:`);
  for (const [pattern, reason] of known) console.log(`  ${pattern}: ${reason}`);
  return differences.length === 0 ? 0 : 1;
}
