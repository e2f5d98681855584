import { ConfigError } from './config-object.ts';
import { membersOf, type FunctionDeclaration } from './declaration.ts';
import type { AddOverrides } from './executable-contents.ts';
import { relativePath } from './location.ts';
import { bool, int, legacy, optional, str, withDefault } from './parameter.ts';
import type { PythonExecutable } from './python-executable.ts';
import { resource, type ResourceObject, resources } from './resource-object.ts';

const { method } = membersOf<PythonExecutable>();

const optimizeLevel = withDefault(int, 0);
const legacyForms = {
  add_source_module: legacy(optional(bool), '`resource.add_source`'),
  add_bytecode_module: legacy(optional(bool), '`resource.add_bytecode_optimization_level_zero`'),
  optimize_level: legacy(optional(int), '`resource.add_bytecode_optimization_level_one` and `_two`'),
};

function overridesOf(
  values: {
    readonly add_source_module?: boolean | undefined;
    readonly add_bytecode_module?: boolean | undefined;
    readonly optimize_level?: number | undefined;
  },
  location?: AddOverrides['location'],
): AddOverrides {
  const { add_source_module: source, add_bytecode_module: bytecode, optimize_level: level } = values;
  const given = bytecode !== undefined || level !== undefined;
  return {
    ...(location === undefined ? {} : { location }),
    ...(source === undefined ? {} : { source }),
    ...(given ? { levels: bytecode === false ? [] : [checkLevel(level ?? 0)] } : {}),
  };
}

function checkLevel(level: number): 0 | 1 | 2 {
  if (level === 0 || level === 1 || level === 2) return level;
  throw new ConfigError(`invalid optimize_level ${level}`, 'use 0, 1 or 2');
}

/** The legacy family: each addition un-prefixed, in memory, and relative to the executable's folder. */
function additionFamily(
  what: string,
  doc: string,
  make: (variant: {
    readonly name: string;
    readonly doc: string;
    readonly prefixed: boolean;
    readonly location: (prefix: string | undefined) => AddOverrides['location'];
  }) => FunctionDeclaration,
): FunctionDeclaration[] {
  return [
    make({ name: `add_${what}`, doc, prefixed: false, location: () => undefined }),
    make({
      name: `add_in_memory_${what}`,
      doc: `${doc} It is loaded from memory.`,
      prefixed: false,
      location: () => 'in-memory',
    }),
    make({
      name: `add_filesystem_relative_${what}`,
      doc: `${doc} It becomes a file in the folder \`prefix\` beside the executable.`,
      prefixed: true,
      location: (prefix) => ({ prefix: relativePath(prefix ?? '') }),
    }),
  ];
}

type Values = Readonly<Record<string, unknown>>;

/** One method of the family that takes a single resource and treats it in one way. */
const singleAdditions = (
  what: string,
  argument: string,
  doc: string,
  overrides: (values: Values) => AddOverrides,
  more: Readonly<Record<string, typeof optimizeLevel>> = {},
): FunctionDeclaration[] =>
  additionFamily(what, doc, (variant) =>
    method({
      name: variant.name,
      doc: variant.doc,
      generation: 'legacy',
      instead: '`add_python_resource()`, with the `add_*` attributes of the resource',
      parameters: { ...(variant.prefixed ? { prefix: str } : {}), [argument]: resource, ...more },
      call(self, given) {
        const values: Values = given;
        const location = variant.location(values['prefix'] as string | undefined);
        const one = values[argument] as ResourceObject;
        self.add([one], {
          ...overrides(values),
          include: true,
          ...(location === undefined ? {} : { location }),
        });
      },
    }),
  );

export const legacyAdditions: readonly FunctionDeclaration[] = [
  ...singleAdditions(
    'module_source',
    'module',
    'Adds the source code of a module, without bytecode.',
    () => ({
      source: true,
      levels: [],
    }),
  ),
  ...singleAdditions(
    'module_bytecode',
    'module',
    'Adds the bytecode of a module, without source code.',
    (values) => ({ source: false, levels: [checkLevel(values['optimize_level'] as number)] }),
    { optimize_level: optimizeLevel },
  ),
  ...singleAdditions('package_resource', 'resource', 'Adds a data file of a package.', () => ({})),
  ...singleAdditions(
    'package_distribution_resource',
    'resource',
    "Adds a file of an installed package's metadata.",
    () => ({}),
  ),
  ...singleAdditions('extension_module', 'module', 'Adds a native module.', () => ({})),
];

/** The un-prefixed method is there since 0.6; what the others say, a resource's `add_location` says since 0.8. */
const sinceOrGone = (
  name: string,
  stays: string,
): { readonly generation: 'both' | 'legacy'; readonly instead?: string } =>
  name === stays
    ? { generation: 'both' }
    : { generation: 'legacy', instead: `\`${stays}()\`, with \`resource.add_location\`` };

export const additions: readonly FunctionDeclaration[] = [
  ...additionFamily('python_resource', 'Adds a resource, as its `add_*` attributes say.', (variant) =>
    method({
      name: variant.name,
      doc: variant.doc,
      ...sinceOrGone(variant.name, 'add_python_resource'),
      parameters: { ...(variant.prefixed ? { prefix: str } : {}), resource, ...legacyForms },
      call(self, values) {
        const { prefix } = values as { readonly prefix?: string };
        self.add([values.resource], overridesOf(values, variant.location(prefix)));
      },
    }),
  ),
  ...additionFamily('python_resources', 'Adds each resource, as its `add_*` attributes say.', (variant) =>
    method({
      name: variant.name,
      doc: variant.doc,
      ...sinceOrGone(variant.name, 'add_python_resources'),
      parameters: { ...(variant.prefixed ? { prefix: str } : {}), resources, ...legacyForms },
      call(self, values) {
        const { prefix } = values as { readonly prefix?: string };
        self.add(values.resources, overridesOf(values, variant.location(prefix)));
      },
    }),
  ),
];
