// Attributes that the types of resources share.
import { membersOf, type AttributeDeclaration } from './declaration.ts';
import { formatLocation, parseLocation } from './location.ts';
import { PythonPackagingPolicy } from './packaging-policy.ts';
import { bool, optional, str } from './parameter.ts';
import type { AddAttributes } from './resource-defaults.ts';
import type { ResourceObject } from './resource-object.ts';

/** What attributes say before any policy was applied. */
const standardPolicy = new PythonPackagingPolicy();

const { attribute } = membersOf<ResourceObject>();

function addAttribute<T>(
  name: string,
  check: Parameters<typeof attribute<T>>[0]['check'],
  doc: string,
  get: (attributes: AddAttributes) => NoInfer<T>,
  set: (value: NoInfer<T>) => Partial<AddAttributes>,
): AttributeDeclaration {
  const attributesOf = (resource: ResourceObject): AddAttributes =>
    resource.attributes ?? standardPolicy.attributesOf(resource.row);
  return attribute({
    name,
    doc,
    generation: 'modern',
    check,
    get: (resource) => get(attributesOf(resource)),
    // Attributes are shared between equal resources until one of them is changed.
    set(resource, value) {
      resource.attributes = { ...attributesOf(resource), ...set(value) };
    },
  });
}

export const addAttributes: readonly AttributeDeclaration[] = [
  addAttribute(
    'add_include',
    bool,
    'Whether adding the resource has an effect.',
    (add) => add.include,
    (include) => ({ include }),
  ),
  addAttribute(
    'add_location',
    str,
    'Where the resource goes: `in-memory` or `filesystem-relative:PREFIX`.',
    (add) => formatLocation(add.location),
    (text) => ({ location: parseLocation(text) }),
  ),
  addAttribute(
    'add_location_fallback',
    optional(str),
    'Where the resource goes when it cannot be at `add_location`.',
    (add) => (add.fallback === undefined ? undefined : formatLocation(add.fallback)),
    (text) => ({ fallback: text === undefined ? undefined : parseLocation(text) }),
  ),
  addAttribute(
    'add_source',
    bool,
    'Whether the source code of a module is packed.',
    (add) => add.source,
    (source) => ({ source }),
  ),
  addAttribute(
    'add_bytecode_optimization_level_zero',
    bool,
    'Whether bytecode without optimization is packed.',
    (add) => add.levelZero,
    (levelZero) => ({ levelZero }),
  ),
  addAttribute(
    'add_bytecode_optimization_level_one',
    bool,
    'Whether bytecode as of `python -O` is packed.',
    (add) => add.levelOne,
    (levelOne) => ({ levelOne }),
  ),
  addAttribute(
    'add_bytecode_optimization_level_two',
    bool,
    'Whether bytecode as of `python -OO` is packed.',
    (add) => add.levelTwo,
    (levelTwo) => ({ levelTwo }),
  ),
];

export const name = attribute({
  name: 'name',
  doc: 'The dotted name of a module; the name of a data file, relative to its package.',
  check: str,
  get: ({ row }) => row.name,
});
export const packageName = attribute({
  name: 'package',
  doc: 'The package that the resource belongs to. For a module: itself if it is a package, else its parent.',
  check: str,
  get: ({ row }) =>
    row.kind === 'module-source' && !row.isPackage
      ? row.name.slice(0, Math.max(row.name.lastIndexOf('.'), 0))
      : row.kind === 'module-source'
        ? row.name
        : row.package,
});
export const isPackage = attribute({
  name: 'is_package',
  doc: 'Whether the module is a package.',
  check: bool,
  get: ({ row }) => row.isPackage,
});
export const isStdlib = attribute({
  name: 'is_stdlib',
  doc: 'Whether the resource is part of the standard library.',
  generation: 'modern',
  check: bool,
  get: ({ row }) => row.isStdlib,
});
export const source = attribute({
  name: 'source',
  doc: 'The source code.',
  generation: 'modern',
  check: str,
  get: ({ origin }, evaluation) =>
    origin.at === 'inline'
      ? origin.source
      : evaluation.outlet.ask('readResource', { set: origin.set, index: origin.index }),
});
