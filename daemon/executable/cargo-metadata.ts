// Asks cargo which crates a project links in on a platform, and what they say of themselves.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ResultType } from '../../cache/cache.ts';
import { environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { withStep } from '../step.ts';
import { findToolchain } from './toolchain.ts';

export type CargoProject = {
  /** Absolute path of a Cargo.toml. */
  readonly manifest: string;
  readonly triple: string;
  readonly allFeatures: boolean;
  readonly features: readonly string[];
};

export type Crate = {
  readonly name: string;
  readonly version: string;
  /** The manifest's `license`, as it stands there. */
  readonly license: string | null;
  /** Its `license-file`, relative to the folder. */
  readonly licenseFile: string | null;
  readonly homepage: string | null;
  /** Absolute; of the sources. */
  readonly folder: string;
  readonly isLocal: boolean;
  /** SHA-256 of the crate file, from Cargo.lock. */
  readonly checksum: string | null;
  /** "name@version" of the crates that are linked for it. */
  readonly needs: readonly string[];
};

type CrateKey = CargoProject & { readonly rustc: string; readonly files: readonly string[] };
/** Local manifests take part with their hashes: which ones there are, only cargo knows. */
type Answer = {
  readonly crates: readonly Crate[];
  readonly locals: readonly [path: string, sha256: string][];
};
const answers: ResultType<CrateKey, Answer> = { kind: 'cargo', version: 1 };

/** What `cargo metadata` prints, format version 1; only the fields that are used. */
type Metadata = {
  readonly packages: readonly {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly license: string | null;
    readonly license_file: string | null;
    readonly homepage: string | null;
    readonly repository: string | null;
    readonly source: string | null;
    readonly manifest_path: string;
  }[];
  readonly workspace_members: readonly string[];
  readonly workspace_root: string;
  readonly resolve: {
    readonly root: string | null;
    readonly nodes: readonly {
      readonly id: string;
      readonly deps: readonly {
        readonly pkg: string;
        readonly dep_kinds: readonly { readonly kind: string | null }[];
      }[];
    }[];
  };
};

/** A project with ten thousand crates has 60 MB. */
const outputBytesMax = 256 * 1024 * 1024;

/**
 * The project's own crates and those that are linked with them, in order of name. Neither what only building or testing
 * needs nor what another platform needs is among them. Runs cargo when a manifest or the lock file is new.
 */
export async function linkedCrates(context: Context, project: CargoProject): Promise<readonly Crate[]> {
  if (!existsSync(project.manifest))
    throw inputFailure(`Cannot read the Cargo manifest "${project.manifest}": there is no such file`);
  const { cargo, rustc } = await findToolchain(context);
  const lock = nearestLock(dirname(project.manifest));
  const files = [project.manifest, ...(lock === undefined ? [] : [lock])].map((path) => {
    context.trace.file(path);
    return `${path} ${context.cache.hashFile(path)?.sha256}`;
  });
  const key: CrateKey = { ...project, rustc, files };
  const known = context.cache.get(answers, key);
  if (known?.locals.every(([path, sha256]) => context.cache.hashFile(path)?.sha256 === sha256) === true) {
    for (const [path] of known.locals) context.trace.file(path);
    return known.crates;
  }
  return withStep(context, 'scan', `the crates of ${project.manifest}`, async () => {
    const metadata = await ask(context, cargo, project);
    const crates = chosen(metadata);
    const locals = crates
      .filter(({ isLocal }) => isLocal)
      .map(({ folder }): [string, string] => {
        const path = join(folder, 'Cargo.toml');
        context.trace.file(path);
        return [path, context.cache.hashFile(path)?.sha256 ?? ''];
      });
    context.cache.put(answers, key, { crates, locals });
    return crates;
  });
}

/** A project's lock file is its owner's: where there is one it stays as it is, and where there is none cargo writes it. */
async function ask(context: Context, cargo: string, project: CargoProject): Promise<Metadata> {
  let run = await start(context, cargo, project, ['--locked']);
  if (run.exitCode !== 0 && /cannot create the lock file/.test(run.stderr))
    run = await start(context, cargo, project, []);
  const { manifest } = project;
  if (run.exitCode === 0) return JSON.parse(run.stdout) as Metadata;
  const why = run.stderr.trim().slice(Math.max(0, run.stderr.search(/^error/m)));
  if (/failed to (download|get)|could not resolve host|spurious network/i.test(run.stderr))
    throw environmentFailure(`Cannot fetch the crates of "${manifest}"\n${why}`, {
      hint: 'check the network or the [source] settings of cargo',
    });
  if (/cannot update the lock file|lock file .* needs to be updated/.test(run.stderr))
    throw inputFailure(`Cannot tell the crates of "${manifest}": its Cargo.lock is not up to date`, {
      hint: 'run `cargo check` there, which brings it up to date',
    });
  throw inputFailure(`cargo cannot read "${manifest}"\n${why}`);
}

async function start(
  context: Context,
  cargo: string,
  { manifest, triple, allFeatures, features }: CargoProject,
  options: readonly string[],
): Promise<{ readonly exitCode: number | undefined; readonly stdout: string; readonly stderr: string }> {
  const run = await execa(
    cargo,
    [
      'metadata',
      '--format-version=1',
      '--filter-platform',
      triple,
      '--manifest-path',
      manifest,
      ...(allFeatures ? ['--all-features'] : []),
      ...(features.length > 0 ? ['--features', features.join(',')] : []),
      ...options,
    ],
    {
      env: { ...context.environment, CARGO_TERM_COLOR: 'never' },
      extendEnv: false,
      cwd: dirname(manifest),
      stdin: 'ignore',
      reject: false,
      maxBuffer: outputBytesMax,
      cancelSignal: context.signal,
      killDescendants: true,
    },
  );
  context.signal.throwIfAborted();
  return { exitCode: run.exitCode, stdout: run.stdout ?? '', stderr: run.stderr ?? '' };
}

function chosen(metadata: Metadata): Crate[] {
  const packages = new Map(metadata.packages.map((one) => [one.id, one]));
  const needsOf = new Map(
    metadata.resolve.nodes.map(({ id, deps }) => [
      id,
      deps.filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind === null)).map(({ pkg }) => pkg),
    ]),
  );
  // A workspace without a package of its own stands for all its members.
  const roots =
    metadata.resolve.root === null
      ? metadata.packages.filter(({ id }) => metadata.workspace_members.includes(id)).map(({ id }) => id)
      : [metadata.resolve.root];
  const reached = new Set(roots);
  for (const id of reached) for (const needed of needsOf.get(id) ?? []) reached.add(needed);
  const checksums = readChecksums(join(metadata.workspace_root, 'Cargo.lock'));
  const nameOf = (id: string): string => {
    const one = packages.get(id);
    return one === undefined ? id : `${one.name}@${one.version}`;
  };
  return [...reached]
    .flatMap((id): Crate[] => {
      const one = packages.get(id);
      if (one === undefined) return [];
      const { name, version, license, license_file, homepage, repository, source, manifest_path } = one;
      return [
        {
          name,
          version,
          license,
          licenseFile: license_file,
          homepage: homepage ?? repository,
          folder: dirname(manifest_path),
          isLocal: source === null,
          checksum: checksums.get(`${name}@${version}`) ?? null,
          needs: (needsOf.get(id) ?? []).map(nameOf).toSorted(),
        },
      ];
    })
    .toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

function readChecksums(lock: string): Map<string, string> {
  if (!existsSync(lock)) return new Map();
  const blocks = readFileSync(lock, 'utf8').split('[[package]]').slice(1);
  const field = (block: string, name: string): string | undefined =>
    new RegExp(`^${name} = "(.*)"$`, 'm').exec(block)?.[1];
  return new Map(
    blocks.flatMap((block) => {
      const checksum = field(block, 'checksum');
      return checksum === undefined
        ? []
        : [[`${field(block, 'name')}@${field(block, 'version')}`, checksum] as const];
    }),
  );
}

/** A workspace has one lock file, in its top folder. */
function nearestLock(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const lock = join(at, 'Cargo.lock');
    if (existsSync(lock)) return lock;
    if (dirname(at) === at) return undefined;
  }
}
