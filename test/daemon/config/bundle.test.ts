// Targets that are the input of other systems' tools: folders, written as manifests.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ManifestEntry } from '../../../daemon/config/resolved-target.ts';
import { evaluate, resolved } from './evaluation-rig.ts';

async function entriesOf(source: string): Promise<{ entries: readonly ManifestEntry[] }> {
  const { outcome } = await resolved(source, { files: { 'icon.icns': 'icns', 'data/a.txt': '' } });
  const value = outcome.targets[0]?.value;
  assert.ok(value !== undefined && ('files' in value || value.type === 'FileManifest'));
  const { entries } = 'files' in value ? value.files : value;
  return { entries };
}

const textAt = (entries: readonly ManifestEntry[], path: string): string => {
  const entry = entries.find((one) => one.kind === 'file' && one.path === path);
  assert.ok(entry?.kind === 'file' && entry.content.at === 'text', path);
  return entry.content.text;
};

const pathOf = (entry: ManifestEntry): string => (entry.kind === 'file' ? entry.path : entry.prefix);

test('a macOS bundle is a folder with an Info.plist', async () => {
  const { entries } = await entriesOf(`
def make():
    exe = default_python_distribution().to_python_executable("tool")
    files = FileManifest()
    files.add_python_resource(".", exe)
    bundle = MacOsApplicationBundleBuilder("Tool & Co")
    bundle.set_info_plist_required_keys("Tool", "org.tool", "1.0", "????", "tool")
    bundle.set_info_plist_key("NSHighResolutionCapable", True)
    bundle.add_macos_manifest(files)
    bundle.add_icon("icon.icns")
    bundle.add_resources_file(FileContent(filename="a.txt", content="a"), path="sub/a.txt")
    bundle.add_resources_manifest(glob(["data/*"]))
    return bundle
register_target("app", make)
`);
  const root = 'Tool & Co.app/Contents';
  assert.deepEqual(entries.map(pathOf), [
    `${root}/MacOS`,
    `${root}/Resources/Tool & Co.icns`,
    `${root}/Resources/sub/a.txt`,
    `${root}/Resources/data/a.txt`,
    `${root}/Info.plist`,
    `${root}/PkgInfo`,
  ]);
  const plist = textAt(entries, `${root}/Info.plist`);
  assert.match(plist, /<key>CFBundleName<\/key>\n {2}<string>Tool &amp; Co<\/string>/);
  assert.match(plist, /<key>NSHighResolutionCapable<\/key>\n {2}<true\/>/);
  assert.match(plist, /<key>CFBundleIconFile<\/key>/);
});

test('a bundle without its required keys is refused', async () => {
  const { outcome } = await evaluate('register_target("app", lambda: MacOsApplicationBundleBuilder("Tool"))');
  assert.ok(outcome.outcome === 'invalid');
  const [diagnostic] = outcome.diagnostics;
  assert.match(diagnostic?.message ?? '', /^Info.plist of Tool.app lacks CFBundleDisplayName, /);
  assert.equal(diagnostic?.hint, 'call set_info_plist_required_keys()');
});

/** A snap with what it needs, changed by the lines. */
const snap = (lines: string): string => `
def make():
    app = SnapApp()
    app.command = "tool"
    part = SnapPart()
    part.plugin = "nil"
    snap = Snap(name="tool", version="1.0", summary="A tool", description="It does\\nall.")
    snap.base = "core22"
    snap.apps = {"tool": app}
    snap.parts = {"tool": part}
${lines.replaceAll(/^(?=.)/gm, '    ')}
    return snap.to_builder()
register_target("snap", make)
`;

test('a snap is a snapcraft.yaml', async () => {
  const { outcome } = await resolved(
    snap('app.plugs = ["network"]\nsnap.architectures = {"build_on": ["amd64"]}'),
  );
  const value = outcome.targets[0]?.value;
  assert.ok(value?.type === 'SnapcraftBuilder');
  assert.equal(
    value.yaml,
    `name: tool
version: "1.0"
summary: A tool
description: |-
  It does
  all.
base: core22
apps:
  tool:
    command: tool
    plugs:
      - network
parts:
  tool:
    plugin: nil
architectures:
  -
    build-on:
      - amd64
`,
  );
});

const mistakes: readonly (readonly [lines: string, message: RegExp])[] = [
  ['snap.name = "Tool"', /Snap.name expects a snap name: lower-case letters/],
  ['snap.name = "a--b"', /Snap.name expects a snap name/],
  ['snap.version = "1.0-"', /Snap.version expects a snap version/],
  [`snap.summary = "${'x'.repeat(79)}"`, /Snap.summary expects a line of at most 78/],
  ['snap.confinement = "loose"', /Snap.confinement expects one of "strict", "devmode", "classic"/],
  ['snap.architectures = {"build_on": ["pdp11"]}', /Snap.architectures expects a dict of "build_on"/],
  ['snap.architectures = {"on": ["amd64"]}', /Snap.architectures expects a dict of "build_on"/],
  ['snap.base = None', /the snap tool has no base/],
  ['snap.parts = {}', /the snap tool has no parts/],
  ['app.command = None', /the app tool of the snap has no command/],
  ['app.stop_timeout = "soon"', /SnapApp.stop_timeout expects a time such as "10s"/],
  ['app.stop_timeout = "3s"', /the app tool of the snap has stop_timeout without daemon/],
  ['app.daemon = "demon"', /SnapApp.daemon expects one of "simple"/],
  ['part.source_type = "cvs"', /SnapPart.source_type expects one of "bzr"/],
  ['part.build_attributes = ["fast"]', /SnapPart.build_attributes expects a list of/],
];
for (const [lines, message] of mistakes)
  test(`snap: ${lines.slice(0, 60)}`, async () => {
    const { outcome } = await evaluate(snap(lines));
    assert.ok(outcome.outcome === 'invalid', 'fails');
    assert.match(outcome.diagnostics[0]?.message ?? '', message);
  });
