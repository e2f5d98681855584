// What a report is made of: plain data whose hash tells whether it must be made again.
import { sha256Of } from '../../cache/file-hash.ts';
import type { Sha256 } from '../../cache/cache.ts';
import type { Distribution } from '../python/distribution.ts';
import type { Content } from '../python/resource.ts';

export type LinkedExtension = { readonly name: string; readonly variant: string };

/** One installed package's metadata folder. */
export type PackageInput = {
  /** "pyflakes-3.2.0.dist-info" */
  readonly folder: string;
  readonly metadata: Content;
  /** Files beside it that are no part of the format, licences among them; names relative to the folder. */
  readonly others: readonly { readonly name: string; readonly content: Content }[];
  /** SHA-256 of the wheel, where pip told. */
  readonly wheel: string | null;
  readonly url: string | null;
};

/** A library of this machine that is packed or linked in. */
export type LibraryInput = {
  /** "libreadline.so.8" or "libz.a" */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly sha256: string;
  /** Ids of the components, and names of their modules or libraries, that need it. */
  readonly users: readonly { readonly id: string; readonly part: string }[];
};

/** `add_cargo_manifest_licensing()`, or the folder that `oxd rust-project-licensing` is asked about. */
export type CargoInput = {
  /** Absolute path of a Cargo.toml. */
  readonly manifest: string;
  readonly allFeatures: boolean;
  readonly features: readonly string[];
};

export type LicenceInputs = {
  readonly distribution: Distribution;
  /** Names of the standard library's extension modules that are packed as files. */
  readonly extensions: readonly string[];
  /** Those that are linked in, with their variants; null where libpython has all that it was made with. */
  readonly linked: readonly LinkedExtension[] | null;
  readonly packages: readonly PackageInput[];
  readonly libraries: readonly LibraryInput[];
  readonly manifests: readonly CargoInput[];
  /** Normal expressions by name of component: what the config knows better. */
  readonly clarified: Readonly<Record<string, string>>;
  /** Digest of the runtime's crate, which names its dependencies. */
  readonly runtime: string;
};

/** Equal for equal reports, but for what Cargo manifests lead to. */
export function inputsDigest(inputs: LicenceInputs): Sha256 {
  const { distribution, extensions, linked, packages, libraries, manifests, clarified, runtime } = inputs;
  return sha256Of(
    JSON.stringify([
      distribution.id,
      distribution.linking,
      extensions,
      linked,
      packages.map(({ folder, metadata, others, wheel }) => [
        folder,
        metadata.sha256,
        others.map(({ name, content }) => [name, content.sha256]),
        wheel,
      ]),
      libraries,
      manifests,
      clarified,
      runtime,
    ]),
  );
}
