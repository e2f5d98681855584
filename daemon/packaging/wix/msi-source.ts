// The WiX source of a simple MSI: files in Program Files, and a feature that adds their folder to PATH.
// Elements: https://wixtoolset.org/docs/v3/xsd/wix/
import { posix } from 'node:path';
import { xml, xmlText, type Xml } from '../xml.ts';
import { pathComponentGuidOf, rootGroupId, upgradeCodeOf } from './identifiers.ts';

export const wixNamespace = 'http://schemas.microsoft.com/wix/2006/wi';

export const wixArchitectures = ['x64', 'x86', 'arm64'] as const;
export type WixArchitecture = (typeof wixArchitectures)[number];

export type MsiDescription = {
  readonly productName: string;
  readonly productVersion: string;
  readonly productManufacturer: string;
  readonly upgradeCode: string | undefined;
  readonly keywords: string | undefined;
  readonly description: string | undefined;
  readonly helpUrl: string | undefined;
  /** Relative to the installer's folder. */
  readonly license: string | undefined;
  readonly icon: string | undefined;
  readonly eula: string | undefined;
  readonly banner: string | undefined;
  readonly dialog: string | undefined;
};

/** Who reads the source: wixl knows no dialogs, environment variables and custom actions. */
export type WixReader = 'wix' | 'wixl';

/** The component of the PATH variable. */
export const pathComponent = 'Path';

/** main.wxs. Files are those of the group that installFilesSource() makes. */
export function msiSource(
  { idPrefix, arch }: { readonly idPrefix: string; readonly arch: WixArchitecture },
  msi: MsiDescription,
  reader: WixReader,
): string {
  const isFull = reader === 'wix';
  const win64 = arch === 'x86' ? 'no' : 'yes';
  const product = xml(
    'Product',
    {
      Id: '*',
      Name: msi.productName,
      Version: msi.productVersion,
      Manufacturer: msi.productManufacturer,
      UpgradeCode: msi.upgradeCode ?? upgradeCodeOf(msi.productName),
      Language: '1033',
      Codepage: '1252',
    },
    xml('Package', {
      Id: '*',
      Manufacturer: msi.productManufacturer,
      InstallerVersion: arch === 'arm64' ? '500' : '450',
      Languages: '1033',
      Compressed: 'yes',
      InstallScope: 'perMachine',
      SummaryCodepage: '1252',
      Platform: isFull ? arch : undefined,
      Keywords: msi.keywords,
      Description: msi.description,
    }),
    xml('MajorUpgrade', {
      Schedule: isFull ? 'afterInstallInitialize' : undefined,
      DowngradeErrorMessage: 'A newer version of [ProductName] is installed already.',
    }),
    xml('Media', { Id: '1', Cabinet: 'media1.cab', EmbedCab: 'yes', DiskPrompt: 'CD-ROM #1' }),
    property('DiskPrompt', `${msi.productName} Installation`),
    xml(
      'Directory',
      { Id: 'TARGETDIR', Name: 'SourceDir' },
      xml(
        'Directory',
        { Id: arch === 'x86' ? 'ProgramFilesFolder' : 'ProgramFiles64Folder', Name: 'PFiles' },
        xml(
          'Directory',
          { Id: 'APPLICATIONFOLDER', Name: msi.productName },
          xml(
            'Component',
            {
              Id: pathComponent,
              Guid: pathComponentGuidOf(msi.productName),
              Win64: win64,
              KeyPath: isFull ? 'yes' : undefined,
            },
            isFull ? [pathVariable] : [],
          ),
          licenseComponent(msi, win64),
        ),
      ),
    ),
    features(idPrefix, msi),
    isFull
      ? [
          xml('SetProperty', {
            Id: 'APPINSTALLLOCATION',
            Value: '[APPLICATIONFOLDER]',
            After: 'CostFinalize',
          }),
        ]
      : [],
    msi.icon === undefined
      ? []
      : [xml('Icon', { Id: 'ProductICO', SourceFile: msi.icon }), property('ARPPRODUCTICON', 'ProductICO')],
    msi.helpUrl === undefined ? [] : [property('ARPHELPLINK', msi.helpUrl)],
    isFull ? dialogs(msi) : [],
  );
  return xmlText(xml('Wix', { xmlns: wixNamespace }, product));
}

const property = (id: string, value: string): Xml => xml('Property', { Id: id, Value: value });

const pathVariable = xml('Environment', {
  Id: 'PATH',
  Name: 'PATH',
  Value: '[APPLICATIONFOLDER]',
  Permanent: 'no',
  Part: 'last',
  Action: 'set',
  System: 'yes',
});

const licenseComponent = ({ license, productName }: MsiDescription, win64: string): readonly Xml[] =>
  license === undefined
    ? []
    : [
        xml(
          'Component',
          { Id: 'License', Guid: pathComponentGuidOf(`${productName}/license`), Win64: win64 },
          xml('File', {
            Id: 'LicenseFile',
            Name: posix.basename(license),
            DiskId: '1',
            Source: license,
            KeyPath: 'yes',
          }),
        ),
      ];

const features = (idPrefix: string, { license }: MsiDescription): Xml =>
  xml(
    'Feature',
    {
      Id: 'MainProgram',
      Title: 'Application',
      Description: 'All files of the application',
      Level: '1',
      ConfigurableDirectory: 'APPLICATIONFOLDER',
      AllowAdvertise: 'no',
      Display: 'expand',
      Absent: 'disallow',
    },
    xml('ComponentGroupRef', { Id: rootGroupId(idPrefix) }),
    license === undefined ? [] : [xml('ComponentRef', { Id: 'License' })],
    xml(
      'Feature',
      {
        Id: 'Environment',
        Title: 'PATH Environment Variable',
        Description: 'Adds the folder of the application to the PATH of all users',
        Level: '1',
        Absent: 'allow',
      },
      xml('ComponentRef', { Id: pathComponent }),
    ),
  );

/** WiX's own dialogs, less the one for a licence where there is none to agree to. */
function dialogs({ eula, banner, dialog }: MsiDescription): readonly Xml[] {
  const skip = (from: string, control: string, to: string): Xml =>
    xml('Publish', { Dialog: from, Control: control, Event: 'NewDialog', Value: to, Order: '99' }, '1');
  const variable = (id: string, value: string | undefined): readonly Xml[] =>
    value === undefined ? [] : [xml('WixVariable', { Id: id, Value: value })];
  return [
    xml(
      'UI',
      {},
      xml('UIRef', { Id: 'WixUI_FeatureTree' }),
      eula === undefined
        ? [skip('WelcomeDlg', 'Next', 'CustomizeDlg'), skip('CustomizeDlg', 'Back', 'WelcomeDlg')]
        : [],
    ),
    ...variable('WixUILicenseRTF', eula),
    ...variable('WixUIBannerBmp', banner),
    ...variable('WixUIDialogBmp', dialog),
  ];
}
