import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonicalVersion } from '../../../daemon/packaging/version.ts';
import { evaluate, resolved } from './evaluation-rig.ts';

const target = (body: string): string =>
  `def make():\n    wheel = PythonWheelBuilder("Foo.Bar-baz", "1.0-Beta.2")\n${body.replaceAll(/^(?=.)/gm, '    ')}\n    return wheel\nregister_target("wheel", make)\n`;

test('names and tags', async () => {
  const { events, outcome } = await resolved(
    target(`
print(type(wheel), wheel.tag, wheel.build_tag, wheel.generator, wheel.root_is_purelib, wheel.modified_time)
print(wheel.wheel_file_name)
wheel.tag = "py2.py3-none-manylinux2014_x86_64"
print(wheel.python_tag, wheel.abi_tag, wheel.platform_tag)
wheel.python_tag = "cp311"
wheel.abi_tag = "abi3"
wheel.platform_tag = "win_amd64"
wheel.build_tag = "3b"
wheel.add_file_dist_info(FileContent(filename="METADATA", content=""))
wheel.add_file_data("scripts", FileContent(filename="x", content=""), path="y")
wheel.add_file(FileContent(filename="m.py", content=""), directory="pkg")
wheel.modified_time = 1700000000
print(wheel.wheel_file_name, wheel.modified_time)`),
  );
  assert.deepEqual(
    events.map((event) => event.event === 'output' && event.text),
    [
      'PythonWheelBuilder py3-none-any None oxd 0.1.0 False 315532800',
      'foo_bar_baz-1.0b2-py3-none-any.whl',
      'py2.py3 none manylinux2014_x86_64',
      'foo_bar_baz-1.0b2-3b-cp311-abi3-win_amd64.whl 1700000000',
    ],
  );
  const value = outcome.targets[0]?.value;
  assert.ok(value?.type === 'PythonWheelBuilder');
  assert.deepEqual(
    value.files.entries.map((entry) => entry.kind === 'file' && entry.path),
    ['foo_bar_baz-1.0b2.dist-info/METADATA', 'foo_bar_baz-1.0b2.data/scripts/y', 'pkg/m.py'],
  );
});

const mistakes: readonly (readonly [body: string, message: RegExp, hint?: RegExp])[] = [
  ['PythonWheelBuilder("-x", "1")', /invalid name of a distribution "-x"/, /use letters/],
  ['PythonWheelBuilder("x", "one")', /invalid version of a distribution "one"/, /PEP 440/],
  ['wheel.tag = "py3"', /invalid tag "py3"/, /PYTHON-ABI-PLATFORM/],
  ['wheel.platform_tag = "linux-x86"', /PythonWheelBuilder.platform_tag expects a tag of/],
  ['wheel.build_tag = "b1"', /build_tag expects a build tag, which starts with a digit/],
  ['wheel.generator = "a\\nb"', /generator expects a line of text/],
  ['wheel.modified_time = 0', /an archive cannot hold the time 0/, /from 315532800/],
  ['wheel.wheel_file_name = "x"', /wheel_file_name: it is read-only/],
  ['wheel.add_file_data("bin", FileContent(filename="x", content=""))', /expects one of .*"scripts"/],
  ['wheel.add_file(FileContent(filename="x", content=""), path="../x")', /must not leave its folder/],
  [
    'wheel.add_file(FileContent(filename="x", content=""), path="a", directory="b")',
    /at most one of `path` and `directory`/,
  ],
  ['wheel.build("a/b")', /cannot name a target "a\/b"/],
];

for (const [body, message, hint = /.*/] of mistakes)
  test(body, async () => {
    const { outcome } = await evaluate(target(body));
    assert.ok(outcome.outcome === 'invalid', 'fails');
    assert.match(outcome.diagnostics[0]?.message ?? '', message);
    assert.match(outcome.diagnostics[0]?.hint ?? '', hint);
  });

test('versions are written as file names have them', () => {
  const rows: readonly (readonly [text: string, canonical: string | undefined])[] = [
    ['1.0', '1.0'],
    ['v1.00-Alpha', '1.0a0'],
    ['1!2.3.RC_4', '1!2.3rc4'],
    ['0!1.0-5', '1.0.post5'],
    ['1.0.post', '1.0.post0'],
    ['1.0.dev03+Ubuntu-01.x', '1.0.dev3+ubuntu.1.x'],
    ['1.0-', undefined],
    ['', undefined],
    ['1.0+', undefined],
  ];
  for (const [text, canonical] of rows) assert.equal(canonicalVersion(text), canonical, text);
});
