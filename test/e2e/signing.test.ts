// Code signing with a certificate that openssl makes: osslsigncode signs and verifies an MSI of wixl; what cannot be signed
// here is written down. rcodesign signs for macOS where it is.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { needs, outputOf, programNamed } from '../support/programs.ts';
import { oxd, stopDaemon } from './oxd.ts';

const config = `
def seen(request):
    print(type(request), request.action, request.filename, request.path)
    if request.filename == VARS.get("PREVENT"):
        request.prevent_signing = True
    if VARS.get("DEFER"):
        request.defer = True

def register_code_signers():
    if VARS.get("STORE"):
        signer = code_signer_from_windows_store_sha1_thumbprint("DE:AD:BE:EF:" + ":".join(16 * ["00"]))
    else:
        signer = code_signer_from_pfx_file("certificate.pfx", VARS.get("PASSWORD") or "hunter2")
        signer.chain_issuer_certificates_pem_file("certificate.pem")
    signer.set_signing_callback(seen)
    signer.activate()
    if VARS.get("DEFER"):
        code_signer_from_windows_store_subject("Ada's", store="root").activate()

def make_files():
    m = FileManifest()
    m.add_path("tool.exe", strip_prefix=CWD)
    m.add_path("read.me", strip_prefix=CWD)
    m.add_path("tool.o", strip_prefix=CWD)
    return m

def make_msi():
    msi = WiXMSIBuilder("tool", "Tool", "1.0", "Ada")
    msi.add_program_files_manifest(make_files())
    return msi

def make_app():
    bundle = MacOsApplicationBundleBuilder("Tool")
    bundle.set_info_plist_required_keys("Tool", "org.tool", "1", "????", "tool.o")
    bundle.add_macos_file(FileContent(path="tool.o"))
    return bundle

def make_installed():
    make_files().install("place")
    return FileManifest()

register_code_signers()
register_target("msi", make_msi)
register_target("app", make_app)
register_target("files", make_files)
register_target("installed", make_installed)
`;

/** The least that is a PE file: headers of one empty program. */
function peFile(): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.write('MZ');
  bytes.writeUInt32LE(64, 60);
  bytes.write('PE\0\0', 64, 'latin1');
  bytes.writeUInt16LE(0x8664, 68); // machine
  bytes.writeUInt16LE(1, 70); // sections
  bytes.writeUInt16LE(240, 84); // size of the optional header
  bytes.writeUInt16LE(0x22, 86); // executable, large addresses
  bytes.writeUInt16LE(0x20b, 88); // PE32+
  bytes.writeUInt32LE(0x1000, 88 + 32); // alignment of sections
  bytes.writeUInt32LE(512, 88 + 36); // alignment in the file
  bytes.writeUInt32LE(0x2000, 88 + 56); // size of the image
  bytes.writeUInt32LE(512, 88 + 60); // size of headers
  bytes.writeUInt16LE(3, 88 + 68); // console
  bytes.writeUInt32LE(16, 88 + 108); // directories
  const section = 88 + 240;
  bytes.write('.text', section);
  bytes.writeUInt32LE(512, section + 8);
  bytes.writeUInt32LE(0x1000, section + 12);
  bytes.writeUInt32LE(512, section + 16);
  bytes.writeUInt32LE(512, section + 20);
  return bytes;
}

const [openssl, osslsigncode, wixl, msibuild, rcodesign] = [
  'openssl',
  'osslsigncode',
  'wixl',
  'msibuild',
  'rcodesign',
].map((name) => programNamed(name));

type Entry = {
  readonly file: string;
  readonly kind: string;
  readonly action: string;
  readonly signed: boolean;
  readonly by?: string;
  readonly why?: string;
  readonly commands?: readonly string[];
};

