// Attributes of what is made for others: files, wheels, installers and snaps, seen in what the config comes to.
import { flag, targetOf, text, type AttributeRow, type TypeRows } from './attribute-row.ts';

type Rows = Readonly<Record<string, AttributeRow>>;

const installer = targetOf(`x = WiXMSIBuilder("id", "name", "1.0", "maker")\nSET\nreturn x`);
const machines: AttributeRow = {
  accepted: '"arm64"',
  refused: '"mips"',
  says: 'expects one of "x64", "x86", "arm64"; got "mips"',
  effect: { comes: '"arch":"arm64"' },
};
const asset = (name: string): AttributeRow =>
  text('asset.bin', { comes: `"path":"assets/${name}/asset.bin"` }, 'None');

const dashed = (name: string): string => name.replaceAll('_', '-');
/** A key of snapcraft.yaml, on a line of its own. */
const line = (name: string, value: string): AttributeRow['effect'] => ({
  comes: new RegExp(`^ *${dashed(name)}: ${value}$`, 'm'),
});
const texts = (names: string, before?: string): Rows =>
  Object.fromEntries(
    names.split(' ').map((name) => [
      name,
      {
        accepted: '"given.desktop"',
        refused: '1',
        says: 'expects a string or None; got type int',
        effect: line(name, 'given.desktop'),
        ...(before === undefined ? {} : { before }),
      },
    ]),
  );
const lists = (names: string): Rows =>
  Object.fromEntries(
    names.split(' ').map((name) => [
      name,
      {
        accepted: '["given"]',
        refused: '"given"',
        says: 'expects a list or None; got "given"',
        effect: { comes: new RegExp(`^ *${dashed(name)}:\n *- given$`, 'm') },
      },
    ]),
  );
const dicts = (names: string, accepted = '{"given": "it"}', shown = 'given: it'): Rows =>
  Object.fromEntries(
    names.split(' ').map((name) => [
      name,
      {
        accepted,
        refused: '["given"]',
        says: 'expects a dict or None; got type list',
        effect: { comes: new RegExp(`^ *${dashed(name)}:\n *${shown}`, 'm') },
      },
    ]),
  );
const one = (
  name: string,
  accepted: string,
  says: string,
  more: Partial<AttributeRow> = {},
): readonly [string, AttributeRow] => [
  name,
  {
    accepted: JSON.stringify(accepted),
    refused: '"*"',
    says: `expects ${says} or None; got "*"`,
    effect: line(name, `"?${accepted.replaceAll('.', String.raw`\.`)}"?`),
    ...more,
  },
];
const number = (effect: AttributeRow['effect'], before?: string): AttributeRow => ({
  accepted: '7',
  refused: '"7"',
  says: 'expects an int or None; got "7"',
  effect,
  ...(before === undefined ? {} : { before }),
});

const snap = targetOf(`
app = SnapApp()
app.command = "bin/tool"
part = SnapPart()
part.plugin = "nil"
snap = Snap("tool", "1.0", "summary", "description")
snap.base = "core20"
snap.apps = {"tool": app}
snap.parts = {"tool": part}
x = WHICH
BEFORE
SET
return snap.to_builder()`);
const service = 'x.daemon = "oneshot"';

