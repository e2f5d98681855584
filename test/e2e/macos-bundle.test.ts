// macOS bundles and universal binaries of configs, judged by Python's plistlib, libplist and LLVM's lipo.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { needs, outputOf, programNamed } from '../support/programs.ts';
import { oxd, stopDaemon } from './oxd.ts';

const assembler = programNamed('llvm-mc');
const lipo = programNamed('llvm-lipo');
const plistutil = programNamed('plistutil');

/** As PyOxidizer's own release has it. */
const config = `
def make_macos_app_bundle():
    bundle = MacOsApplicationBundleBuilder("Tool & Co")
    bundle.set_info_plist_required_keys(
        display_name="Tool",
        identifier="org.example.tool",
        version="1.2",
        signature="tool",
        executable="tool",
    )
    bundle.set_info_plist_key("NSHighResolutionCapable", True)
    bundle.set_info_plist_key("LSArchitecturePriority", "arm64 <first>")
    bundle.set_info_plist_key("Count", 3)

    universal = AppleUniversalBinary("tool")
    for arch in ["arm64", "x86_64"]:
        universal.add_path(arch + ".o")
    print(universal.write_to_directory("lib"))

    m = FileManifest()
    m.add_file(universal.to_file_content())
    bundle.add_macos_manifest(m)
    bundle.add_icon("tool.icns")
    bundle.add_resources_file(FileContent(filename="a.txt", content="a"), path="sub/a.txt")
    print(bundle.write_to_directory("out"))
    return bundle

def make_bare(executable):
    bundle = MacOsApplicationBundleBuilder("Bare")
    bundle.set_info_plist_required_keys("Bare", "org.bare", "1", "????", "bare")
    bundle.add_macos_file(FileContent(filename=executable, content="#!/bin/sh\\n"))
    return bundle

register_target("app", make_macos_app_bundle)
register_target("script", lambda: make_bare("bare"))
register_target("without", lambda: make_bare("other"))
`;

const tools = needs({ 'llvm-mc': assembler, 'llvm-lipo': lipo });
suite('macOS bundles', { concurrency: false, ...tools }, () => {
  const workspace = mkdtempSync(join(tmpdir(), 'oxd-bundle-'));
  before(() => {
    writeFileSync(join(workspace, 'pyoxidizer.bzl'), config);
    writeFileSync(join(workspace, 'tool.icns'), 'icns');
    for (const architecture of ['arm64', 'x86_64']) {
      const source = join(workspace, `${architecture}.s`);
      writeFileSync(source, '.globl _main\n_main:\n  ret\n');
      const output = join(workspace, `${architecture}.o`);
      outputOf(assembler!, [
        `--triple=${architecture}-apple-macos11`,
        '--filetype=obj',
        '-o',
        output,
        source,
      ]);
    }
  });
  after(() => {
    stopDaemon();
    rmSync(workspace, { recursive: true, force: true });
  });
  const built = (...targets: string[]): string => {
    const { code, stderr } = oxd(['build', '--path', workspace, ...targets]);
    assert.equal(code, 0, stderr);
    return stderr;
  };
  const triple = join(workspace, 'build/x86_64-unknown-linux-gnu/debug');
  const contents = join(triple, 'app/Tool & Co.app/Contents');

  test('the layout, the keys, and a program of two architectures', () => {
    const text = built();
    assert.ok(!text.includes('is not a program for macOS'), text);
    const keys = JSON.parse(
      outputOf('python3', [
        '-c',
        'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))',
        join(contents, 'Info.plist'),
      ]),
    ) as Record<string, unknown>;
    assert.deepEqual(keys, {
      CFBundleName: 'Tool & Co',
      CFBundlePackageType: 'APPL',
      CFBundleInfoDictionaryVersion: '6.0',
      CFBundleDisplayName: 'Tool',
      CFBundleIdentifier: 'org.example.tool',
      CFBundleVersion: '1.2',
      CFBundleSignature: 'tool',
      CFBundleExecutable: 'tool',
      NSHighResolutionCapable: true,
      LSArchitecturePriority: 'arm64 <first>',
      Count: 3,
      CFBundleIconFile: 'Tool & Co.icns',
    });
    assert.equal(readFileSync(join(contents, 'PkgInfo'), 'utf8'), 'APPLtool');
    assert.equal(readFileSync(join(contents, 'Resources/Tool & Co.icns'), 'utf8'), 'icns');
    assert.equal(readFileSync(join(contents, 'Resources/sub/a.txt'), 'utf8'), 'a');
    const program = join(contents, 'MacOS/tool');
    assert.equal(statSync(program).mode & 0o777, 0o755);
    assert.match(outputOf(lipo!, ['-archs', program]), /^x86_64 arm64\s*$/);
    for (const elsewhere of ['build/lib/tool', 'build/out/Tool & Co.app/Contents/MacOS/tool'])
      assert.ok(readFileSync(join(workspace, elsewhere)).equals(readFileSync(program)), elsewhere);
  });

  test('libplist reads Info.plist', needs({ plistutil }), () => {
    assert.match(
      outputOf(plistutil!, ['-f', 'xml', '-i', join(contents, 'Info.plist')]),
      /org\.example\.tool/,
    );
  });

  test('a program that macOS will not start is said, and is executable', () => {
    assert.match(built('script'), /Bare\.app: its executable "bare" is not a program for macOS/);
    assert.equal(statSync(join(triple, 'script/Bare.app/Contents/MacOS/bare')).mode & 0o777, 0o755);
  });

  test('a bundle without its program is refused', () => {
    const { code, stderr } = oxd(['build', '--path', workspace, 'without']);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot make Bare\.app: its executable "bare" is not among its files/);
    assert.match(stderr, /hint: add it with add_macos_file\(\)/);
  });
});