suite('code signing', { concurrency: false, ...needs({ openssl }) }, () => {
  const workspace = mkdtempSync(join(tmpdir(), 'oxd-signing-'));
  const output = join(workspace, 'build/x86_64-unknown-linux-gnu/debug');
  const path = (name: string): string => join(workspace, name);
  before(() => {
    const subject = ['-subj', '/CN=Ada', '-addext', 'extendedKeyUsage=codeSigning'];
    const keys = ['-keyout', path('key.pem'), '-out', path('certificate.pem')];
    outputOf(openssl!, ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...keys, ...subject]);
    const export_ = ['pkcs12', '-export', '-inkey', path('key.pem'), '-in', path('certificate.pem')];
    outputOf(openssl!, [...export_, '-out', path('certificate.pfx'), '-passout', 'pass:hunter2']);
    writeFileSync(path('pyoxidizer.bzl'), config);
    writeFileSync(path('tool.exe'), peFile());
    writeFileSync(path('read.me'), 'text');
    // A Mach-O header of an object file for arm64.
    writeFileSync(path('tool.o'), Buffer.from(`cffaedfe0c000001${'00'.repeat(24)}`, 'hex'));
    // Without msitools and signing tools, but with what evaluates a config.
    mkdirSync(path('bare'));
  });
  after(() => {
    stopDaemon();
    rmSync(workspace, { recursive: true, force: true });
  });
  const build = (
    target: string,
    variables: Record<string, string> = {},
    bare = false,
  ): ReturnType<typeof oxd> => {
    const flags = Object.entries(variables).flatMap(([name, value]) => ['--var', name, value]);
    const environment: Record<string, string> = bare ? { PATH: path('bare') } : {};
    return oxd(['build', '--path', workspace, ...flags, target], { environment });
  };
  const built = (...parameters: Parameters<typeof build>): string => {
    const { code, stderr } = build(...parameters);
    assert.equal(code, 0, stderr);
    return stderr;
  };
  const record = (target: string): Entry[] =>
    JSON.parse(readFileSync(`${join(output, target)}.signing.json`, 'utf8')) as Entry[];
  const brief = (target: string): unknown[] =>
    record(target).map(({ file, kind, action, signed }) => [file, kind, action, signed]);
  const verified = (file: string): string =>
    outputOf(osslsigncode!, ['verify', '-CAfile', path('certificate.pem'), '-in', file]);

  test('an MSI and the programs in it are signed', needs({ osslsigncode, wixl, msibuild }), () => {
    const text = built('msi', { PREVENT: 'tool.o' });
    const lines = text.split('\n').filter((line) => line.includes('CodeSigningRequest'));
    assert.deepEqual(
      lines.map((line) => line.trim()),
      [
        'CodeSigningRequest windows-installer-file-added tool.exe tool.exe',
        'CodeSigningRequest windows-installer-file-added tool.o tool.o',
        `CodeSigningRequest windows-installer-creation Tool-1.0.msi ${join(output, 'msi/Tool-1.0.msi')}`,
      ],
    );
    assert.match(verified(join(output, 'msi/Tool-1.0.msi')), /Succeeded|Number of verified signatures: 1/);
    assert.match(verified(join(output, 'msi/staged_files/tool.exe')), /Subject: .*CN\s?=\s?Ada/);
    assert.deepEqual(brief('msi'), [
      ['staged_files/tool.exe', 'pe', 'windows-installer-file-added', true],
      ['Tool-1.0.msi', 'msi', 'windows-installer-creation', true],
    ]);
    assert.ok(!readFileSync(`${join(output, 'msi')}.signing.json`, 'utf8').includes('hunter2'));
  });

  test('what this machine cannot sign is written down, with the commands', () => {
    const text = built('msi', {}, true);
    assert.match(
      text,
      /staged_files\/tool\.exe and 2 more not signed here: osslsigncode is not on this machine\. .*msi\.signing\.json has the commands/,
    );
    const [program, library, installer] = record('msi');
    assert.deepEqual(program?.commands, [
      `signtool sign /fd sha256 /ac "${path('certificate.pem')}" /f "${path('certificate.pfx')}" /p "%OXD_PFX_PASSWORD%" "staged_files\\tool.exe"`,
      `osslsigncode sign -pkcs12 ${path('certificate.pfx')} -pass "$OXD_PFX_PASSWORD" -h sha256 -ac ${path('certificate.pem')} -in staged_files/tool.exe -out staged_files/tool.exe.signed`,
    ]);
    assert.match(library?.commands?.[0] ?? '', /^rcodesign sign --p12-file .* staged_files\/tool\.o$/);
    assert.equal(installer?.why, 'it is to be made first');
  });

  test('a manifest is signed where it is installed, a bundle as a whole', () => {
    assert.match(built('files', {}, true), /CodeSigningRequest file-manifest-install tool\.exe tool\.exe/);
    assert.deepEqual(brief('files'), [
      ['tool.exe', 'pe', 'file-manifest-install', false],
      ['tool.o', 'mach-o', 'file-manifest-install', false],
    ]);
    assert.match(built('installed', {}, true), /file-manifest-install tool\.exe/);
    assert.ok(existsSync(path('build/place.signing.json')));
    const text = built('app', {}, true);
    assert.ok(
      text.includes(
        `CodeSigningRequest macos-application-bundle-creation Tool.app ${join(output, 'app/Tool.app')}`,
      ),
      text,
    );
    assert.deepEqual(brief('app'), [['Tool.app', 'app-bundle', 'macos-application-bundle-creation', false]]);
  });

  test('a callback prevents, or leaves it to the next signer', () => {
    built('files', { PREVENT: 'tool.exe' }, true);
    assert.deepEqual(brief('files'), [['tool.o', 'mach-o', 'file-manifest-install', false]]);
    built('files', { DEFER: '1' }, true);
    const [entry, ...others] = record('files');
    assert.deepEqual(others, [], 'a store of Windows signs nothing of macOS');
    assert.deepEqual(entry?.commands, [`signtool sign /fd sha256 /s root /n "Ada's" "tool.exe"`]);
    assert.equal(entry?.why, 'its certificate is in the store of a Windows machine');
    built('files', { STORE: '1' }, true);
    assert.match(
      record('files')[0]?.commands?.[0] ?? '',
      /^signtool sign \/fd sha256 \/s my \/sha1 "deadbeef0{32}" /,
    );
  });

  test('a signature is kept, and gone with its signer', needs({ osslsigncode }), () => {
    built('files', { PREVENT: 'tool.o' });
    const first = readFileSync(join(output, 'files/tool.exe'));
    assert.match(verified(join(output, 'files/tool.exe')), /CN\s?=\s?Ada/);
    writeFileSync(path('read.me'), 'another text');
    built('files', { PREVENT: 'tool.o' });
    assert.ok(readFileSync(join(output, 'files/tool.exe')).equals(first), 'not signed again');
    writeFileSync(path('pyoxidizer.bzl'), config.replace('\nregister_code_signers()\n', '\n'));
    built('files');
    assert.ok(readFileSync(join(output, 'files/tool.exe')).equals(peFile()));
    assert.ok(!existsSync(`${join(output, 'files')}.signing.json`));
    writeFileSync(path('pyoxidizer.bzl'), config);
  });

  test('a certificate that cannot be used is refused', () => {
    const { code, stderr } = build('files', { PASSWORD: 'wrong' });
    assert.equal(code, 1);
    assert.match(stderr, /cannot use the certificate .*certificate\.pfx: its password is another one/);
  });

  test('rcodesign signs a bundle', needs({ rcodesign }), (t) => {
    // A library from PyPI: rcodesign wants a linked file.
    const old = ['-legacy', '-macalg', 'sha1', '-out', path('certificate.pfx'), '-passout', 'pass:hunter2'];
    outputOf(openssl!, [
      'pkcs12',
      '-export',
      '-inkey',
      path('key.pem'),
      '-in',
      path('certificate.pem'),
      ...old,
    ]);
    const wheel = [
      '--no-deps',
      '--only-binary=:all:',
      '--platform',
      'macosx_11_0_arm64',
      '--python-version',
      '3.11',
    ];
    outputOf('python3', ['-m', 'pip', 'download', '--quiet', ...wheel, '-d', workspace, 'markupsafe==2.1.5']);
    const extract =
      'import glob, sys, zipfile; z = zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]); open(sys.argv[1] + "/tool.o", "wb").write(z.read([n for n in z.namelist() if n.endswith(".so")][0]))';
    outputOf('python3', ['-c', extract, workspace]);
    built('app');
    const app = join(output, 'app/Tool.app');
    t.diagnostic(outputOf(rcodesign!, ['print-signature-info', app]).slice(0, 200));
    assert.ok(existsSync(join(app, 'Contents/_CodeSignature/CodeResources')));
    assert.deepEqual(brief('app'), [['Tool.app', 'app-bundle', 'macos-application-bundle-creation', true]]);
  });
});
