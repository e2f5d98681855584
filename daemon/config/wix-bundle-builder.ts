import { redistributablePlatforms, type ChainItem } from '../packaging/wix/bundle-source.ts';
import type { WixArchitecture } from '../packaging/wix/msi-source.ts';
import { Buildable, buildMethod } from './buildable.ts';
import { ConfigError } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { FileManifest } from './file-manifest.ts';
import type { InstallerValue } from './installer-value.ts';
import { bool, choice, object, optional, str, withDefault } from './parameter.ts';
import { WixMsiBuilder } from './wix-msi-builder.ts';
import {
  archParameter,
  filled,
  idPrefix,
  installerMethods,
  installerOrder,
  productVersion,
} from './wix-parameters.ts';

type Package = {
  readonly builder: WixMsiBuilder;
  readonly displayInternalUi: boolean;
  readonly installCondition: string | undefined;
};
type Redistributable = Extract<ChainItem, { readonly kind: 'redistributable' }>;

/** One .exe that installs several packages. */
export class WixBundleBuilder extends Buildable {
  override readonly typeName = 'WiXBundleBuilder';
  readonly idPrefix: string;
  readonly name: string;
  readonly version: string;
  readonly manufacturer: string;
  readonly arch: WixArchitecture;
  readonly conditions: { readonly condition: string; readonly message: string }[] = [];
  readonly chain: (Package | Redistributable)[] = [];

  constructor(parts: {
    readonly id_prefix: string;
    readonly name: string;
    readonly version: string;
    readonly manufacturer: string;
    readonly arch: WixArchitecture;
  }) {
    super();
    this.idPrefix = parts.id_prefix;
    this.name = parts.name;
    this.version = parts.version;
    this.manufacturer = parts.manufacturer;
    this.arch = parts.arch;
  }

  override value(evaluation: Evaluation, folder = ''): InstallerValue {
    const { name, version, manufacturer, conditions } = this;
    if (this.chain.length === 0)
      throw new ConfigError(
        `the bundle ${name} installs nothing`,
        'add an installer with add_wix_msi_builder()',
      );
    const packages: InstallerValue[] = [];
    const chain = this.chain.map((item): ChainItem => {
      if (!('builder' in item)) return item;
      const made = item.builder.value(evaluation, folder);
      if (packages.some(({ filename }) => filename === made.filename))
        throw new ConfigError(
          `the bundle ${name} has two installers named ${made.filename}`,
          'set msi_filename of one of them',
        );
      packages.push(made);
      const { displayInternalUi, installCondition } = item;
      return { kind: 'msi', filename: made.filename, displayInternalUi, installCondition };
    });
    const filename = `${name}-${version}.exe`;
    const none = new FileManifest().value(evaluation);
    return {
      type: 'WiXBundleBuilder',
      filename,
      idPrefix: this.idPrefix,
      arch: this.arch,
      main: {
        kind: 'bundle',
        description: { name, version, manufacturer, conditions: [...conditions], chain },
      },
      sources: [],
      installFiles: none,
      installFilesPath: 'install-files.wxs',
      installFilesRoot: 'APPLICATIONFOLDER',
      buildFiles: none,
      assets: none,
      variables: [],
      packages,
      signing: installerOrder(evaluation, folder, filename),
    };
  }
}

const { method } = membersOf<WixBundleBuilder>();

export const wixBundleBuilderType: TypeDeclaration = {
  name: 'WiXBundleBuilder',
  doc: 'A Windows installer (.exe) that runs other installers. WiX makes it on Windows only: as a target its sources are written, with the MSI files that could be made and a script for the rest.',
  generation: 'modern',
  construct: declareFunction({
    name: 'WiXBundleBuilder',
    doc: 'A bundle that installs nothing yet.',
    generation: 'modern',
    parameters: {
      id_prefix: idPrefix,
      name: filled,
      version: productVersion,
      manufacturer: filled,
      arch: archParameter,
    },
    returns: 'WiXBundleBuilder',
    call: (_evaluation, parts) => new WixBundleBuilder(parts),
  }),
  attributes: [],
  methods: [
    method({
      name: 'add_condition',
      doc: 'Adds a condition without which the bundle shows the message and installs nothing.',
      generation: 'modern',
      parameters: { condition: filled, message: filled },
      call(self, { condition, message }) {
        self.conditions.push({ condition, message });
      },
    }),
    method({
      name: 'add_vc_redistributable',
      doc: "Adds Microsoft's installer of the Visual C++ runtime. The script that makes the bundle downloads it.",
      generation: 'modern',
      parameters: { platform: choice(redistributablePlatforms) },
      call(self, { platform }) {
        self.chain.push({ kind: 'redistributable', platform });
      },
    }),
    method({
      name: 'add_wix_msi_builder',
      doc: 'Adds an installer, which shows its own dialogs with `display_internal_ui` and is run where `install_condition` holds, such as "VersionNT64".',
      generation: 'modern',
      parameters: {
        builder: object('WiXMSIBuilder', WixMsiBuilder),
        display_internal_ui: withDefault(bool, false),
        install_condition: optional(str),
      },
      call(self, { builder, display_internal_ui, install_condition }) {
        self.chain.push({
          builder,
          displayInternalUi: display_internal_ui,
          installCondition: install_condition,
        });
      },
    }),
    ...installerMethods,
    buildMethod,
  ],
};
