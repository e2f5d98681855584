// `oxd licenses`, `python-distribution-licenses` and `rust-project-licensing`: what is in there, and under which licences.
import type { CargoLicencesRequest, LicencesReport, LicencesRequest } from '../protocol/licence-requests.ts';
import { inputFailure } from '../protocol/failure.ts';
import type { PythonRequest } from '../protocol/python-requests.ts';
import { type BuildTools, evaluate } from './build.ts';
import type { FileManifestValue, PythonExecutableValue, TargetValue } from './config/resolved-target.ts';
import type { Context } from './context.ts';
import { linkedCrates } from './executable/cargo-metadata.ts';
import { findToolchain } from './executable/toolchain.ts';
import { licencesReport } from './licences/answer.ts';
import type { TextedComponent } from './licences/component.ts';
import { crateComponents, rustLibrary } from './licences/crates.ts';
import type { PackageInput } from './licences/inputs.ts';
import { libraryComponents } from './licences/library.ts';
import { distributionComponents } from './licences/python-distribution.ts';
import { connected, inOrder, licenceReport } from './licences/report.ts';
import { writeConfig } from './one-step/plan.ts';
import { pythonOf } from './python/describe.ts';
import { distributionResources } from './python/standard-library.ts';
import { systemLibraries } from './python/system-libraries.ts';
import { withStep } from './step.ts';
import { placeAdditions } from './targets/additions.ts';
import { libraryOf, licenceInputs, linkedLibraries, uniquePackages } from './targets/licence-inputs.ts';
import { loosePackages } from './targets/manifest-files.ts';
import { linkedModules } from './targets/packed.ts';
import { ResourceSets } from './targets/resource-sets.ts';

const noPolicy = { deny: [], allow: [] };
const epochOf = ({ environment }: Context): string | undefined => environment['SOURCE_DATE_EPOCH'];

/** Everything that a config's targets put into programs, and beside them. */
export async function reportLicences(
  context: Context,
  request: LicencesRequest,
  tools: BuildTools,
): Promise<LicencesReport> {
  const sets = new ResourceSets(tools.libraries);
  // A script or a folder without a config has one written for it, as for a build.
  const written = request.oneStep === undefined ? undefined : await writeConfig(context, request);
  const targets = written !== undefined && request.targets.length === 0 ? written.targets : request.targets;
  const evaluated = await evaluate(tools, context, { ...request, text: written?.text }, sets, targets);
  const found = evaluated.targets.flatMap(({ value }) => programsOf(context, sets, value));
  const [first] = found;
  if (first === undefined)
    throw inputFailure('Cannot tell licences: no target holds an executable', {
      hint: 'name a target that does, as `oxd list-targets` shows them',
    });
  const components = new Map<string, TextedComponent>();
  const policy = { deny: [...request.policy.deny], allow: [...request.policy.allow] };
  for (const { executable, packages } of found) {
    const { licensing } = executable;
    const distribution = sets.distribution(executable.distribution);
    const linked = linkedModules(distribution, executable);
    const placement = await placeAdditions(context, sets, executable, linked);
    const own = licenceInputs(context, sets, { distribution, licensing, linked }, placement);
    const inputs = { ...own, packages: uniquePackages([...own.packages, ...packages]) };
    const report = await licenceReport(context, inputs);
    for (const component of await report.components()) components.set(component.id, component);
    policy.deny.push(...licensing.denied);
    policy.allow.push(...licensing.allowed);
  }
  return licencesReport({
    subject: first.executable.name,
    components: inOrder([...components.values()]),
    policy,
    format: request.format,
    epoch: epochOf(context),
  });
}

type Program = { readonly executable: PythonExecutableValue; readonly packages: readonly PackageInput[] };

/** The executables in a target's value, however deep, each with the packages that lie beside it. */
function programsOf(context: Context, sets: ResourceSets, value: TargetValue): Program[] {
  const within = (inner: unknown): Program[] => {
    if (typeof inner !== 'object' || inner === null) return [];
    if (isOfType<PythonExecutableValue>(inner, 'PythonExecutable'))
      return [{ executable: inner, packages: [] }];
    const found = Object.values(inner).flatMap(within);
    if (found.length === 0 || !isOfType<FileManifestValue>(inner, 'FileManifest')) return found;
    const loose = loosePackages(context, { sets }, inner);
    return found.map(({ executable, packages }) => ({ executable, packages: [...packages, ...loose] }));
  };
  return within(value);
}

const isOfType = <T extends { readonly type: string }>(value: object, type: T['type']): value is T =>
  'type' in value && value.type === type;

/** The interpreter, and the libraries that its extension modules bring or need of this machine. */
export async function reportPythonLicences(
  context: Context,
  request: PythonRequest,
): Promise<LicencesReport> {
  const distribution = await pythonOf(context, request);
  const resources = await distributionResources(context, distribution, { tests: false, resources: false });
  const components = await withStep(context, 'scan', 'licences', async () => {
    const found = systemLibraries(context, resources).map(({ resource, neededBy }) =>
      libraryOf(resource, neededBy, new Map()),
    );
    const libraries = libraryComponents([...found, ...linkedLibraries(context, distribution)]);
    return inOrder(
      connected(
        [...distributionComponents(distribution, { packed: 'all', linked: null }), ...libraries.components],
        libraries.edges,
      ),
    );
  });
  const subject = `CPython ${distribution.version}`;
  return licencesReport({ subject, components, policy: noPolicy, format: null, epoch: epochOf(context) });
}

/** The crates that a Cargo project links in on a platform. */
export async function reportCargoLicences(
  context: Context,
  { manifest, allFeatures, triple, format }: CargoLicencesRequest,
): Promise<LicencesReport> {
  const { rustc } = await findToolchain(context);
  const host = /^host: (.+)$/m.exec(rustc)?.[1] ?? 'x86_64-unknown-linux-gnu';
  const crates = await linkedCrates(context, { manifest, allFeatures, triple: triple ?? host, features: [] });
  const found = [...crateComponents(crates), rustLibrary(rustc)];
  const edges = found.map(({ id }) => [id, 'crate:std'] as const);
  const components = inOrder(connected(found, edges));
  const local = crates.filter(({ isLocal }) => isLocal);
  const subject = local.length === 1 ? (local[0]?.name ?? '') : manifest;
  return licencesReport({ subject, components, policy: noPolicy, format, epoch: epochOf(context) });
}
