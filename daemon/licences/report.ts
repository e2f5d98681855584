// All components of a program with their licences, found once for equal inputs.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ResultType, Sha256 } from '../../cache/cache.ts';
import { sha256Of } from '../../cache/file-hash.ts';
import type { Context } from '../context.ts';
import { type Crate, linkedCrates } from '../executable/cargo-metadata.ts';
import { runtimeCrate } from '../executable/stub.ts';
import { findToolchain } from '../executable/toolchain.ts';
import { withStep } from '../step.ts';
import type { TextedComponent } from './component.ts';
import { normalizedName } from './core-metadata.ts';
import { crateComponents, rustLibrary } from './crates.ts';
import { distributionComponents, pythonId } from './python-distribution.ts';
import { type LicenceInputs, inputsDigest } from './inputs.ts';
import { libraryComponents } from './library.ts';
import { packageComponent } from './python-package.ts';

/** A report that may have been made before: its digest is known without reading any of it. */
export type LicenceReport = {
  /** Changes with anything that the report says. */
  readonly digest: Sha256;
  /** Sorted by kind and name; made now unless the cache has them. */
  components(): Promise<readonly TextedComponent[]>;
};

type ReportKey = { readonly report: Sha256 };
type Stored = { readonly blob: Sha256 };
/** 1: the first. */
const reports: ResultType<ReportKey, Stored> = { kind: 'scan', version: 1 };

/** Crates are those of the platform that the runtime is built for. */
export async function licenceReport(context: Context, inputs: LicenceInputs): Promise<LicenceReport> {
  const { triple } = inputs.distribution;
  const runtime = { manifest: join(runtimeCrate().folder, 'Cargo.toml'), allFeatures: false, features: [] };
  const crates: (readonly Crate[])[] = [];
  for (const project of [runtime, ...inputs.manifests])
    crates.push(await linkedCrates(context, { ...project, triple }));
  const digest = sha256Of(JSON.stringify([inputsDigest(inputs), crates]));
  return { digest, components: () => componentsOf(context, inputs, crates, digest) };
}

async function componentsOf(
  context: Context,
  inputs: LicenceInputs,
  crates: readonly (readonly Crate[])[],
  report: Sha256,
): Promise<readonly TextedComponent[]> {
  const known = context.cache.get(reports, { report });
  const stored = known === undefined ? undefined : context.cache.blobs.get(known.blob);
  if (stored !== undefined) return JSON.parse(stored.toString('utf8')) as TextedComponent[];
  return withStep(context, 'scan', 'licences', async () => {
    const { rustc } = await findToolchain(context);
    const components = collect(context, inputs, crates, rustc);
    const blob = context.cache.blobs.put(Buffer.from(JSON.stringify(components)));
    context.cache.put(reports, { report }, { blob }, { blobs: [blob] });
    return components;
  });
}

function collect(
  context: Context,
  inputs: LicenceInputs,
  crates: readonly (readonly Crate[])[],
  rustc: string,
): readonly TextedComponent[] {
  const libraries = libraryComponents(inputs.libraries);
  const found = [
    ...distributionComponents(inputs.distribution, { packed: inputs.extensions, linked: inputs.linked }),
    ...inputs.packages.map((input) => packageComponent(context, input)),
    ...libraries.components,
    ...crateComponents(crates.flat()).map(withOurText),
    rustLibrary(rustc),
  ];
  const edges = [
    ...libraries.edges,
    // Our crate starts the interpreter; all of Rust needs its library.
    ...found.flatMap(({ id, kind, name }): [string, string][] =>
      kind === 'crate' && id !== 'crate:std'
        ? [[id, 'crate:std'], ...(name === ourCrate ? [[id, pythonId] as [string, string]] : [])]
        : [],
    ),
  ];
  return inOrder(connected(clarified(found, inputs.clarified), edges));
}

/** What the config says of a component counts more than what it says of itself. */
function clarified(
  components: readonly TextedComponent[],
  licences: Readonly<Record<string, string>>,
): readonly TextedComponent[] {
  const byName = new Map(
    Object.entries(licences).map(([name, expression]) => [normalizedName(name), expression]),
  );
  if (byName.size === 0) return components;
  return components.map((component) => {
    const expression = byName.get(normalizedName(component.name));
    return expression === undefined
      ? component
      : { ...component, licence: { is: 'expression', expression }, source: 'the config' };
  });
}

/** Needs that lead out of the report are dropped: markers and extras decide about them, and what is packed shows how. */
export function connected(
  components: readonly TextedComponent[],
  edges: readonly (readonly [string, string])[],
): TextedComponent[] {
  const byId = new Map(components.map((component) => [component.id, component]));
  return [...byId.values()].map((component) => ({
    ...component,
    needs: [
      ...new Set([...component.needs, ...edges.flatMap(([from, to]) => (from === component.id ? [to] : []))]),
    ]
      .filter((id) => byId.has(id) && id !== component.id)
      .toSorted(),
  }));
}

const kinds = ['python', 'extension-module', 'library', 'package', 'crate'] as const;

export const inOrder = (components: readonly TextedComponent[]): readonly TextedComponent[] =>
  components.toSorted(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );

const ourCrate = 'oxd-runtime';

/** The runtime is part of this package, whose licence lies one folder up. */
function withOurText(component: TextedComponent): TextedComponent {
  if (component.name !== ourCrate || component.texts.length > 0) return component;
  const path = join(dirname(runtimeCrate().folder), 'LICENSE');
  return { ...component, texts: [{ name: 'LICENSE', text: readFileSync(path, 'utf8') }] };
}
