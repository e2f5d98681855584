import { posix } from 'node:path';

import type { SigningOrder } from '../packaging/signing/signing-order.ts';
import type { MsiDescription, WixArchitecture } from '../packaging/wix/msi-source.ts';
import { redistributablePlatforms } from '../packaging/wix/bundle-source.ts';
import { Buildable, buildMethod } from './buildable.ts';
import { ConfigError } from './config-object.ts';
import {
  declareFunction,
  membersOf,
  type AttributeDeclaration,
  type TypeDeclaration,
} from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { userFile } from './file-content.ts';
import { FileManifest } from './file-manifest.ts';
import type { InstallerValue } from './installer-value.ts';
import { choice, object, optional, str, type Parameter } from './parameter.ts';
import { signingOrders } from './signing.ts';
import {
  arch,
  archParameter,
  checkPrograms,
  filled,
  idPrefix,
  installerMethods,
  installerOrder,
  installerName,
  productVersion,
} from './wix-parameters.ts';

export const msiParameters = {
  id_prefix: idPrefix,
  product_name: filled,
  product_version: productVersion,
  product_manufacturer: filled,
};

type Product = {
  readonly id_prefix: string;
  readonly product_name: string;
  readonly product_version: string;
  readonly product_manufacturer: string;
};

/** Attributes that are files: what main.wxs calls them, and the folder that they are copied to. */
const fileAttributes = {
  banner_bmp_path: 'banner',
  dialog_bmp_path: 'dialog',
  eula_rtf_path: 'eula',
  license_path: 'license',
  product_icon_path: 'icon',
} as const;

/** A simple MSI: files in Program Files, and a feature that adds their folder to PATH. */
export class WixMsiBuilder extends Buildable {
  override readonly typeName = 'WiXMSIBuilder';
  readonly product: Product;
  readonly texts = new Map<string, string>();
  readonly programFiles = new FileManifest();
  readonly orders: Record<string, SigningOrder> = {};
  arch: WixArchitecture;

  constructor(product: Product, arch: WixArchitecture) {
    super();
    this.product = product;
    this.arch = arch;
  }

  /** Signers are asked about each file at once, as PyOxidizer asks them. */
  addFiles(evaluation: Evaluation, files: FileManifest): void {
    this.programFiles.addManifest(files);
    Object.assign(
      this.orders,
      signingOrders(evaluation, 'windows-installer-file-added', files.value(evaluation)),
    );
  }

  get filename(): string {
    const { product_name, product_version } = this.product;
    return this.texts.get('msi_filename') ?? `${product_name}-${product_version}.msi`;
  }

  override value(evaluation: Evaluation, folder = ''): InstallerValue {
    const installFiles = this.programFiles.value(evaluation);
    checkPrograms(evaluation, this.filename, installFiles);
    const { description, assets } = this.description(evaluation);
    return {
      type: 'WiXMSIBuilder',
      filename: this.filename,
      idPrefix: this.product.id_prefix,
      arch: this.arch,
      main: { kind: 'msi', description },
      sources: [],
      installFiles: { ...installFiles, signing: this.orders },
      installFilesPath: 'install-files.wxs',
      installFilesRoot: 'APPLICATIONFOLDER',
      buildFiles: new FileManifest().value(evaluation),
      assets: assets.value(evaluation),
      variables: [],
      packages: [],
      signing: installerOrder(evaluation, folder, this.filename),
    };
  }

  /** What main.wxs is made of, and the files that it refers to. */
  description(evaluation: Evaluation): {
    readonly description: MsiDescription;
    readonly assets: FileManifest;
  } {
    const assets = new FileManifest();
    const paths: Partial<Record<(typeof fileAttributes)[keyof typeof fileAttributes], string>> = {};
    for (const [attribute, name] of Object.entries(fileAttributes)) {
      const path = this.texts.get(attribute);
      if (path === undefined) continue;
      const file = userFile(evaluation, path);
      paths[name] = posix.join('assets', name, file.filename);
      assets.addFile(paths[name], file);
    }
    const description: MsiDescription = {
      productName: this.product.product_name,
      productVersion: this.product.product_version,
      productManufacturer: this.product.product_manufacturer,
      upgradeCode: this.texts.get('upgrade_code')?.toUpperCase(),
      keywords: this.texts.get('package_keywords'),
      description: this.texts.get('package_description'),
      helpUrl: this.texts.get('help_url'),
      license: paths.license,
      icon: paths.icon,
      eula: paths.eula,
      banner: paths.banner,
      dialog: paths.dialog,
    };
    return { description, assets };
  }
}

