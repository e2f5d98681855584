// All of a program but the stub: layers, interpreter config, licences, and what lies beside it.
import type { LicencePolicy } from '../../protocol/licences.ts';
import type { PythonExecutableValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import type { Image, ImageLayer } from '../executable/image.ts';
import type { RustProject } from '../executable/cargo-project.ts';
import { type LayerChoice, type LayerTools, cachedLayer, freshLayer } from '../executable/resource-layer.ts';
import type { PackageInput } from '../licences/inputs.ts';
import type { SigningRecord } from '../packaging/signing/signing-record.ts';
import { builtinModules } from '../python/builtin-modules.ts';
import type { Distribution, StaticExtension } from '../python/distribution.ts';
import type { Resource } from '../python/resource.ts';
import { type LayerPlan, type PlacedResource, type Placement, placeAdditions } from './additions.ts';
import type { Images } from './images.ts';
import { licenceInputs, uniquePackages } from './licence-inputs.ts';
import { licensed, packedDocument } from './licences.ts';
import { modificationTime } from './modification-time.ts';
import type { ResourceSets } from './resource-sets.ts';
import { runtimeModules } from './runtime-modules.ts';

/** What the targets of one build share. */
export type Workbench = LayerTools &
  LayerChoice & {
    readonly sets: ResourceSets;
    readonly images: Images;
    /** What the request forbids, beside the config. */
    readonly policy: LicencePolicy;
    /** What of the target is signed, or to be signed. */
    readonly signing: SigningRecord;
    /** Whose program takes the place of our stub. */
    readonly project?: RustProject | undefined;
  };

export type Packed = {
  readonly image: Pick<Image, 'layers' | 'config' | 'mtime'>;
  readonly beside: readonly PlacedResource[];
  /** The document of licences that was packed, under its name. */
  readonly licences: Resource | undefined;
};

/**
 * Makes the layers of a program. `packages` are what lies beside it and belongs to it: their licences are told too. What
 * `check` throws ends it before anything is made.
 */
export async function pack(
  context: Context,
  bench: Workbench,
  value: PythonExecutableValue,
  packages: readonly PackageInput[],
  check: (placement: Placement) => void = () => undefined,
): Promise<Packed> {
  const distribution = bench.sets.distribution(value.distribution);
  const modules = linkedModules(distribution, value);
  tellMissingVariants(context, distribution, value);
  const placement = await placeAdditions(context, bench.sets, value, modules);
  check(placement);
  const { layers: plans, beside, sharedLibrary, tclLibrary, packagePortions } = placement;
  const layers = await buildLayers(context, bench, distribution, plans);
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
    ...runtimeModules().filter(({ resource }) => placement.keeps(resource)),
    ...packedDocument(licences),
  ]);
  const config = {
    ...value.interpreter,
    ...(sharedLibrary === undefined ? {} : { sharedLibrary }),
    ...(tclLibrary === undefined ? {} : { tclLibrary }),
    ...(packagePortions.length === 0 ? {} : { packagePortions }),
  };
  return {
    image: { layers: [ours, ...layers], config, mtime: modificationTime(context) },
    beside,
    licences,
  };
}

/** The extension modules that are linked in from their objects; none where the distribution has no objects. */
export const linkedModules = (
  { objectFiles }: Distribution,
  { extensionModules }: PythonExecutableValue,
): readonly StaticExtension[] =>
  objectFiles === undefined ? [] : builtinModules(objectFiles, extensionModules).chosen;

function tellMissingVariants(
  context: Context,
  { objectFiles, version }: Distribution,
  { extensionModules }: PythonExecutableValue,
): void {
  if (objectFiles === undefined) return;
  for (const name of builtinModules(objectFiles, extensionModules).missing)
    context.report({
      event: 'notice',
      text: `Python ${version} has no variant "${extensionModules.variants[name]}" of ${name}: the default one is taken`,
    });
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
