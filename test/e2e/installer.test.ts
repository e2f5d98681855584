// Windows installers: MSI files are made by wixl and looked into with msitools; sources for WiX are read as XML.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { needs, outputOf, programNamed } from '../support/programs.ts';
import { oxd, stopDaemon } from './oxd.ts';

/** As PyOxidizer's own release has it. */
const config = `
def make_msi(arch, filename):
    msi = WiXMSIBuilder(
        id_prefix="tool",
        product_name="Tool & Co",
        product_version="1.2.3",
        product_manufacturer="Ada",
        arch=arch,
    )
    msi.help_url = "https://example.org/help"
    msi.license_path = CWD + "/LICENSE"
    msi.eula_rtf_path = "eula.rtf"
    msi.product_icon_path = "tool.ico"
    msi.package_description = "A tool"
    msi.package_keywords = "tool, co"
    msi.msi_filename = filename

    m = FileManifest()
    m.add_path(path="dist/tool.exe", strip_prefix="dist")
    m.add_file(FileContent(filename="read me.txt", content="text"), directory="docs/de-AT")
    msi.add_program_files_manifest(m)
    return msi

def make_bundle():
    bundle = WiXBundleBuilder(id_prefix="tool", name="Tool", version="1.2.3", manufacturer="Ada")
    bundle.add_condition("VersionNT >= v6.1", "Windows 7 < is needed")
    bundle.add_vc_redistributable("x86")
    bundle.add_vc_redistributable("x64")
    bundle.add_wix_msi_builder(make_msi("x86", "tool-x86.msi"), display_internal_ui=True, install_condition="Not VersionNT64")
    bundle.add_wix_msi_builder(builder=make_msi("arm64", "tool-arm64.msi"))
    return bundle

def make_own():
    installer = WiXInstaller("own", "own.msi")
    installer.add_wxs_file("own.wxs", preprocessor_parameters={"Maker": "Ada Co"})
    installer.install_files_root_directory_id = "PLACE"
    installer.install_files_wxs_path = "made/files.wxs"
    installer.add_install_file("a/tool.exe", "dist/tool.exe")
    installer.add_build_file("part.wxi", "part.wxi")
    return installer

def make_linked():
    installer = make_own()
    installer.set_variable("Name", "100%")
    installer.set_variable("Flag", None)
    installer.add_wxs_file("linked.wxs")
    return installer

def make_simple():
    installer = WiXInstaller("simple", "simple.msi", arch="x86")
    m = FileManifest()
    m.add_file(FileContent(filename="a.txt", content="a"))
    installer.add_simple_installer("simple", "Simple", "0.1", "Ada", m)
    return installer

def make_files():
    files = FileManifest()
    files.add_file(make_simple().to_file_content(), directory="installers")
    return files

def make_program():
    exe = default_python_distribution().to_python_executable(name="program")
    return exe.to_wix_msi_builder("program", "Program", "1.0", "Ada")

def make_program_bundle():
    names = []
    def change(msi):
        msi.msi_filename = "changed.msi"
        names.append(type(msi))
    exe = default_python_distribution().to_python_executable(name="program")
    bundle = exe.to_wix_bundle_builder("program", "Program", "1.0", "Ada", msi_builder_callback=change)
    print(type(bundle), names)
    return bundle

register_target("msi", lambda: make_msi("x64", "tool-x64.msi"))
register_target("bundle", make_bundle)
register_target("own", make_own)
register_target("linked", make_linked)
register_target("simple", make_simple)
register_target("files", make_files)
register_target("program", make_program)
register_target("program_bundle", make_program_bundle)
`;

