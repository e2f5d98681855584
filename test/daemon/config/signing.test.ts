// What code signing refuses when the config runs, and the samples of PyOxidizer's documentation about it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { evaluate, resolved } from './evaluation-rig.ts';

const mistakes: readonly (readonly [lines: string, message: RegExp])[] = [
  ['code_signer_from_pfx_file("none.pfx", "")', /cannot use the certificate .*none\.pfx: it cannot be read/],
  ['code_signer_from_pfx_file("text.pfx", "")', /cannot use the certificate .*: it is no PKCS #12 file/],
  [
    'code_signer_from_windows_store_sha1_thumbprint("deadbeef")',
    /expects a SHA-1 thumbprint, which is 40 hexadecimal digits, for thumbprint/,
  ],
  ['code_signer_from_windows_store_subject("x", store="mine")', /expects one of "my", "root"/],
  ['signer.chain_issuer_certificates_pem_file("text.pfx")', /text\.pfx: it holds no certificates/],
  ['signer.chain_issuer_certificates_pem_file("bad.pem")', /bad\.pem: it holds no certificates/],
  ['signer.set_time_stamp_server("time")', /invalid address of a time-stamp server "time"/],
  ['signer.set_signing_callback("f")', /expects a function for func; got type string/],
];

for (const [lines, message] of mistakes)
  test(lines, async () => {
    const { outcome } = await evaluate(`signer = code_signer_from_windows_store_auto()\n${lines}\n`, {
      files: {
        'text.pfx': 'no certificate',
        'bad.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      },
    });
    assert.ok(outcome.outcome === 'invalid', 'fails');
    assert.match(outcome.diagnostics[0]?.message ?? '', message);
  });

test('a signer asks nothing about what has no signature', async () => {
  const { outcome, events } = await resolved(
    `
def callback(request):
    fail("asked about " + request.filename)

def make_code_signers():
    if VARS.get("SIGN"):
        signer = code_signer_from_windows_store_sha1_thumbprint("deadbeefdeadbeefdeadbeefdeadbeefdeadbeef")
        signer.set_time_stamp_server("http://timestamp.example.org")
        signer.chain_issuer_certificates_macos_keychain()
        signer.set_signing_callback(callback)
        signer.activate()

def make_files():
    exe = default_python_distribution().to_python_executable("tool")
    files = exe.to_file_manifest(".")
    files.add_path("text.txt", strip_prefix=CWD)
    bundle = MacOsApplicationBundleBuilder("Tool")
    bundle.set_info_plist_required_keys("Tool", "org.tool", "1", "????", "tool")
    bundle.write_to_directory("app")
    return files

make_code_signers()
register_target("files", make_files)
`,
    { variables: { SIGN: '1' }, files: { 'text.txt': 'text' } },
  );
  const value = outcome.targets[0]?.value;
  assert.ok(value?.type === 'FileManifest' && value.signing === undefined);
  assert.ok(
    events.some(
      (event) =>
        event.event === 'diagnostic' && event.diagnostic.message.includes('has no keychain of macOS'),
    ),
  );
});
