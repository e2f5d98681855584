// A release for several systems in one config, as PyOxidizer makes its own: what can be built here is built in one go.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { oxd, stopDaemon } from './oxd.ts';

const config = `
VERSION = "0.24.0"
AUTHOR = "Ada"
IN_CI = VARS.get("IN_CI", False)
METADATA = "Metadata-Version: 2.1\\nName: tool\\nVersion: %s\\nSummary: A tool\\n" % VERSION

def make_msi(target_triple, add_vc_redist):
    if target_triple == "i686-pc-windows-msvc":
        arch = "x86"
    else:
        arch = "x64"
    msi = WiXMSIBuilder(
        id_prefix="tool",
        product_name="Tool",
        product_version=VERSION,
        product_manufacturer=AUTHOR,
        arch=arch,
    )
    msi.help_url = "https://example.org/"
    msi.license_path = CWD + "/LICENSE"
    msi.msi_filename = "Tool-" + VERSION + "-" + arch + ".msi"
    if add_vc_redist:
        msi.add_visual_cpp_redistributable(redist_version="14", platform=arch)
    m = FileManifest()
    prefix = "dist/" + target_triple + "/" if IN_CI else "target/" + target_triple + "/release/"
    m.add_path(path=prefix + "tool.exe", strip_prefix=prefix)
    msi.add_program_files_manifest(m)
    return msi

def make_exe_installer():
    bundle = WiXBundleBuilder(id_prefix="tool", name="Tool", version=VERSION, manufacturer=AUTHOR)
    bundle.add_vc_redistributable("x86")
    bundle.add_vc_redistributable("x64")
    for triple, condition in [("i686-pc-windows-msvc", "Not VersionNT64"), ("x86_64-pc-windows-msvc", "VersionNT64")]:
        bundle.add_wix_msi_builder(
            builder=make_msi(triple, False),
            display_internal_ui=True,
            install_condition=condition,
        )
    return bundle

def make_macos_app_bundle():
    bundle = MacOsApplicationBundleBuilder("Tool")
    bundle.set_info_plist_required_keys(
        display_name="Tool",
        identifier="org.example.tool",
        version=VERSION,
        signature="tool",
        executable="tool",
    )
    universal = AppleUniversalBinary("tool")
    for arch in ["aarch64-apple-darwin", "x86_64-apple-darwin"]:
        universal.add_path("target/" + arch + "/release/tool")
    m = FileManifest()
    m.add_file(universal.to_file_content())
    bundle.add_macos_manifest(m)
    return bundle

def make_wheel(platform_tag, target_triple):
    wheel = PythonWheelBuilder("tool", VERSION)
    wheel.generator = "Tool (%s)" % VERSION
    wheel.tag = "py3-none-%s" % platform_tag
    wheel.add_file_dist_info(FileContent(filename="METADATA", content=METADATA))
    path = "target/%s/release/tool" % target_triple
    if "-windows-" in target_triple:
        path = "%s.exe" % path
    wheel.add_file_data("scripts", FileContent(path=path, executable=True))
    return wheel

def make_snap():
    app = SnapApp()
    app.command = "tool"
    part = SnapPart()
    part.plugin = "dump"
    part.source = "."
    snap = Snap("tool", VERSION, "A tool", "It does all.")
    snap.base = "core22"
    snap.apps = {"tool": app}
    snap.parts = {"tool": part}
    builder = SnapcraftBuilder(snap)
    m = FileManifest()
    m.add_path("target/x86_64-unknown-linux-musl/release/tool", "target/x86_64-unknown-linux-musl/release")
    builder.add_file_manifest(m)
    return builder

def register_code_signers():
    if VARS.get("CODE_SIGNING_ENABLE", False):
        signer = code_signer_from_pfx_file(prompt_input("path to PFX file"), prompt_password("PFX password", confirm=True))
        signer.activate()

register_code_signers()

register_target("msi_x86", lambda: make_msi("i686-pc-windows-msvc", True))
register_target("msi_x86_64", lambda: make_msi("x86_64-pc-windows-msvc", False))
register_target("exe_installer", make_exe_installer, default=True)
register_target("macos_app_bundle", make_macos_app_bundle)
register_target("snap", make_snap)
register_target("wheel_linux", lambda: make_wheel("manylinux2010_x86_64", "x86_64-unknown-linux-musl"))
register_target("wheel_macos", lambda: make_wheel("macosx_11_0_arm64", "aarch64-apple-darwin"))
register_target("wheel_windows", lambda: make_wheel("win_amd64", "x86_64-pc-windows-msvc"))

resolve_targets()
`;

/** Programs for macOS, as far as their first bytes go. */
const machO = (cpu: string): Buffer => Buffer.from(`cffaedfe${cpu}${'00'.repeat(24)}`, 'hex');

suite('a release for several systems', { concurrency: false }, () => {
  const workspace = mkdtempSync(join(tmpdir(), 'oxd-release-'));
  before(() => {
    const files = {
      'pyoxidizer.bzl': config,
      LICENSE: 'free',
      'target/i686-pc-windows-msvc/release/tool.exe': 'MZ',
      'target/x86_64-pc-windows-msvc/release/tool.exe': 'MZ',
      'target/aarch64-apple-darwin/release/tool': machO('0c000001'),
      'target/x86_64-apple-darwin/release/tool': machO('07000001'),
      'target/x86_64-unknown-linux-musl/release/tool': '#!/bin/sh\n',
    };
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(workspace, name)), { recursive: true });
      writeFileSync(join(workspace, name), content);
    }
  });
  after(() => {
    stopDaemon();
    rmSync(workspace, { recursive: true, force: true });
  });

  test('all that can be built here is built in one go', () => {
    const targets = ['msi_x86_64', 'exe_installer', 'macos_app_bundle', 'snap'];
    const wheels = ['wheel_linux', 'wheel_macos', 'wheel_windows'];
    const { code, stderr } = oxd(['build', '--path', workspace, ...targets, ...wheels]);
    assert.equal(code, 0, stderr);
    const output = join(workspace, 'build/x86_64-unknown-linux-gnu/debug');
    for (const path of [
      'msi_x86_64/build.cmd',
      'msi_x86_64/wxs/main.wxs',
      'exe_installer/build.cmd',
      'macos_app_bundle/Tool.app/Contents/MacOS/tool',
      'snap/snap/snapcraft.yaml',
      'snap/tool',
      'wheel_linux/tool-0.24.0-py3-none-manylinux2010_x86_64.whl',
      'wheel_macos/tool-0.24.0-py3-none-macosx_11_0_arm64.whl',
      'wheel_windows/tool-0.24.0-py3-none-win_amd64.whl',
    ])
      assert.ok(existsSync(join(output, path)), path);
    const again = oxd(['build', '--path', workspace, '--json', ...targets, ...wheels]);
    assert.match(again.stdout, /"outcome":"unchanged"/);
  });

  test('what needs another system says so', () => {
    const redistributable = oxd(['build', '--path', workspace, 'msi_x86']);
    assert.equal(redistributable.code, 1);
    assert.match(redistributable.stderr, /cannot find the DLLs of the Visual C\+\+ runtime 14 for x86/);
    const prompts = oxd(['build', '--path', workspace, '--var', 'CODE_SIGNING_ENABLE', '1', 'wheel_linux']);
    assert.equal(prompts.code, 1);
    assert.match(prompts.stderr, /cannot ask "path to PFX file"/);
  });
});