export const packageRows: Readonly<Record<string, TypeRows>> = {
  FileContent: {
    config: targetOf(
      'x = FileContent(filename="a", content="")\nSET\nfiles = FileManifest()\nfiles.add_file(x)\nreturn files',
    ),
    rows: {
      executable: flag({ comes: '"executable":true' }),
      filename: text('other', { comes: '"path":"other"' }),
    },
  },
  PythonWheelBuilder: {
    config: targetOf('x = PythonWheelBuilder("name", "1")\nSET\nreturn x'),
    rows: {
      build_tag: {
        ...text('7', { comes: '"buildTag":"7"' }),
        says: 'expects a build tag, which starts with a digit and has no "-" or None; got type int',
      },
      tag: text('py2-none-win32', { comes: '"platformTag":"win32"' }),
      ...Object.fromEntries(
        [
          ['python_tag', 'pythonTag'],
          ['abi_tag', 'abiTag'],
          ['platform_tag', 'platformTag'],
        ].map(([name = '', key]): [string, AttributeRow] => [
          name,
          {
            accepted: '"given"',
            refused: '"a-b"',
            says: 'expects a tag of letters, digits, "_" and "."; got "a-b"',
            effect: { comes: `"${key}":"given"` },
          },
        ]),
      ),
      generator: {
        ...text('me 1', { comes: '"generator":"me 1"' }),
        says: 'expects a line of text; got type int',
      },
      root_is_purelib: flag({ comes: '"rootIsPurelib":true' }),
      modified_time: {
        ...number({ comes: '"modifiedTime":1700000000' }),
        accepted: '1700000000',
        says: 'expects an int; got "7"',
      },
    },
  },
  WiXInstaller: {
    config: targetOf('x = WiXInstaller("id", "x.msi")\nx.add_wxs_file("asset.bin")\nSET\nreturn x'),
    rows: {
      arch: machines,
      install_files_root_directory_id: {
        ...text('OTHER', { comes: '"installFilesRoot":"OTHER"' }),
        says: 'expects an Id of letters, digits, "_" and ".", 72 at most; got type int',
      },
      install_files_wxs_path: text('other.wxs', { comes: '"installFilesPath":"other.wxs"' }),
    },
  },
  WiXMSIBuilder: {
    config: installer,
    rows: {
      arch: machines,
      banner_bmp_path: asset('banner'),
      dialog_bmp_path: asset('dialog'),
      eula_rtf_path: asset('eula'),
      license_path: asset('license'),
      product_icon_path: asset('icon'),
      help_url: text('https://h', { comes: '"helpUrl":"https://h"' }, 'None'),
      msi_filename: {
        ...text('other.msi', { comes: '"filename":"other.msi"' }),
        says: 'expects the name of a file or None; got type int',
      },
      package_description: text('about', { comes: '"description":"about"' }, 'None'),
      package_keywords: text('words', { comes: '"keywords":"words"' }, 'None'),
      upgrade_code: {
        ...text('3f2504e0-4f89-11d3-9a0c-0305e82c3301', { comes: '3F2504E0-4F89-11D3-9A0C-0305E82C3301' }),
        says: 'expects a GUID, such as "01234567-89AB-CDEF-0123-456789ABCDEF", or None; got type int',
      },
    },
  },
  Snap: {
    config: snap.replace('WHICH', 'snap'),
    rows: {
      ...texts('adopt_info base description icon license'),
      ...Object.fromEntries([
        one('confinement', 'devmode', 'one of "strict", "devmode", "classic"'),
        one('grade', 'stable', 'one of "devel", "stable"'),
        one(
          'name',
          'other',
          'a snap name: lower-case letters, digits and single "-" between them, 40 characters at most',
        ),
        one('summary', 'short', 'a line of at most 78 characters', {
          refused: '1',
          says: 'expects a line of at most 78 characters or None; got type int',
        }),
        one('title', 'Other', 'a line of at most 40 characters', {
          refused: '1',
          says: 'expects a line of at most 40 characters or None; got type int',
        }),
        one('type', 'gadget', 'one of "app", "base", "gadget", "kernel", "snapd"'),
        one(
          'version',
          '2.0',
          'a snap version: letters, digits and ":.+~-" between them, 32 characters at most',
        ),
      ]),
      ...lists('assumes'),
      ...dicts('passthrough plugs slots'),
      architectures: {
        accepted: '{"build_on": ["arm64"]}',
        refused: '{"build_on": ["pdp11"]}',
        says: 'expects a dict of "build_on" and "run_on" to lists of all, amd64, arm64, armhf, i386, ppc64el, riscv64, s390x or None; got type dict',
        effect: { comes: /^architectures:\s+-\s+build-on:\s+- arm64$/m },
      },
      ...dicts('apps', '{"second": app}', 'second:'),
      ...dicts('parts', '{"second": part}', 'second:'),
    },
  },
  SnapApp: {
    config: snap.replace('WHICH', 'app'),
    rows: {
      ...texts('command common_id desktop'),
      ...texts('post_stop_command stop_command timer', service),
      ...Object.fromEntries([
        one('adapter', 'full', 'one of "none", "legacy", "full"'),
        one('autostart', 'x.desktop', 'the name of a .desktop file'),
        one('daemon', 'forking', 'one of "simple", "oneshot", "forking", "notify", "dbus"'),
        one(
          'restart_condition',
          'always',
          'one of "on-failure", "on-success", "on-abnormal", "on-abort", "on-watchdog", "always", "never"',
          { before: service },
        ),
        one('stop_timeout', '10s', 'a time such as "10s" or "500ms"', { before: service }),
      ]),
      listen_stream: text('given', { comes: /sockets:\n *tool:\n *listen-stream: given$/m }, 'None'),
      socket_mode: number({ comes: /sockets:\n *tool:\n *socket-mode: 7$/m }),
      socket: {
        ...(dicts('socket')['socket'] as AttributeRow),
        effect: { comes: /sockets:\n *tool:\n *given: it$/m },
      },
      ...lists('command_chain extensions plugs slots'),
      ...dicts('environment passthrough'),
    },
  },
  SnapPart: {
    config: snap.replace('WHICH', 'part'),
    rows: {
      ...texts(
        'override_build override_prime override_pull override_stage parse_info plugin source source_branch source_checksum source_commit source_subdir source_tag',
      ),
      ...Object.fromEntries([
        one(
          'source_type',
          'git',
          'one of "bzr", "deb", "git", "hg", "local", "mercurial", "rpm", "subversion", "svn", "tar", "zip", "7z"',
        ),
      ]),
      ...lists('after build_packages build_snaps prime stage stage_packages stage_snaps'),
      build_attributes: {
        ...(lists('build_attributes')['build_attributes'] as AttributeRow),
        accepted: '["debug"]',
        effect: { comes: /build-attributes:\n *- debug$/m },
      },
      ...dicts('filesets', '{"given": ["it"]}', 'given:\n *- it'),
      ...dicts('organize'),
      build_environment: {
        ...(lists('build_environment')['build_environment'] as AttributeRow),
        accepted: '[{"given": "it"}]',
        effect: { comes: /build-environment:\s+-\s+given: it$/m },
      },
      source_depth: number(line('source_depth', '7')),
    },
  },
};