const { attribute, method } = membersOf<WixMsiBuilder>();

const text = (name: string, doc: string, check: Parameter<string> = str): AttributeDeclaration =>
  attribute({
    name,
    doc,
    generation: 'modern',
    check: optional(check),
    get: (self) => self.texts.get(name),
    set(self, value) {
      if (value === undefined) self.texts.delete(name);
      else self.texts.set(name, value);
    },
  });

const guid: Parameter<string> = {
  type: 'str',
  expected: 'a GUID, such as "01234567-89AB-CDEF-0123-456789ABCDEF",',
  read: (value) =>
    typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
      ? { is: value }
      : undefined,
};

export const wixMsiBuilderType: TypeDeclaration = {
  name: 'WiXMSIBuilder',
  doc: 'A simple Windows installer, which puts files into Program Files. As a target its WiX sources are written, with a script that makes it on Windows; where wixl and msibuild (msitools) are on the machine, the MSI is made at once.',
  generation: 'modern',
  construct: declareFunction({
    name: 'WiXMSIBuilder',
    doc: 'An installer without files. `id_prefix` begins all identifiers and should be the name of the application.',
    generation: 'modern',
    parameters: { ...msiParameters, arch: archParameter },
    returns: 'WiXMSIBuilder',
    call: (_evaluation, { arch: architecture, ...product }) => new WixMsiBuilder(product, architecture),
  }),
  attributes: [
    attribute({
      name: 'arch',
      doc: 'The architecture of the machines that it is for.',
      generation: 'modern',
      check: arch,
      get: (self) => self.arch,
      set: (self, value) => {
        self.arch = value;
      },
    }),
    text('banner_bmp_path', "A bitmap of 493 x 58 pixels for the top of the installer's dialogs."),
    text('dialog_bmp_path', "A bitmap of 493 x 312 pixels for the installer's dialogs."),
    text('eula_rtf_path', 'A licence as an RTF file, which who installs must agree to.'),
    text('help_url', 'Where help is found.'),
    text('license_path', 'A licence that is installed with the application.'),
    text('msi_filename', 'The file that is made; NAME-VERSION.msi without it.', installerName),
    text('package_description', 'What the application is.'),
    text('package_keywords', 'Keywords of the application.'),
    text('product_icon_path', 'The icon of the application in the list of installed programs.'),
    text(
      'upgrade_code',
      'What all versions of the application have in common; derived from the name of the product without it.',
      guid,
    ),
  ],
  methods: [
    method({
      name: 'add_program_files_manifest',
      doc: 'Adds files that are installed.',
      generation: 'modern',
      parameters: { manifest: object('FileManifest', FileManifest) },
      call: (self, { manifest }, evaluation) => self.addFiles(evaluation, manifest),
    }),
    method({
      name: 'add_visual_cpp_redistributable',
      doc: "Visual Studio has the DLLs of the Visual C++ runtime, on Windows only: this is an error. Add them as files, or take a WiXBundleBuilder, which runs Microsoft's installer of them.",
      generation: 'modern',
      parameters: { redist_version: str, platform: choice(redistributablePlatforms) },
      call(_self, { redist_version, platform }) {
        throw new ConfigError(
          `cannot find the DLLs of the Visual C++ runtime ${redist_version} for ${platform}: Visual Studio has them, on Windows only`,
          'add the DLLs with add_program_files_manifest(), or use WiXBundleBuilder.add_vc_redistributable()',
        );
      },
    }),
    ...installerMethods,
    buildMethod,
  ],
};
