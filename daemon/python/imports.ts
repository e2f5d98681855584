// What Python files import and define, as the distribution's own parser reads them.
import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { childEnvironment } from './child-environment.ts';
import type { Distribution } from './distribution.ts';

export type FileImports = {
  /** Full names of modules, the line of the import, and whether the file cannot do without it. Nothing relative. */
  readonly imports: readonly (readonly [module: string, line: number, isCertain: boolean])[];
  /** Names that the file binds at its top. */
  readonly defines: readonly string[];
  /** Whether it may have other names too: it has a star import, or does not parse. */
  readonly isOpen: boolean;
};

type ImportsKey = {
  readonly source: Sha256;
  readonly version: string; // of Python: its grammar
  readonly script: string; // another imports.py is another answer
};
const imports: ResultType<ImportsKey, FileImports> = { kind: 'scan', version: 1 };

type StandardKey = { readonly distribution: string; readonly script: string };
/** Names of all top-level modules of the standard library. */
const standards: ResultType<StandardKey, readonly string[]> = { kind: 'scan', version: 1 };

const script = readFileSync(new URL('./imports.py', import.meta.url), 'utf8');

/** A thousand files take a second. */
const readTimeoutMs = 120_000;
const outputBytesMax = 200_000_000;

/** What each file imports, in the order of `files`. The trace is the caller's. */
export async function importsOf(
  context: Context,
  distribution: Distribution,
  files: readonly { readonly path: string; readonly sha256: Sha256 }[],
): Promise<readonly FileImports[]> {
  const keys = files.map(({ sha256 }) => ({ source: sha256, version: distribution.version, script }));
  const known = context.cache.getMany(imports, keys);
  const unknown = files.filter((_, index) => known[index] === undefined);
  if (unknown.length === 0) return known as FileImports[];
  const answer = await ask(
    context,
    distribution,
    unknown.map(({ path }) => path),
  );
  const read = new Map(unknown.map(({ path }, index) => [path, answer.files[index]]));
  context.cache.putMany(
    imports,
    files.flatMap(({ path }, index) => {
      const [key, found] = [keys[index], read.get(path)];
      return key === undefined || found === undefined ? [] : [[key, found, []] as const];
    }),
  );
  return files.map(({ path }, index) => known[index] ?? (read.get(path) as FileImports));
}

/** Names that need no package. */
export async function standardNames(
  context: Context,
  distribution: Distribution,
): Promise<ReadonlySet<string>> {
  const key = { distribution: distribution.id, script };
  const known = context.cache.get(standards, key);
  if (known !== undefined) return new Set(known);
  const { standard } = await ask(context, distribution, []);
  context.cache.put(standards, key, standard);
  return new Set(standard);
}

type Answer = { readonly standard: readonly string[]; readonly files: readonly FileImports[] };

async function ask(
  context: Context,
  { executable }: Distribution,
  paths: readonly string[],
): Promise<Answer> {
  const run = await execa(executable, ['-I', '-S', '-c', script], {
    reject: false,
    input: JSON.stringify(paths),
    env: childEnvironment(context),
    extendEnv: false,
    timeout: readTimeoutMs,
    maxBuffer: outputBytesMax,
    cancelSignal: context.signal,
    killDescendants: true,
  });
  context.signal.throwIfAborted();
  if (run.failed)
    throw environmentFailure(
      `Cannot read imports with ${executable}: ${run.stderr?.trim().split('\n').at(-1) ?? run.shortMessage ?? ''}`,
    );
  return JSON.parse(run.stdout ?? '') as Answer;
}
