// Runs a module of CPython's own tests in the plain interpreter and in the packed one, and compares what passes.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Outcome = 'pass' | 'skip' | 'fail';
/** By the test's id. */
export type Outcomes = ReadonlyMap<string, Outcome>;

export type Judgement = {
  readonly module: string;
  readonly plain: Outcomes;
  readonly packed: Outcomes;
  /** Tests that end well or are skipped in the plain interpreter and end worse in the packed one. */
  readonly worse: readonly string[];
  /** What the packed interpreter wrote to standard error: tracebacks of the tests that failed. */
  readonly stderr: string;
};

export type Interpreters = { readonly plain: string; readonly packed: string };

const script = join(import.meta.dirname, 'run_module.py');
/** The slowest (multiprocessing with spawn) takes three minutes on an idle machine. */
const moduleSecondsMax = 900;
const rank: Record<Outcome, number> = { pass: 2, skip: 1, fail: 0 };

/** Both run at the same time. What is worse in the packed one gets a second chance, alone: a busy machine fails timing tests. */
export async function judge(interpreters: Interpreters, module: string): Promise<Judgement> {
  const [plain, packed] = await Promise.all([
    run(interpreters.plain, interpreters.plain, [`test.${module}`]),
    run(interpreters.packed, `${interpreters.packed}/bin/python3`, [`test.${module}`]),
  ]);
  const worseOf = (outcomes: Outcomes): string[] =>
    [...plain.outcomes]
      .filter(([id, outcome]) => rank[outcomes.get(id) ?? 'fail'] < rank[outcome])
      .map(([id]) => id);
  const first = worseOf(packed.outcomes);
  if (first.length === 0)
    return { module, plain: plain.outcomes, packed: packed.outcomes, worse: [], stderr: '' };
  // Ids of failed class and module fixtures ("setUpClass (…)") cannot be named on a command line.
  const names = first.filter((id) => !id.includes(' '));
  const again = await run(interpreters.packed, `${interpreters.packed}/bin/python3`, names);
  const outcomes = new Map([...packed.outcomes, ...again.outcomes]);
  return { module, plain: plain.outcomes, packed: outcomes, worse: worseOf(outcomes), stderr: again.stderr };
}

async function run(
  program: string,
  argv0: string,
  names: readonly string[],
): Promise<{ outcomes: Outcomes; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-cpython-'));
  try {
    const report = join(folder, 'outcomes');
    const child = spawn(program, [script, report, String(moduleSecondsMax), ...names], {
      argv0,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' },
      // A group of its own, so that what a test leaves running can be ended with it.
      detached: true,
    });
    const parts: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (part: string) => parts.push(part));
    await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
    endGroup(child.pid);
    const lines = existsSync(report) ? readFileSync(report, 'utf8').trimEnd().split('\n') : [];
    const outcomes = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as [string, Outcome]);
    return { outcomes: new Map(outcomes), stderr: parts.join('') };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}
