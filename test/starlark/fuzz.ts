// Differential fuzzing: random programs from the grammar, run by this interpreter and by the Go implementation.
//
//   node test/starlark/fuzz.ts [programs] [seed]
//
// Many small programs travel in one file, so that starting the other implementation is paid once per hundred. What each
// prints, or the message with which it fails, must agree, but for the differences listed (with reasons) in `known`.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateFile } from '../../daemon/starlark/evaluate.ts';
import { Generator } from './generator.ts';

/** Differences that are meant, with the reason for each. */
const known: readonly [pattern: RegExp, reason: string, program?: RegExp][] = [
  [/^\w+ < \w+ not implemented/, 'which pair a sort compares first is its own affair', /sorted\(/],
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

/** Where `go install` puts the Go implementation; undefined if it is not there. */
export function goStarlark(): string | undefined {
  const path = join(homedir(), 'go', 'bin', 'starlark');
  return existsSync(path) ? path : undefined;
}

const perBatch = 100;

/** Runs `count` programs in both; gives the differences that are not known. */
export function fuzz(go: string, count: number, seed: number): Difference[] {
  const generator = new Generator(seed);
  const folder = mkdtempSync(join(tmpdir(), 'starlark-fuzz-'));
  const differences: Difference[] = [];
  try {
    for (let done = 0; done < count; done += perBatch) {
      const programs = Array.from({ length: Math.min(perBatch, count - done) }, () => generator.program());
      const theirs = runGo(go, folder, programs);
      for (const [at, program] of programs.entries()) {
        const ours = runOurs(program);
        if (ours !== theirs[at] && !isKnown(program, ours) && !isKnown(program, theirs[at] ?? '')) {
          differences.push({ program, ours, theirs: theirs[at] ?? '(nothing)' });
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return differences;
}

function isKnown(program: string, output: string): boolean {
  const failure = output.split('\n').find((line) => line.startsWith('error: '));
  return (
    failure !== undefined &&
    known.some(
      ([pattern, , where]) => pattern.test(failure.slice('error: '.length)) && (where?.test(program) ?? true),
    )
  );
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

/** One process for all programs: a driver loads each, and a failing one ends the process, so the rest is tried again. */
function runGo(go: string, folder: string, programs: readonly string[]): string[] {
  const results: string[] = [];
  const files = programs.map((program, at) => {
    const file = join(folder, `p${at}.star`);
    writeFileSync(file, `${program}\nok = True\n`);
    return file;
  });
  let from = 0;
  while (from < programs.length) {
    const rest = files.slice(from);
    const driver = join(folder, 'driver.star');
    writeFileSync(
      driver,
      rest.map((file, at) => `load(${JSON.stringify(file)}, ok${at} = "ok")\nprint("\\x01")\n`).join(''),
    );
    const { stdout, stderr } = spawnSync(go, [driver], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    // Prints go to standard error.
    const parts = (stderr + stdout).split('\x01\n');
    const finished = parts.slice(0, -1).map((part) => part.trimEnd());
    results.push(...finished);
    from += finished.length;
    if (from < programs.length) {
      results.push(failureOf(parts.at(-1) ?? ''));
      from++;
    }
  }
  return results;
}

/** What was printed before, then the message without its frames. */
function failureOf(text: string): string {
  const lines = text.split('\n');
  const traceback = lines.findIndex((line) => line.startsWith('Traceback'));
  const printed = lines.slice(0, traceback === -1 ? 0 : traceback);
  const last = lines.findLast((line) => line.startsWith('Error')) ?? lines.find((line) => line !== '') ?? '';
  const message = last
    .replace(/^Error(?: in \w+)?: /, '')
    .replace(/^cannot load \S+: /, '')
    .replace(/^\S+\.star:\d+:\d+: /, '');
  return `${printed.map((line) => `${line}\n`).join('')}error: ${message}`;
}

if (import.meta.main) {
  const go = goStarlark();
  if (go === undefined) {
    console.error('Cannot find the Go implementation: go install go.starlark.net/cmd/starlark@latest');
    process.exit(2);
  }
  const count = Number(process.argv[2] ?? 100_000);
  const seed = Number(process.argv[3] ?? 1);
  const version = execFileSync('go', ['version', '-m', go], { encoding: 'utf8' }).match(
    /mod\s+(\S+\s+\S+)/,
  )?.[1];
  console.log(`${count} programs from seed ${seed}, against ${version}`);
  const differences = fuzz(go, count, seed);
  for (const { program, ours, theirs } of differences.slice(0, 20)) {
    console.log(`--- program\n${program}\n--- ours\n${ours}\n--- theirs\n${theirs}`);
  }
  console.log(`${differences.length} differences; known ones:`);
  for (const [pattern, reason] of known) console.log(`  ${pattern}: ${reason}`);
  process.exit(differences.length === 0 ? 0 : 1);
}
