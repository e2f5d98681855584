// What building a PythonExecutable does: stub, layers, image, and the files that belong beside it.
import { join } from 'node:path';
import type { PythonExecutableValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { writeImage } from '../executable/image.ts';
import { type LayerTools, cachedLayer, freshLayer } from '../executable/resource-layer.ts';
import { buildStub } from '../executable/stub.ts';
import type { LayerPlan } from './additions.ts';
import { placeAdditions } from './additions.ts';
import type { ResourceSets } from './resource-sets.ts';
import { placeBeside } from './placed-files.ts';

/** What the targets of one build share. */
export type Workbench = LayerTools & { readonly sets: ResourceSets };

/** Seconds since 1970 of every packed file when SOURCE_DATE_EPOCH does not say: 1980-01-01, the oldest that zip can hold. */
const defaultMtime = 315_532_800;

/** Writes the program into `folder` and returns the absolute paths of all that was written, the program first. */
export async function buildPythonExecutable(
  context: Context,
  bench: Workbench,
  value: PythonExecutableValue,
  folder: string,
): Promise<readonly string[]> {
  const distribution = bench.sets.distribution(value.distribution);
  const { layers: plans, beside } = await placeAdditions(context, bench.sets, value);
  const stub = await buildStub(context, distribution);
  const layer = (plan: LayerPlan): ReturnType<typeof cachedLayer> =>
    plan.volatile
      ? freshLayer(context, bench, distribution, plan.packed)
      : cachedLayer(context, bench, distribution, plan.subject, plan.packed);
  const layers = [];
  for (const plan of plans) layers.push(await layer(plan));

  const output = join(folder, value.name);
  context.trace.variable('SOURCE_DATE_EPOCH');
  const epoch = Number(context.environment['SOURCE_DATE_EPOCH'] ?? defaultMtime);
  await writeImage(
    { stub: stubPath(context, stub.sha256), layers, config: value.interpreter, output, mtime: epoch },
    context.signal,
  );
  return [output, ...(await placeBeside(context, bench.compiler, distribution, beside, folder))];
}

function stubPath(context: Context, sha256: Parameters<Context['cache']['blobs']['path']>[0]): string {
  const path = context.cache.blobs.path(sha256);
  if (path === undefined) throw new Error('the cached stub is missing');
  return path;
}
