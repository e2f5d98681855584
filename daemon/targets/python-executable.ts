// What building a PythonExecutable does: stub, packed layers, image, and the files that belong beside it.
import { join } from 'node:path';
import type { PythonExecutableValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { buildProjectStub } from '../executable/project-stub.ts';
import { buildStub } from '../executable/stub.ts';
import type { PackageInput } from '../licences/inputs.ts';
import type { Resource } from '../python/resource.ts';
import { linkedModules, pack, type Workbench } from './packed.ts';
import { splitPacked } from './packed-file.ts';
import { placeBeside } from './placed-files.ts';
import { checkRunModule } from './run-module.ts';

export type BuiltExecutable = {
  /** Absolute paths of all that was written, the program first. */
  readonly written: readonly string[];
  /** The document of licences that was packed, under its name. */
  readonly licences: Resource | undefined;
};

/** Writes the program into `folder`. `packages` are what lies beside it and belongs to it: their licences are told too. */
export async function buildPythonExecutable(
  context: Context,
  bench: Workbench,
  value: PythonExecutableValue,
  folder: string,
  packages: readonly PackageInput[] = [],
): Promise<BuiltExecutable> {
  const distribution = bench.sets.distribution(value.distribution);
  const modules = linkedModules(distribution, value);
  const [stub, packed] = await together(context, [
    (both) =>
      bench.project === undefined
        ? buildStub(both, distribution, modules, value.interpreter)
        : buildProjectStub(both, bench.project, {
            name: value.name,
            profile: bench.profile,
            distribution,
            modules,
          }),
    (both) =>
      pack(both, bench, value, packages, (placement) => {
        // A project's own main.rs may start something else.
        if (bench.project === undefined) checkRunModule(value, placement);
      }),
  ]);
  const output = join(folder, value.name);
  await using split = await splitPacked(context, packed.image, value.packedResources);
  const image = { ...split.payload, stub: stubPath(context, stub.sha256), output };
  await bench.images.write(image, context.signal);
  const placed = await placeBeside(context, bench.compiler, distribution, packed.beside, {
    folder,
    level: value.interpreter.optimizationLevel ?? 0,
    further: split.files,
  });
  return { written: [output, ...placed], licences: packed.licences };
}

/** Runs two steps at once: a machine's first build compiles the runtime beside the standard library. One that fails ends both. */
export async function together<A, B>(
  context: Context,
  [first, second]: [(context: Context) => Promise<A>, (context: Context) => Promise<B>],
): Promise<[A, B]> {
  const stop = new AbortController();
  const both = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  let failure: unknown;
  const guard = <T>(promise: Promise<T>): Promise<T> =>
    promise.catch((error: unknown) => {
      failure ??= error;
      stop.abort();
      throw error;
    });
  const [a, b] = await Promise.allSettled([guard(first(both)), guard(second(both))]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  context.signal.throwIfAborted();
  throw failure;
}

export function stubPath(context: Context, sha256: Parameters<Context['cache']['blobs']['path']>[0]): string {
  const path = context.cache.blobs.path(sha256);
  if (path === undefined) throw new Error('the cached stub is missing');
  return path;
}
