// The WiX source of a bundle: one .exe that installs several packages. Elements: https://wixtoolset.org/docs/v3/xsd/wix/bundle/
import { xml, xmlText, type Xml } from '../xml.ts';
import { bundleUpgradeCodeOf } from './identifiers.ts';
import { wixNamespace } from './msi-source.ts';

export const redistributablePlatforms = ['x86', 'x64', 'arm64'] as const;
export type RedistributablePlatform = (typeof redistributablePlatforms)[number];

export type ChainItem =
  | { readonly kind: 'redistributable'; readonly platform: RedistributablePlatform }
  | {
      readonly kind: 'msi';
      readonly filename: string;
      readonly displayInternalUi: boolean;
      readonly installCondition: string | undefined;
    };

export type BundleDescription = {
  readonly name: string;
  readonly version: string;
  readonly manufacturer: string;
  readonly conditions: readonly { readonly condition: string; readonly message: string }[];
  readonly chain: readonly ChainItem[];
};

/** Microsoft's permanent addresses of the newest redistributables for programs of Visual Studio 2015 and later. */
export const redistributable = (platform: RedistributablePlatform): { filename: string; url: string } => {
  const filename = `vc_redist.${platform}.exe`;
  return { filename, url: `https://aka.ms/vs/17/release/${filename}` };
};

const installsOn: Readonly<Record<RedistributablePlatform, string>> = {
  x86: 'Not VersionNT64',
  x64: 'VersionNT64 And NativeMachine <> 43620',
  arm64: 'NativeMachine = 43620', // IMAGE_FILE_MACHINE_ARM64
};

/** main.wxs. */
export function bundleSource({ name, version, manufacturer, conditions, chain }: BundleDescription): string {
  const bundle = xml(
    'Bundle',
    { Name: name, Version: version, Manufacturer: manufacturer, UpgradeCode: bundleUpgradeCodeOf(name) },
    xml(
      'BootstrapperApplicationRef',
      { Id: 'WixStandardBootstrapperApplication.HyperlinkLicense' },
      xml('bal:WixStandardBootstrapperApplication', { LicenseUrl: '', SuppressOptionsUI: 'yes' }),
    ),
    conditions.map(({ condition, message }) => xml('bal:Condition', { Message: message }, condition)),
    xml('Chain', {}, chain.map(packageOf)),
  );
  return xmlText(
    xml(
      'Wix',
      {
        xmlns: wixNamespace,
        'xmlns:bal': 'http://schemas.microsoft.com/wix/BalExtension',
        'xmlns:util': 'http://schemas.microsoft.com/wix/UtilExtension',
      },
      bundle,
    ),
  );
}

function packageOf(item: ChainItem): Xml {
  if (item.kind === 'msi')
    return xml('MsiPackage', {
      SourceFile: item.filename,
      DisplayInternalUI: item.displayInternalUi ? 'yes' : undefined,
      InstallCondition: item.installCondition,
    });
  const { filename } = redistributable(item.platform);
  return xml(
    'ExePackage',
    {
      Id: filename,
      Name: filename,
      SourceFile: filename,
      Cache: 'no',
      Compressed: 'yes',
      PerMachine: 'yes',
      Permanent: 'yes',
      Vital: 'yes',
      InstallCondition: installsOn[item.platform],
      InstallCommand: '/install /quiet /norestart',
      RepairCommand: '/repair /quiet /norestart',
      UninstallCommand: '/uninstall /quiet /norestart',
    },
    // A newer version is there already: ERROR_PRODUCT_VERSION.
    xml('ExitCode', { Behavior: 'success', Value: '1638' }),
  );
}
