// What building a PythonExecutable does: stub, layers, image, and the files that belong beside it.
import { join } from 'node:path';
import type { LicencePolicy } from '../../protocol/licences.ts';
import type { PythonExecutableValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import type { ImageLayer } from '../executable/image.ts';
import { type LayerTools, cachedLayer, freshLayer } from '../executable/resource-layer.ts';
import { buildStub } from '../executable/stub.ts';
import type { PackageInput } from '../licences/inputs.ts';
import { builtinModules } from '../python/builtin-modules.ts';
import type { Distribution, StaticExtension } from '../python/distribution.ts';
import type { Resource } from '../python/resource.ts';
import { type LayerPlan, placeAdditions } from './additions.ts';
import { licenceInputs, uniquePackages } from './licence-inputs.ts';
import { licensed, packedDocument } from './licences.ts';
import { modificationTime } from './modification-time.ts';
import type { SigningRecord } from '../packaging/signing/signing-record.ts';
import type { ResourceSets } from './resource-sets.ts';
import { placeBeside } from './placed-files.ts';
import type { Images } from './images.ts';
import { runtimeModules } from './runtime-modules.ts';

/** What the targets of one build share. */
export type Workbench = LayerTools & {
  readonly sets: ResourceSets;
  readonly images: Images;
  /** What the request forbids, beside the config. */
  readonly policy: LicencePolicy;
  /** What of the target is signed, or to be signed. */
  readonly signing: SigningRecord;
};

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
  const modules = linkedModules(context, distribution, value);
  const placement = await placeAdditions(context, bench.sets, value, modules);
  const { layers: plans, beside, sharedLibrary, tclLibrary, packagePortions } = placement;
  const config = {
    ...value.interpreter,
    ...(sharedLibrary === undefined ? {} : { sharedLibrary }),
    ...(tclLibrary === undefined ? {} : { tclLibrary }),
    ...(packagePortions.length === 0 ? {} : { packagePortions }),
  };
  const [stub, layers] = await together(context, [
    (both) => buildStub(both, distribution, modules),
    (both) => buildLayers(both, bench, distribution, plans),
  ]);
  const own = licenceInputs(
    context,
    bench.sets,
    { distribution, licensing: value.licensing, linked: modules },
    placement,
  );
  const inputs = { ...own, packages: uniquePackages([...own.packages, ...packages]) };
  const licences = await licensed(context, value, inputs, bench.policy);
  // First, so that what the application has under the same names hides ours.
  const ours = await cachedLayer(context, bench, distribution, 'oxidized_importer', [
    ...runtimeModules(),
    ...packedDocument(licences),
  ]);

  const output = join(folder, value.name);
  const image = {
    stub: stubPath(context, stub.sha256),
    layers: [ours, ...layers],
    config,
    output,
    mtime: modificationTime(context),
  };
  await bench.images.write(image, context.signal);
  const placed = await placeBeside(context, bench.compiler, distribution, beside, {
    folder,
    level: value.interpreter.optimizationLevel ?? 0,
  });
  return { written: [output, ...placed], licences };
}

/** The extension modules that are linked in from their objects; none where the distribution has no objects. */
export function linkedModules(
  context: Context,
  { objectFiles, version }: Distribution,
  { extensionModules }: PythonExecutableValue,
): readonly StaticExtension[] {
  if (objectFiles === undefined) return [];
  const { chosen, missing } = builtinModules(objectFiles, extensionModules);
  for (const name of missing)
    context.report({
      event: 'notice',
      text: `Python ${version} has no variant "${extensionModules.variants[name]}" of ${name}: the default one is taken`,
    });
  return chosen;
}

async function buildLayers(
  context: Context,
  bench: Workbench,
  distribution: Distribution,
  plans: readonly LayerPlan[],
): Promise<ImageLayer[]> {
  const layers: ImageLayer[] = [];
  for (const { volatile, subject, packed } of plans) {
    layers.push(
      volatile
        ? await freshLayer(context, bench, distribution, packed)
        : await cachedLayer(context, bench, distribution, subject, packed),
    );
  }
  return layers;
}

/** Runs two steps at once: a machine's first build compiles the runtime beside the standard library. One that fails ends both. */
async function together<A, B>(
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

function stubPath(context: Context, sha256: Parameters<Context['cache']['blobs']['path']>[0]): string {
  const path = context.cache.blobs.path(sha256);
  if (path === undefined) throw new Error('the cached stub is missing');
  return path;
}
