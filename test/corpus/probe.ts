// Builds the executable of one package's probe with the real client, and runs it where nothing of the build is left.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runElsewhere } from '../e2e/foreign-machine.ts';
import { oxd, sharedCache } from '../e2e/oxd.ts';
import type { Package } from './packages.ts';
import { foreignFiles, tracing } from './traced-files.ts';

export type Report = {
  readonly name: string;
  /** What is wrong; empty when all is well. */
  readonly faults: readonly string[];
  readonly bytes: number;
  readonly buildMs: number;
  readonly runMs: number;
};

/** pip may download half a gigabyte. */
const buildMsMax = 600_000;
/** scikit-learn under strace on a busy machine. */
const runMsMax = 120_000;

export function probe(wanted: Package): Report {
  const workspace = mkdtempSync(join(tmpdir(), `oxd-corpus-${wanted.name}-`));
  try {
    writeWorkspace(wanted, workspace);
    const started = performance.now();
    const build = oxd(['build', '--path', workspace], { timeoutMs: buildMsMax });
    const built = performance.now();
    const executable = join(workspace, 'build/x86_64-unknown-linux-gnu/debug/exe', wanted.name);
    if (build.code !== 0 || !existsSync(executable))
      return {
        name: wanted.name,
        faults: [`build: ${build.stderr}`],
        bytes: 0,
        buildMs: built - started,
        runMs: 0,
      };
    const faults = run(wanted, executable, workspace);
    return {
      name: wanted.name,
      faults,
      bytes: statSync(executable).size,
      buildMs: built - started,
      runMs: performance.now() - built,
    };
  } finally {
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function run(wanted: Package, executable: string, workspace: string): readonly string[] {
  const scratch = mkdtempSync(join(tmpdir(), 'oxd-scratch-'));
  try {
    const result = runElsewhere({
      executable,
      hide: [workspace, sharedCache],
      environment: { TMPDIR: scratch, HOME: scratch, LANG: 'C.UTF-8', OMP_NUM_THREADS: '2' },
      under: tracing(scratch),
      timeoutMs: runMsMax,
    });
    const faults: string[] = [];
    if (result.code !== 0 || result.stdout !== wanted.prints)
      faults.push(
        `ended with ${result.signal ?? result.code} and printed ${JSON.stringify(result.stdout)}, not ${JSON.stringify(wanted.prints)}\n${result.stderr}`,
      );
    faults.push(...foreignFiles(scratch, scratch, wanted.reads ?? []));
    return faults;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function writeWorkspace(wanted: Package, workspace: string): void {
  const source = join(workspace, 'src/probe');
  mkdirSync(source, { recursive: true });
  cpSync(join(import.meta.dirname, 'files'), source, { recursive: true });
  writeFileSync(join(source, '__init__.py'), '');
  cpSync(join(import.meta.dirname, 'probes', `${wanted.name}.py`), join(source, '__main__.py'));
  const install =
    wanted.requirements.length > 0
      ? `exe.add_python_resources(dist.pip_install(${JSON.stringify(wanted.requirements)}))`
      : '';
  writeFileSync(
    join(workspace, 'pyoxidizer.bzl'),
    `
def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(
        name = ${JSON.stringify(wanted.name)},
        config = PythonInterpreterConfig(run_module = "probe"),
    )
    ${install}
    exe.add_python_resources(dist.read_package_root(path = CWD + "/src", packages = ["probe"]))
    return exe

register_target("exe", make_exe, default = True)
resolve_targets()
`,
  );
}
