// The reference pages of the dialect, generated from its declarations.
import type {
  AttributeDeclaration,
  FunctionDeclaration,
  Generation,
  TypeDeclaration,
} from './declaration.ts';
import { constants, functions, types } from './globals.ts';

export type ReferencePage = { readonly file: string; readonly text: string };

/** One page per type, one for the globals, and a table of contents. */
export function referencePages(): readonly ReferencePage[] {
  const pages = types.map((type) => ({ file: `${fileName(type.name)}.md`, text: typePage(type) }));
  return [...pages, { file: 'globals.md', text: globalsPage() }, { file: 'README.md', text: contentsPage() }];
}

/** Where its code broke a promise of its documentation, the promise is kept; valid configs mean what they meant. */
const differences: readonly string[] = [
  'Both generations of the API work, in one config too.',
  "Relative paths start at the config's folder, in every function.",
  'Native modules and their libraries load from memory; nothing needs a fallback to files.',
  'Without `resolve_targets()` at its end a config builds what was asked for all the same.',
  'Top-level `if` and `for` are allowed.',
  '`include_distribution_sources = False` leaves out source code of the standard library only; its modules stay.',
  'The standard library is never placed beside the executable, which needs it to start.',
  'Folders that modules are placed in beside the executable are searched without `module_search_paths`.',
  'A resource may be placed anywhere, whatever the policy of the executable says; no fallback is needed. Modules apart from their package are found all the same; its data is placed with the package as well.',
  'Without its source a module is one file of bytecode, of the level that the interpreter has, also beside the executable.',
  'For `optimization_level` 1 or 2, bytecode of that level is packed without being asked for.',
  '`FileManifest.add_python_resources()` writes bytecode beside the sources.',
  "`glob()` without `strip_prefix` keeps paths relative to the config's folder.",
  '`filter_resources_from_files()` without files is an error instead of removing everything.',
  '`resource.package` works on modules.',
  'Names of the legacy API work, and are told with their later ones in a hint, once.',
  'Settings that are accepted without effect are warned about; functions that are missing fail where they are called.',
];

const generated = '<!-- Generated from daemon/config; change the declarations there. -->\n';

function contentsPage(): string {
  const rows = types.map(
    (type) => `| [${type.name}](${fileName(type.name)}.md) | ${firstSentence(type.doc)} |`,
  );
  return [
    generated,
    '# Configuration language\n',
    'A `pyoxidizer.bzl` is a Starlark program. It sees no clock, network or environment. Besides the language itself ' +
      'it has [these functions and values](globals.md), and the types below. Names marked *legacy* are those of ' +
      "PyOxidizer 0.6 and 0.7, *modern* those of 0.8 and later; both work, together too. A value's type is known by " +
      '`type(value)`, which gives the name that heads its page.\n',
    '| type | |\n| --- | --- |',
    ...rows,
    '',
    '## What differs from PyOxidizer\n',
    ...differences.map((difference) => `- ${difference}`),
    '',
  ].join('\n');
}

function globalsPage(): string {
  return [
    generated,
    '# Functions and values\n',
    '| value | type | |\n| --- | --- | --- |',
    ...constants.map(({ name, type, doc }) => `| \`${name}\` | ${cell(type)} | ${doc} |`),
    '',
    ...functions.map((declaration) => functionSection(declaration, '')),
    ...types.flatMap(({ construct }) => (construct === undefined ? [] : [functionSection(construct, '')])),
  ].join('\n');
}

function typePage(type: TypeDeclaration): string {
  const attributes =
    type.attributes.length === 0
      ? []
      : [
          '## Attributes\n',
          '| attribute | type | default | |\n| --- | --- | --- | --- |',
          ...type.attributes.map(attributeRow),
          '',
        ];
  return [
    generated,
    `# ${type.name}\n`,
    `${type.doc}${badge(type.generation)}\n`,
    ...(type.construct === undefined ? [] : [functionSection(type.construct, '')]),
    ...attributes,
    ...type.methods.map((method) => functionSection(method, '.')),
  ].join('\n');
}

function attributeRow({ name, check, default: value, doc, set, generation }: AttributeDeclaration): string {
  const access = set === undefined ? ' Read-only.' : '';
  return `| \`${name}\` | ${cell(check.type)} | ${value === undefined ? '' : cell(value)} | ${escaped(doc)}${access}${badge(generation)} |`;
}

function functionSection(declaration: FunctionDeclaration, prefix: string): string {
  const { name, doc, generation, returns, instead, parameters } = declaration;
  const since = [
    ...(instead === undefined ? [] : [instead]),
    ...Object.entries(parameters).flatMap(([parameter, { instead: later }]) =>
      later === undefined ? [] : [`${later} for \`${parameter}\``],
    ),
  ];
  const later = since.length === 0 ? '' : ` Since 0.8: ${since.join('; ')}.`;
  return [
    `## ${prefix}${name}\n`,
    '```python',
    `${signature(declaration)} -> ${returns}`,
    '```',
    `${doc}${later}${badge(generation)}\n`,
  ].join('\n');
}

/** As a Python stub has it: `name(a: str, b: int = 0)`. */
export function signature({
  name,
  parameters,
  variadic,
  unchecked,
}: Pick<FunctionDeclaration, 'name' | 'parameters' | 'variadic' | 'unchecked'>): string {
  if (unchecked === true) return `${name}(…)`;
  const shown = Object.entries(parameters).map(([parameter, { type, default: value }]) =>
    value === undefined ? `${parameter}: ${type}` : `${parameter}: ${type} = ${value.shown}`,
  );
  if (variadic === true) shown.push('*args');
  const line = `${name}(${shown.join(', ')})`;
  return line.length <= 100 ? line : `${name}(\n    ${shown.join(',\n    ')},\n)`;
}

const badge = (generation: Generation): string => (generation === 'both' ? '' : ` *(${generation})*`);
const cell = (text: string): string => `\`${text.replaceAll('|', String.raw`\|`)}\``;
const escaped = (text: string): string => text.replaceAll('|', String.raw`\|`);
const firstSentence = (text: string): string => text.replace(/(?<=[a-z)`])\. .*$/s, '.');

/** PythonPackagingPolicy → python-packaging-policy. */
const fileName = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
