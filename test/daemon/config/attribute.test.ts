// Every attribute of every type: its default is what the reference says, what it takes reads back, the rest is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AttributeDeclaration } from '../../../daemon/config/declaration.ts';
import { types } from '../../../daemon/config/globals.ts';
import { evaluate, makeExe, resolved } from './evaluation-rig.ts';

/** Expressions for a value of each type, given `dist` and `exe`. */
const makers: Record<string, string> = {
  PythonPackagingPolicy: 'dist.make_python_packaging_policy()',
  PythonInterpreterConfig: 'dist.make_python_interpreter_config()',
  PythonExecutable: 'exe',
  PythonModuleSource: 'exe.make_python_module_source("a.b", "x = 1")',
  PythonExtensionModule: 'exe.pip_install(["app"])[3]',
  PythonPackageResource: 'exe.pip_install(["app"])[4]',
  PythonPackageDistributionResource: 'exe.pip_install(["app"])[5]',
  FileContent: 'FileContent(filename="a", content="")',
  Snap: 'Snap("name", "1", "summary", "description")',
  SnapApp: 'SnapApp()',
  SnapPart: 'SnapPart()',
  PythonWheelBuilder: 'PythonWheelBuilder("name", "1")',
  WiXInstaller: 'WiXInstaller("id", "x.msi")',
  WiXMSIBuilder: 'WiXMSIBuilder("id", "name", "1.0", "maker")',
};

/** For attributes that do not take every value of their type. */
const special: Readonly<Record<string, readonly string[]>> = {
  build_tag: ['"1"', 'None'],
  tag: ['"py2.py3-none-win32"'],
  modified_time: ['1700000000'],
  upgrade_code: ['"3F2504E0-4F89-11D3-9A0C-0305E82C3301"', 'None'],
  autostart: ['"a.desktop"', 'None'],
  stop_timeout: ['"10s"', 'None'],
  architectures: ['{"build_on": ["amd64"], "run_on": ["all"]}', 'None'],
  build_attributes: ['["debug"]', 'None'],
  organize: ['{"a": "b"}', 'None'],
};

const configFor = (type: string, lines: readonly string[]): string =>
  makeExe(
    `dist = default_python_distribution()\nexe = dist.to_python_executable("app")\nx = ${makers[type]}\n${lines.join('\n')}`,
  );

async function printed(type: string, lines: readonly string[]): Promise<string[]> {
  const { events } = await resolved(configFor(type, lines));
  return events.flatMap((event) => (event.event === 'output' ? [event.text] : []));
}

/** Values that an attribute takes, as Starlark writes them. */
function accepted({ name, check }: AttributeDeclaration): readonly string[] {
  const known = special[name];
  if (known !== undefined) return known;
  if (/dict\[str, Snap/.test(check.type)) return ['{}', 'None'];
  if (check.type.startsWith('list[dict')) return ['[{"a": "b"}]', 'None'];
  if (check.type.startsWith('dict[str, list')) return ['{"a": ["b"]}', 'None'];
  if (check.type === 'dict[str, str]') return ['{"a": "b"}'];
  if (check.type.startsWith('dict')) return ['{"a": "b", "c": [], "d": {"e": 1}}', 'None'];
  const choices = check.type.split(' | ');
  const valueOf = (choice: string): readonly string[] => {
    if (choice.startsWith('"') || choice === 'None') return [choice];
    if (choice === 'bool') return ['True', 'False'];
    if (choice === 'int') return ['1'];
    if (choice === 'list[str]') return ['["a", "b"]'];
    if (name.startsWith('add_location') || name.startsWith('resources_location'))
      return ['"in-memory"', '"filesystem-relative:lib"'];
    return name === 'packed_resources_load_mode' ? ['"embedded:file"'] : ['"text"'];
  };
  return choices.flatMap(valueOf);
}

const tested = types.filter(({ name }) => name in makers);

test('the types with settable attributes are all tested', () => {
  const settable = types.filter(({ attributes }) => attributes.some(({ set }) => set !== undefined));
  // The rest are resources with the same attributes as those above, and what callbacks of signers get.
  const rest = new Set(['PythonBytecodeModule', 'File', 'PythonSourceModule', 'CodeSigningRequest']);
  assert.deepEqual(
    settable.filter(({ name }) => !(name in makers) && !rest.has(name)),
    [],
  );
});

for (const { name: type, attributes } of tested) {
  const settable = attributes.filter(({ set }) => set !== undefined);

  test(`${type}: defaults`, async () => {
    const declared = attributes.filter((attribute) => attribute.default !== undefined);
    const lines = declared.map(({ name }) => `print(repr(x.${name}))`);
    assert.deepEqual(
      await printed(type, lines),
      declared.map((attribute) => attribute.default),
    );
  });

  test(`${type}: what is set reads back`, async () => {
    const assignments = settable.flatMap((attribute) =>
      accepted(attribute).map((value) => [attribute.name, value] as const),
    );
    const lines = assignments.map(
      ([name, value]) => `x.${name} = ${value}\nprint("${name}", repr(x.${name}))`,
    );
    assert.deepEqual(
      await printed(type, lines),
      assignments.map(([name, value]) => `${name} ${value}`),
    );
  });

  test(`${type}: values of other types are refused`, async () => {
    for (const { name, check } of settable) {
      const { outcome } = await evaluate(configFor(type, [`x.${name} = FileManifest()`]));
      assert.ok(outcome.outcome === 'invalid', name);
      assert.equal(
        outcome.diagnostics[0]?.message,
        `${type}.${name} expects ${check.expected}; got type FileManifest`,
      );
    }
  });
}
