import type { WixArchitecture } from '../packaging/wix/msi-source.ts';
import { membersOf, type FunctionDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { callable, optional } from './parameter.ts';
import type { PythonExecutable } from './python-executable.ts';
import { WixBundleBuilder } from './wix-bundle-builder.ts';
import { msiParameters, WixMsiBuilder } from './wix-msi-builder.ts';

const { method } = membersOf<PythonExecutable>();

type Product = ConstructorParameters<typeof WixMsiBuilder>[0];

function msiOf(executable: PythonExecutable, product: Product, evaluation: Evaluation): WixMsiBuilder {
  const builder = new WixMsiBuilder(product, architectureOf(evaluation.request.triple));
  builder.programFiles.addExecutable('', executable, evaluation);
  return builder;
}

function architectureOf(triple: string): WixArchitecture {
  if (/^i[56]86-pc-windows/.test(triple)) return 'x86';
  return triple.startsWith('aarch64-pc-windows') ? 'arm64' : 'x64';
}

/** Windows installers of one program. */
export const installerMethodsOfExecutable: readonly FunctionDeclaration[] = [
  method({
    name: 'to_wix_bundle_builder',
    doc: 'A bundle that installs this program and what it needs of Microsoft. `msi_builder_callback` gets the builder of its MSI, to change it. It can be built for Windows only.',
    generation: 'modern',
    parameters: { ...msiParameters, msi_builder_callback: optional(callable) },
    returns: 'WiXBundleBuilder',
    call(self, { msi_builder_callback, ...product }, evaluation) {
      const builder = msiOf(self, product, evaluation);
      if (msi_builder_callback !== undefined) evaluation.language.call(msi_builder_callback, [builder]);
      const { id_prefix, product_name: name, product_version: version } = product;
      const manufacturer = product.product_manufacturer;
      const bundle = new WixBundleBuilder({ id_prefix, name, version, manufacturer, arch: builder.arch });
      if (evaluation.request.triple.endsWith('-pc-windows-msvc'))
        bundle.chain.push({ kind: 'redistributable', platform: builder.arch });
      bundle.chain.push({ builder, displayInternalUi: false, installCondition: undefined });
      return bundle;
    },
  }),
  method({
    name: 'to_wix_msi_builder',
    doc: 'An MSI that installs this program with the files beside it. It can be built for Windows only.',
    generation: 'modern',
    parameters: msiParameters,
    returns: 'WiXMSIBuilder',
    call: (self, product, evaluation) => msiOf(self, product, evaluation),
  }),
];
