// Everything a config can name without defining it.
import { appleUniversalBinaryType } from './apple-universal-binary.ts';
import { codeSignerFunctions, codeSignerType } from './code-signer.ts';
import { codeSigningRequestType } from './code-signing-request.ts';
import { ConfigObject, type Plain } from './config-object.ts';
import { declareFunction, type FunctionDeclaration, type TypeDeclaration } from './declaration.ts';
import { embeddedResourcesType } from './embedded-resources.ts';
import { pythonLibraryType } from './python-library.ts';
import type { Evaluation } from './evaluation.ts';
import { fileContentType } from './file-content.ts';
import { fileManifestType } from './file-manifest.ts';
import { glob } from './glob.ts';
import { interpreterConfigType } from './interpreter-config.ts';
import { macOsBundleType } from './macos-bundle.ts';
import { packagingPolicyType } from './packaging-policy.ts';
import { canPrompt, promptConfirm, promptInput, promptPassword } from './prompt.ts';
import { defaultPythonDistribution, pythonDistributionType } from './python-distribution.ts';
import { pythonExecutableType } from './python-executable-type.ts';
import { pythonWheelBuilderType } from './python-wheel-builder.ts';
import { fileType } from './file.ts';
import { pythonBytecodeModuleType } from './python-bytecode-module.ts';
import { pythonExtensionModuleType } from './python-extension-module.ts';
import { pythonModuleSourceType } from './python-module-source.ts';
import { pythonPackageDistributionResourceType } from './python-package-distribution-resource.ts';
import { pythonPackageResourceType } from './python-package-resource.ts';
import { pythonSourceModuleType } from './python-source-module.ts';
import { snapAppType } from './snap-app.ts';
import { snapPartType } from './snap-part.ts';
import { snapType } from './snap.ts';
import { snapcraftBuilderType } from './snapcraft-builder-type.ts';
import { registerTarget, resolveTarget, resolveTargets, setBuildPath } from './target.ts';
import { wixBundleBuilderType } from './wix-bundle-builder.ts';
import { wixInstallerType } from './wix-installer.ts';
import { wixMsiBuilderType } from './wix-msi-builder.ts';

const print = declareFunction({
  name: 'print',
  doc: 'Prints its arguments, joined by a space, among the messages of the build.',
  parameters: {},
  variadic: true,
  call(evaluation, _values, rest) {
    evaluation.outlet.print(rest.map((value) => evaluation.language.text(value)).join(' '));
  },
});

/** `CONTEXT` and `BUILD_CONTEXT` are PyOxidizer's own handles; configs only pass them around. */
class BuildContext extends ConfigObject {
  override readonly typeName = 'BuildContext';
}

const buildContextType: TypeDeclaration = {
  name: 'BuildContext',
  doc: 'Opaque. There for compatibility.',
  generation: 'both',
  attributes: [],
  methods: [],
};

export type ConstantDeclaration = {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  readonly value: (evaluation: Evaluation) => Plain;
};

export const constants: readonly ConstantDeclaration[] = [
  { name: 'CWD', type: 'str', doc: "The config's folder.", value: ({ directory }) => directory },
  {
    name: 'CONFIG_PATH',
    type: 'str',
    doc: 'The path of the config.',
    value: ({ request }) => request.config,
  },
  {
    name: 'BUILD_TARGET_TRIPLE',
    type: 'str',
    doc: 'What is built for, such as "x86_64-unknown-linux-gnu".',
    value: ({ request }) => request.triple,
  },
  {
    name: 'VARS',
    type: 'dict[str, str | None]',
    doc: 'The variables given with `--var` and `--var-env`; None where the environment variable is unset.',
    value: ({ request }) => new Map(Object.entries(request.variables)),
  },
  ...['CONTEXT', 'BUILD_CONTEXT'].map((name) => ({
    name,
    type: 'BuildContext',
    doc: 'Opaque. There for compatibility.',
    value: (): Plain => new BuildContext(),
  })),
];

export const functions: readonly FunctionDeclaration[] = [
  registerTarget,
  resolveTarget,
  resolveTargets,
  setBuildPath,
  print,
  glob,
  defaultPythonDistribution,
  canPrompt,
  promptConfirm,
  promptInput,
  promptPassword,
  ...codeSignerFunctions,
];

export const types: readonly TypeDeclaration[] = [
  pythonDistributionType,
  pythonExecutableType,
  packagingPolicyType,
  interpreterConfigType,
  pythonModuleSourceType,
  pythonBytecodeModuleType,
  pythonExtensionModuleType,
  pythonPackageResourceType,
  pythonPackageDistributionResourceType,
  fileType,
  pythonSourceModuleType,
  fileManifestType,
  fileContentType,
  embeddedResourcesType,
  pythonLibraryType,
  pythonWheelBuilderType,
  appleUniversalBinaryType,
  macOsBundleType,
  wixInstallerType,
  wixMsiBuilderType,
  wixBundleBuilderType,
  snapType,
  snapAppType,
  snapPartType,
  snapcraftBuilderType,
  codeSignerType,
  codeSigningRequestType,
  buildContextType,
];
