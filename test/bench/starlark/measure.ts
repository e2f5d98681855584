// The interpreter against the Go implementation, in turn: `go install go.starlark.net/cmd/starlark@latest`.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { section, show } from '../report.ts';

const rounds = 5;
const here = import.meta.dirname;

function ours(mode: 'run' | 'check', file: string): number {
  const argv = ['--disable-warning=ExperimentalWarning', join(here, 'evaluate-one.ts'), mode, file];
  return Number(execFileSync(process.execPath, argv, { encoding: 'utf8' }));
}

function theirs(go: string, file: string): number {
  const started = performance.now();
  execFileSync(go, [file], { stdio: 'ignore' });
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Ten thousand lines of what configurations are made of. */
function bigFile(): string {
  const functions = Array.from(
    { length: 2500 },
    (_, at) =>
      `def function_${at}(name, values = [], **options):\n    total = [v * 2 + len(name) for v in values if v != ${at}]\n    if total and options.get("key", "default") == "x":\n        return "%s: %d" % (name, total[0])\n`,
  );
  return functions.join('');
}

export const starlark: Record<string, () => void> = {
  starlark: () => {
    const go = join(homedir(), 'go', 'bin', 'starlark');
    section('Starlark');
    for (const name of ['arith', 'bigint', 'compr', 'calls']) {
      const file = join(here, `${name}.star`);
      const pairs = Array.from({ length: existsSync(go) ? rounds : 0 }, () => [
        ours('run', file),
        theirs(go, file),
      ]);
      if (pairs.length === 0) {
        console.log(`  ${name}: no Go implementation in ${go} to compare with`);
        continue;
      }
      show({
        work: `evaluate ${name}.star`,
        ours: median(pairs.map(([mine]) => mine!)),
        rival: median(pairs.map(([, their]) => their!)),
        rivalName: 'starlark-go',
        unit: 'ms',
        ratioMax: 0.7,
      });
    }
    const folder = mkdtempSync(join(tmpdir(), 'oxd-bench-starlark-'));
    const file = join(folder, 'big.star');
    writeFileSync(file, bigFile());
    show({
      work: 'parse and resolve 10,000 lines',
      ours: median(Array.from({ length: rounds }, () => ours('check', file))),
      rival: 100,
      rivalName: 'the bound',
      unit: 'ms',
      ratioMax: 1,
    });
    rmSync(folder, { recursive: true });
  },
};
