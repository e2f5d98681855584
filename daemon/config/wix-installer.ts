import type { SigningOrder } from '../packaging/signing/signing-order.ts';
import type { MsiDescription, WixArchitecture } from '../packaging/wix/msi-source.ts';
import { Buildable, buildMethod } from './buildable.ts';
import { ConfigError } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { userFile } from './file-content.ts';
import { FileManifest } from './file-manifest.ts';
import type { InstallerValue } from './installer-value.ts';
import { relativePath } from './location.ts';
import { bool, dictOf, object, optional, orNone, str, withDefault, type Parameter } from './parameter.ts';
import { signingOrders } from './signing.ts';
import { msiParameters, WixMsiBuilder } from './wix-msi-builder.ts';
import {
  arch,
  archParameter,
  checkPrograms,
  idPrefix,
  installerMethods,
  installerOrder,
  installerName,
} from './wix-parameters.ts';

/** A Windows installer of the config's own WiX sources. */
class WixInstaller extends Buildable {
  override readonly typeName = 'WiXInstaller';
  readonly id: string;
  readonly filename: string;
  arch: WixArchitecture;
  installFilesRoot = 'APPLICATIONFOLDER';
  installFilesPath = 'install-files.wxs';
  readonly installFiles = new FileManifest();
  readonly orders: Record<string, SigningOrder> = {};
  readonly buildFiles = new FileManifest();
  readonly assets = new FileManifest();
  readonly sources = new Map<string, InstallerValue['sources'][number]>();
  readonly variables = new Map<string, string | undefined>();
  main: MsiDescription | undefined;

  constructor(id: string, filename: string, architecture: WixArchitecture) {
    super();
    this.id = id;
    this.filename = filename;
    this.arch = architecture;
  }

  /** Takes what a simple installer is made of; the last one makes main.wxs. */
  addMsi(builder: WixMsiBuilder, evaluation: Evaluation): void {
    const { description, assets } = builder.description(evaluation);
    this.main = description;
    this.assets.addManifest(assets);
    this.installFiles.addManifest(builder.programFiles);
    Object.assign(this.orders, builder.orders);
    this.installFilesRoot = 'APPLICATIONFOLDER';
  }

  /** Signers are asked about each file at once, as PyOxidizer asks them. */
  addFiles(evaluation: Evaluation, files: FileManifest): void {
    this.installFiles.addManifest(files);
    Object.assign(
      this.orders,
      signingOrders(evaluation, 'windows-installer-file-added', files.value(evaluation)),
    );
  }

  override value(evaluation: Evaluation, folder = ''): InstallerValue {
    if (this.main === undefined && this.sources.size === 0)
      throw new ConfigError(
        `the installer ${this.filename} has no source`,
        'add one with add_wxs_file(), add_simple_installer() or add_msi_builder()',
      );
    const installFiles = this.installFiles.value(evaluation);
    checkPrograms(evaluation, this.filename, installFiles);
    return {
      type: 'WiXInstaller',
      filename: this.filename,
      idPrefix: this.id,
      arch: this.arch,
      main: this.main === undefined ? undefined : { kind: 'msi', description: this.main },
      sources: [...this.sources.values()],
      installFiles: { ...installFiles, signing: this.orders },
      installFilesPath: this.installFilesPath,
      installFilesRoot: this.installFilesRoot,
      buildFiles: this.buildFiles.value(evaluation),
      assets: this.assets.value(evaluation),
      variables: [...this.variables],
      packages: [],
      signing: installerOrder(evaluation, folder, this.filename),
    };
  }
}

const { attribute, method } = membersOf<WixInstaller>();

const identifier: Parameter<string> = {
  type: 'str',
  expected: 'an Id of letters, digits, "_" and ".", 72 at most',
  read: (value) =>
    typeof value === 'string' && /^[A-Za-z_][\w.]{0,71}$/.test(value) ? { is: value } : undefined,
};
const manifest = object('FileManifest', FileManifest);
const forceRead = withDefault(bool, false);

