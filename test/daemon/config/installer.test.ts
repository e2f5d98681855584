// What Windows installers refuse when the config runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { uuid5, uuidNamespaces } from '../../../daemon/packaging/uuid5.ts';
import { evaluate } from './evaluation-rig.ts';

const mistakes: readonly (readonly [expression: string, message: RegExp])[] = [
  ['WiXMSIBuilder("my-tool", "Tool", "1.0", "Ada")', /expects letters, digits, "_" and "\.", 25 at most/],
  ['WiXMSIBuilder("tool", "", "1.0", "Ada")', /expects a text that is not empty for product_name/],
  ['WiXMSIBuilder("tool", "Tool", "1", "Ada")', /expects a version of two to four numbers/],
  ['WiXMSIBuilder("tool", "Tool", "256.0", "Ada")', /expects a version of two to four numbers/],
  [
    'WiXMSIBuilder("tool", "Tool", "1.0", "Ada", arch="amd64")',
    /expects one of "x64", "x86", "arm64" for arch/,
  ],
  ['msi(upgrade_code="1234")', /WiXMSIBuilder.upgrade_code expects a GUID/],
  ['msi(msi_filename="a/b.msi")', /WiXMSIBuilder.msi_filename expects the name of a file/],
  ['msi(license_path="none")', /cannot read .*\/none: no such file/],
  [
    'WiXMSIBuilder("tool", "Tool", "1.0", "Ada").add_visual_cpp_redistributable("14", "x64")',
    /cannot find the DLLs of the Visual C\+\+ runtime 14 for x64/,
  ],
  ['WiXInstaller("tool", "tool.msi")', /the installer tool\.msi has no source/],
  ['WiXBundleBuilder("tool", "Tool", "1.0", "Ada")', /the bundle Tool installs nothing/],
  ['WiXBundleBuilder("tool", "Tool", "1.0", "Ada").add_vc_redistributable("mips")', /expects one of "x86"/],
  ['bundle(msi(), msi())', /the bundle Tool has two installers named Tool-1\.0\.msi/],
];

for (const [expression, message] of mistakes)
  test(expression, async () => {
    const { outcome } = await evaluate(`
def msi(**attributes):
    builder = WiXMSIBuilder("tool", "Tool", "1.0", "Ada")
    if "upgrade_code" in attributes: builder.upgrade_code = attributes["upgrade_code"]
    if "msi_filename" in attributes: builder.msi_filename = attributes["msi_filename"]
    if "license_path" in attributes: builder.license_path = attributes["license_path"]
    return builder

def bundle(*builders):
    made = WiXBundleBuilder("tool", "Tool", "1.0", "Ada")
    for builder in builders: made.add_wix_msi_builder(builder)
    return made

register_target("it", lambda: ${expression})
`);
    assert.ok(outcome.outcome === 'invalid', 'fails');
    assert.match(outcome.diagnostics[0]?.message ?? '', message);
  });

test('names have the UUIDs that RFC 9562 gives them', () =>
  assert.equal(uuid5(uuidNamespaces.dns, 'www.example.com'), '2ED6657D-E927-568B-95E1-2665A8AEA6A2'));
