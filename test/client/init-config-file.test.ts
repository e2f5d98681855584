import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { fillTemplate, starlarkString } from '../../client/init-config-file.ts';
import { packageFolder, Rig } from '../support/rig.ts';

const literals: [text: string, literal: string][] = [
  ['plain', '"plain"'],
  ['say "hi"', String.raw`"say \"hi\""`],
  ['a\\b', String.raw`"a\\b"`],
  ['one\ntwo\r\tthree', String.raw`"one\ntwo\r\tthree"`],
  ['\x00\x1b', String.raw`"\x00\x1b"`],
  ['grüße 🐍', '"grüße 🐍"'],
];
for (const [text, literal] of literals) {
  test(`starlark literal ${literal}`, () => assert.equal(starlarkString(text), literal));
}

const template = readFileSync(join(packageFolder, 'client', 'new-project.bzl'), 'utf8');
const filled: [name: string, choices: Parameters<typeof fillTemplate>[1], has: string[], hasNot: string[]][] =
  [
    [
      'a REPL',
      { name: 'app', code: undefined, packages: [] },
      ['\n        name = "app",\n', '\n    # exe.add_python_resources(exe.pip_install('],
      ['\n    config.run_', '\n    exe.add_python_resources(exe.pip_install('],
    ],
    [
      'code and packages',
      { name: 'app', code: 'print("$NAME")', packages: ['black==19.3b0', 'x[y]'] },
      [
        String.raw`    config.run_command = "print(\"$NAME\")"`,
        '\n    exe.add_python_resources(exe.pip_install(["black==19.3b0", "x[y]"]))\n',
      ],
      ['run_eval', '#?', '$PACKAGES'],
    ],
  ];
for (const [name, choices, has, hasNot] of filled) {
  test(`the template with ${name}`, () => {
    const text = fillTemplate(template, choices);
    assert.deepEqual(
      has.filter((part) => !text.includes(part)),
      [],
    );
    assert.deepEqual(
      hasNot.filter((part) => text.includes(part)),
      [],
    );
  });
}

const timeout = 60_000;

test('a new project, and what to do next', { timeout }, async () => {
  await using rig = new Rig();
  const { code, out, error } = await rig.oxd(['init-config-file', 'my app']);
  assert.deepEqual([code, out], [0, '']);
  assert.equal(
    error,
    `writing ${rig.project}/my app/pyoxidizer.bzl

A new configuration file has been created.
It says what \`oxd\` builds, and how.

To build the program and run it:

  $ cd 'my app'
  $ oxd run

The program is a Python REPL. Edit the file to change that.
`,
  );
  // The config is one that the engine takes.
  const targets = await rig.oxd(['list-targets', 'my app', '--no-daemon']);
  assert.deepEqual([targets.out, targets.error, targets.code], ['dist\n*exe\ninstall\n', '', 0]);
  assert.ok(!existsSync(join(rig.runtimeFolder, 'daemon.json')));
});

test('`.` is a name, and an existing config is kept', { timeout }, async () => {
  await using rig = new Rig();
  const cwd = join(rig.folder, 'here');
  mkdirSync(cwd);
  const config = join(cwd, 'pyoxidizer.bzl');
  const args = ['init-config-file', '.', '--python-code', 'import black', '--pip-install', 'black'];
  assert.equal((await rig.oxd(args, { cwd })).code, 0);
  const text = readFileSync(config, 'utf8');
  assert.match(text, /name = "here",/);
  const again = await rig.oxd(['init-config-file', '.'], { cwd });
  assert.equal(again.code, 1);
  assert.match(again.error, /^error: There is a config already: .*\nhint: /);
  assert.equal(readFileSync(config, 'utf8'), text);
});

const refused: [name: string, path: string, code: number, error: RegExp][] = [
  ['the root folder', '/', 1, /^error: Cannot name a program after the folder "\/"/],
  ['a file', 'file', 1, /^error: existing path must be a directory: .*\/file\n/],
];
for (const [name, path, expected, pattern] of refused) {
  test(`refuses ${name}`, { timeout }, async () => {
    await using rig = new Rig();
    writeFileSync(join(rig.project, 'file'), '');
    const { code, error } = await rig.oxd(['init-config-file', path]);
    assert.equal(code, expected);
    assert.match(error, pattern);
  });
}