const ownSource = `<?xml version="1.0" encoding="utf-8"?>
<?include part.wxi?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="*" Name="Own" Version="1.0" Manufacturer="$(var.Maker)" UpgradeCode="3F2504E0-4F89-11D3-9A0C-0305E82C3301" Language="1033">
    <Package InstallerVersion="450" Compressed="yes"/>
    <Media Id="1" Cabinet="media1.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFiles64Folder"><Directory Id="PLACE" Name="Own"/></Directory>
    </Directory>
    <Feature Id="All" Level="1"><ComponentGroupRef Id="own.group.ROOT"/></Feature>
  </Product>
</Wix>
`.replace('<?include part.wxi?>\n', '');

const [wixl, msibuild, msiinfo, msiextract] = ['wixl', 'msibuild', 'msiinfo', 'msiextract'].map((name) =>
  programNamed(name),
);
const msitools = needs({ wixl, msibuild, msiinfo, msiextract });

suite('Windows installers', { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-installer-'));
  const workspace = join(folder, 'project');
  const output = join(workspace, 'build/x86_64-unknown-linux-gnu/debug');
  before(() => {
    mkdirSync(join(workspace, 'dist'), { recursive: true });
    const files = {
      'pyoxidizer.bzl': config,
      'dist/tool.exe': 'MZ no program',
      LICENSE: 'free',
      'eula.rtf': '{\\rtf1 free}',
      'tool.ico': 'icon',
      'own.wxs': ownSource,
      'linked.wxs':
        '<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Fragment><CustomAction Id="x" Property="N" Value="!(wix.Name)"/></Fragment></Wix>',
      'part.wxi': '<Include/>',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(workspace, name), text);
  });
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });
  const build = (target: string, environment: Record<string, string> = {}): ReturnType<typeof oxd> =>
    oxd(['build', '--path', workspace, target], { environment });
  const built = (target: string, environment: Record<string, string> = {}): string => {
    const { code, stderr } = build(target, environment);
    assert.equal(code, 0, stderr);
    return stderr;
  };
  /** A PATH with the programs of oxd itself and nothing of msitools. */
  const bare = (): Record<string, string> => {
    const bin = join(folder, 'bare');
    if (!existsSync(bin)) {
      mkdirSync(bin);
      for (const name of ['python3', 'cargo', 'rustc', 'cc'])
        outputOf('ln', ['-s', programNamed(name) ?? '/none', join(bin, name)]);
    }
    return { PATH: bin };
  };
  const table = (msi: string, name: string): string[][] =>
    outputOf(msiinfo!, ['export', msi, name])
      .split('\n')
      .slice(3)
      .filter((line) => line.trim() !== '')
      .map((line) => line.trimEnd().split('\t'));

  test('an MSI has the files, the product, and the PATH', msitools, () => {
    const text = built('msi');
    const msi = join(output, 'msi/tool-x64.msi');
    assert.ok(text.includes(`writing file to ${msi}`), text);
    const listed = outputOf(msiextract!, ['-l', msi]).trim().split('\n').toSorted();
    assert.deepEqual(listed, [
      'PFiles/Tool & Co/LICENSE',
      'PFiles/Tool & Co/docs/de-AT/read me.txt',
      'PFiles/Tool & Co/tool.exe',
    ]);
    outputOf(msiextract!, ['-C', folder, msi]);
    assert.equal(readFileSync(join(folder, 'PFiles/Tool & Co/tool.exe'), 'utf8'), 'MZ no program');
    const properties = Object.fromEntries(table(msi, 'Property')) as Record<string, string>;
    assert.equal(properties['ProductName'], 'Tool & Co');
    assert.equal(properties['ProductVersion'], '1.2.3');
    assert.equal(properties['Manufacturer'], 'Ada');
    assert.equal(properties['ARPHELPLINK'], 'https://example.org/help');
    // As PyOxidizer derives it of the name: uuid5 of "tugger.upgrade_code.Tool & Co".
    assert.equal(
      properties['UpgradeCode'],
      `{${outputOf('python3', ['-c', 'import uuid; print(str(uuid.uuid5(uuid.NAMESPACE_DNS, "tugger.upgrade_code.Tool & Co")).upper())']).trim()}}`,
    );
    assert.deepEqual(table(msi, 'Environment'), [['PATH', '=-*PATH', '[~];[APPLICATIONFOLDER]', 'Path']]);
    const actions = new Map(table(msi, 'InstallExecuteSequence').map(([name, , at]) => [name, Number(at)]));
    assert.ok(actions.get('WriteEnvironmentStrings')! > actions.get('InstallInitialize')!);
    assert.ok(actions.get('WriteEnvironmentStrings')! < actions.get('InstallFinalize')!);
    assert.deepEqual(
      table(msi, 'Feature').map(([name, parent]) => [name, parent]),
      [
        ['MainProgram', ''],
        ['Environment', 'MainProgram'],
      ],
    );
    assert.match(outputOf(msiinfo!, ['suminfo', msi]), /Template: x64;1033/);
    for (const [, , , attributes] of table(msi, 'Component')) assert.equal(Number(attributes) & 256, 256);
  });

  test('the same inputs are not packed again, and identifiers stay', msitools, () => {
    const msi = join(output, 'msi/tool-x64.msi');
    const before = readFileSync(msi);
    const ids = table(msi, 'Component').map(([id, guid]) => [id, guid]);
    writeFileSync(join(workspace, 'pyoxidizer.bzl'), `${config}\n# a comment\n`);
    built('msi');
    assert.ok(readFileSync(msi).equals(before), 'the very same file');
    writeFileSync(join(workspace, 'dist/tool.exe'), 'MZ another');
    built('msi');
    assert.ok(!readFileSync(msi).equals(before));
    assert.deepEqual(
      table(msi, 'Component').map(([id, guid]) => [id, guid]),
      ids,
    );
  });

  test('without wixl the sources are there, and what is to be run', () => {
    const text = built('msi', bare());
    assert.ok(
      text.includes(
        `The sources of tool-x64.msi are written, the installer is not made: wixl is not on this machine. Where the WiX Toolset is, run build.cmd in a copy of ${join(output, 'msi')}`,
      ),
      text,
    );
    assert.deepEqual(readdirSync(join(output, 'msi')).toSorted(), [
      'assets',
      'build.cmd',
      'staged_files',
      'wxs',
    ]);
    const source = join(output, 'msi/wxs/main.wxs');
    assert.deepEqual(
      elementsOf(source).filter(([name = '']) =>
        ['Product', 'Environment', 'UIRef', 'WixVariable'].includes(name),
      ),
      [
        ['Product', 'Tool & Co'],
        ['Environment', 'PATH'],
        ['UIRef', 'WixUI_FeatureTree'],
        ['WixVariable', 'WixUILicenseRTF'],
      ],
    );
    const script = readFileSync(join(output, 'msi/build.cmd'), 'utf8');
    assert.match(script, /candle -nologo .* -arch x64 -out obj\\main\.wxs\.wixobj wxs\\main\.wxs/);
    assert.match(
      script,
      /light -nologo .* -out tool-x64\.msi obj\\main\.wxs\.wixobj obj\\install-files\.wxs\.wixobj/,
    );
    assert.ok(script.split('\n').every((line) => line === '' || line.endsWith('\r')));
    for (const path of [
      'assets/license/LICENSE',
      'assets/eula/eula.rtf',
      'staged_files/docs/de-AT/read me.txt',
    ])
      assert.ok(existsSync(join(output, 'msi', path)), path);
  });

  test('a bundle is sources, MSI files that could be made, and a script for the rest', msitools, () => {
    const text = built('bundle');
    assert.match(
      text,
      /Tool-1\.2\.3\.exe are written, the installer is not made: WiX makes installers of this kind on Windows only/,
    );
    const at = join(output, 'bundle');
    assert.deepEqual(readdirSync(at).toSorted(), ['build.cmd', 'packages', 'tool-x86.msi', 'wxs']);
    assert.match(outputOf(msiinfo!, ['suminfo', join(at, 'tool-x86.msi')]), /Template: Intel;1033/);
    assert.ok(existsSync(join(at, 'packages/tool-arm64/build.cmd')));
    assert.deepEqual(
      elementsOf(join(at, 'wxs/main.wxs')).filter(([name = '']) => /Package$|Condition$/.test(name)),
      [
        ['bal:Condition', 'Windows 7 < is needed'],
        ['ExePackage', 'vc_redist.x86.exe'],
        ['ExePackage', 'vc_redist.x64.exe'],
        ['MsiPackage', 'tool-x86.msi'],
        ['MsiPackage', 'tool-arm64.msi'],
      ],
    );
    const script = readFileSync(join(at, 'build.cmd'), 'utf8');
    assert.match(script, /call packages\\tool-arm64\\build\.cmd/);
    assert.match(
      script,
      /curl -fLo vc_redist\.x64\.exe https:\/\/aka\.ms\/vs\/17\/release\/vc_redist\.x64\.exe/,
    );
  });

  test("a config's own sources", msitools, () => {
    built('own');
    const msi = join(output, 'own/own.msi');
    assert.equal(outputOf(msiextract!, ['-l', msi]).trim(), 'Own/a/tool.exe');
    assert.ok(table(msi, 'Property').some(([name, value]) => name === 'Manufacturer' && value === 'Ada Co'));
    assert.ok(existsSync(join(output, 'own/wxs/made/files.wxs')));
    assert.ok(existsSync(join(output, 'own/wxs/part.wxi')));
  });

  test('sources that wixl does not take are for WiX', msitools, () => {
    assert.match(
      built('linked'),
      /own\.msi are written, the installer is not made: wixl does not take its sources: /,
    );
    const script = readFileSync(join(output, 'linked/build.cmd'), 'utf8');
    assert.match(script, /"-dMaker=Ada Co" .*wxs\\own\.wxs/);
    assert.match(script, /light .* "-dName=100%%" -dFlag /);
    assert.ok(!existsSync(join(output, 'linked/own.msi')));
  });

  test('an installer is a file of a manifest, where it can be made', msitools, () => {
    built('simple');
    built('files');
    const listed = outputOf(msiextract!, ['-l', join(output, 'files/installers/simple.msi')]);
    assert.equal(listed.trim(), 'Program Files/Simple/a.txt');
    rmSync(join(output, 'files'), { recursive: true });
    const { code, stderr } = build('files', bare());
    assert.equal(code, 1);
    assert.match(stderr, /Cannot make simple\.msi here: wixl is not on this machine/);
  });

  test('a program for Linux is not put into an installer', () => {
    for (const [target, filename] of [
      ['program', 'Program-1.0.msi'],
      ['program_bundle', 'changed.msi'],
    ] as const) {
      const { code, stderr } = build(target);
      assert.equal(code, 1);
      assert.ok(
        stderr.includes(
          `cannot put program into ${filename}: it is built for x86_64-unknown-linux-gnu, and Windows does not start it`,
        ),
        stderr,
      );
      if (target === 'program_bundle') assert.match(stderr, /WiXBundleBuilder \["WiXMSIBuilder"\]/);
    }
  });
});

/** Each element with the attribute that tells it apart, as an XML parser reads the file. */
const elementsOf = (path: string): string[][] =>
  JSON.parse(
    outputOf('python3', [
      '-c',
      `import json, sys, xml.sax
class Elements(xml.sax.ContentHandler):
    found = []
    def startElement(self, name, attributes):
        keys = ["Message", "SourceFile", "Name", "Id"]
        self.found.append([name, next((attributes[key] for key in keys if key in attributes), "")])
handler = Elements()
xml.sax.parse(sys.argv[1], handler)
print(json.dumps(handler.found))`,
      path,
    ]),
  ) as string[][];
