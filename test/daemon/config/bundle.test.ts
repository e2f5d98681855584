// Targets that are the input of other systems' tools: folders, written as manifests.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ManifestEntry } from '../../../daemon/config/resolved-target.ts';
import { evaluate, resolved } from './evaluation-rig.ts';

async function entriesOf(source: string): Promise<{ entries: readonly ManifestEntry[]; notices: string[] }> {
  const { outcome, events } = await resolved(source, { files: { 'icon.icns': 'icns', 'data/a.txt': '' } });
  const value = outcome.targets[0]?.value;
  assert.ok(value !== undefined && ('files' in value || value.type === 'FileManifest'));
  const notices = events.flatMap((event) => (event.event === 'notice' ? [event.text] : []));
  const { entries } = 'files' in value ? value.files : value;
  return { entries, notices };
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

test('a snap is a folder with a snapcraft.yaml', async () => {
  const { entries, notices } = await entriesOf(`
def make():
    app = SnapApp()
    app.command = "tool"
    app.plugs = ["network"]
    app.environment = {"LANG": "C.UTF-8"}
    part = SnapPart()
    part.plugin = "dump"
    part.source = "."
    snap = Snap(name="tool", version="1.0", summary="A tool", description="It does\\nall.")
    snap.apps = {"tool": app}
    snap.parts = {"tool": part}
    snap.architectures = {"build_on": ["amd64"]}
    builder = snap.to_builder()
    builder.add_invocation(["snap", "--destructive-mode"], purge_build=False)
    builder.add_file_manifest(glob(["data/*"]))
    return builder
register_target("snap", make)
`);
  assert.deepEqual(entries.map(pathOf), ['data/a.txt', 'snap/snapcraft.yaml']);
  assert.equal(
    textAt(entries, 'snap/snapcraft.yaml'),
    `name: tool
version: "1.0"
summary: A tool
description: |-
  It does
  all.
apps:
  tool:
    command: tool
    plugs:
      - network
    environment:
      LANG: C.UTF-8
parts:
  tool:
    plugin: dump
    source: "."
architectures:
  -
    build-on:
      - amd64
`,
  );
  assert.deepEqual(notices, [
    "The snap's folder is written, snapcraft is not started. Run there: snapcraft snap --destructive-mode",
  ]);
});
