// What the builders of Windows installers come to. Leaf: types only.
import type { BundleDescription } from '../packaging/wix/bundle-source.ts';
import type { MsiDescription, WixArchitecture } from '../packaging/wix/msi-source.ts';
import type { SigningOrder } from '../packaging/signing/signing-order.ts';
import type { FileManifestValue, ManifestContent } from './resolved-target.ts';

export type InstallerValue = {
  readonly type: 'WiXInstaller' | 'WiXMSIBuilder' | 'WiXBundleBuilder';
  /** The file that is made, "tool-1.0.msi". */
  readonly filename: string;
  /** What all Ids begin with. */
  readonly idPrefix: string;
  readonly arch: WixArchitecture;
  /** What main.wxs is made of; undefined when the config brings all sources. */
  readonly main:
    | { readonly kind: 'msi'; readonly description: MsiDescription }
    | { readonly kind: 'bundle'; readonly description: BundleDescription }
    | undefined;
  /** The config's own sources, relative to the folder of sources. */
  readonly sources: readonly {
    readonly path: string;
    readonly content: ManifestContent;
    readonly parameters: readonly (readonly [name: string, value: string])[];
  }[];
  readonly installFiles: FileManifestValue;
  /** Where the source for them is written, relative to the folder of sources. */
  readonly installFilesPath: string;
  /** The Id of the folder that they are installed in. */
  readonly installFilesRoot: string;
  /** Files beside the sources. */
  readonly buildFiles: FileManifestValue;
  /** What main.wxs refers to: icons, licences, pictures. */
  readonly assets: FileManifestValue;
  readonly variables: readonly (readonly [name: string, value: string | undefined])[];
  /** MSI files that a bundle installs. */
  readonly packages: readonly InstallerValue[];
  readonly signing: SigningOrder | undefined;
};