export const wixInstallerType: TypeDeclaration = {
  name: 'WiXInstaller',
  doc: "A Windows installer of the config's own WiX sources. As a target they are written, with a source for the installed files and a script that makes the installer on Windows; where wixl and msibuild (msitools) are on the machine and take the sources, an MSI is made at once.",
  generation: 'modern',
  construct: declareFunction({
    name: 'WiXInstaller',
    doc: 'An installer without sources. `id` begins all identifiers; `filename` says what is made, an .msi or an .exe.',
    generation: 'modern',
    parameters: { id: idPrefix, filename: installerName, arch: archParameter },
    returns: 'WiXInstaller',
    call: (_evaluation, { id, filename, arch: architecture }) => new WixInstaller(id, filename, architecture),
  }),
  attributes: [
    attribute({
      name: 'arch',
      doc: 'The architecture of the machines that it is for.',
      generation: 'modern',
      check: arch,
      default: '"x64"',
      get: (self) => self.arch,
      set: (self, value) => {
        self.arch = value;
      },
    }),
    attribute({
      name: 'install_files_root_directory_id',
      doc: 'The Id of the folder, in one of the sources, that files are installed in.',
      generation: 'modern',
      check: identifier,
      default: '"APPLICATIONFOLDER"',
      get: (self) => self.installFilesRoot,
      set: (self, value) => {
        self.installFilesRoot = value;
      },
    }),
    attribute({
      name: 'install_files_wxs_path',
      doc: 'Where the source for the installed files is written, relative to the folder of sources.',
      generation: 'modern',
      check: str,
      default: '"install-files.wxs"',
      get: (self) => self.installFilesPath,
      set: (self, value) => {
        self.installFilesPath = relativePath(value);
      },
    }),
  ],
  methods: [
    method({
      name: 'add_build_file',
      doc: 'Adds a file beside the sources, which may refer to it.',
      generation: 'modern',
      parameters: { build_path: str, filesystem_path: str, force_read: forceRead },
      call: (self, { build_path, filesystem_path }, evaluation) =>
        self.buildFiles.addFile(relativePath(build_path), userFile(evaluation, filesystem_path)),
    }),
    method({
      name: 'add_build_files',
      doc: 'Adds the files of a manifest beside the sources.',
      generation: 'modern',
      parameters: { manifest },
      call: (self, { manifest: files }) => self.buildFiles.addManifest(files),
    }),
    method({
      name: 'add_install_file',
      doc: 'Adds a file from disk that is installed, at `install_path`.',
      generation: 'modern',
      parameters: { install_path: str, filesystem_path: str, force_read: forceRead },
      call(self, { install_path, filesystem_path }, evaluation) {
        const files = new FileManifest();
        files.addFile(relativePath(install_path), userFile(evaluation, filesystem_path));
        self.addFiles(evaluation, files);
      },
    }),
    method({
      name: 'add_install_files',
      doc: 'Adds the files of a manifest, which are installed.',
      generation: 'modern',
      parameters: { manifest },
      call: (self, { manifest: files }, evaluation) => self.addFiles(evaluation, files),
    }),
    method({
      name: 'add_msi_builder',
      doc: 'Adds what an MSI builder would make: its source as main.wxs, and its files.',
      generation: 'modern',
      parameters: { builder: object('WiXMSIBuilder', WixMsiBuilder) },
      call: (self, { builder }, evaluation) => self.addMsi(builder, evaluation),
    }),
    method({
      name: 'add_simple_installer',
      doc: 'Adds the source of a simple installer as main.wxs: files in Program Files.',
      generation: 'modern',
      parameters: { ...msiParameters, program_files: manifest },
      call(self, { program_files, ...product }, evaluation) {
        const builder = new WixMsiBuilder(product, self.arch);
        builder.addFiles(evaluation, program_files);
        self.addMsi(builder, evaluation);
      },
    }),
    method({
      name: 'add_wxs_file',
      doc: 'Adds a WiX source from disk, under its own name, with parameters for its preprocessor.',
      generation: 'modern',
      parameters: { path: str, preprocessor_parameters: optional(dictOf(str)) },
      call(self, { path, preprocessor_parameters }, evaluation) {
        const { filename, content } = userFile(evaluation, path);
        self.sources.set(filename, {
          path: filename,
          content,
          parameters: [...(preprocessor_parameters ?? new Map<string, string>())],
        });
      },
    }),
    method({
      name: 'set_variable',
      doc: 'Defines a variable for the linker, light.exe; None defines it without a value.',
      generation: 'modern',
      parameters: { key: str, value: orNone(str) },
      call(self, { key, value }) {
        self.variables.set(key, value);
      },
    }),
    ...installerMethods,
    buildMethod,
  ],
};
