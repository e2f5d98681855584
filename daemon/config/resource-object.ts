import { ConfigObject, type Plain } from './config-object.ts';
import { membersOf, type AttributeDeclaration, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import type { ResourceSetId } from './host.ts';
import { formatLocation, parseLocation } from './location.ts';
import { PythonPackagingPolicy } from './packaging-policy.ts';
import { bool, int, listOf, object, optional, str } from './parameter.ts';
import type { ResourceKind, ResourceRow } from './resource-columns.ts';
import type { AddAttributes } from './resource-defaults.ts';

export type ResourceOrigin =
  | { readonly at: 'set'; readonly set: ResourceSetId; readonly index: number }
  | { readonly at: 'inline'; readonly source: string };

/** One resource in a config's hands. The rest of it stays with the daemon. */
export class ResourceObject extends ConfigObject {
  readonly row: ResourceRow;
  readonly origin: ResourceOrigin;
  readonly #legacy: boolean;
  /** undefined until a policy applies: resources of a distribution get the policy of what they are added to. */
  attributes: AddAttributes | undefined;

  constructor(
    row: ResourceRow,
    origin: ResourceOrigin,
    options: { readonly attributes?: AddAttributes; readonly legacy?: boolean } = {},
  ) {
    super();
    this.row = row;
    this.origin = origin;
    this.attributes = options.attributes;
    this.#legacy = options.legacy ?? false;
  }

  override get typeName(): string {
    if (this.#legacy && this.row.kind === 'module-source') return legacyModuleSourceType.name;
    return typeOfKind[this.row.kind].name;
  }
}

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

const addAttributes: readonly AttributeDeclaration[] = [
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

const name = attribute({
  name: 'name',
  doc: 'The dotted name of a module; the name of a data file, relative to its package.',
  check: str,
  get: ({ row }) => row.name,
});
const packageName = attribute({
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
const isPackage = attribute({
  name: 'is_package',
  doc: 'Whether the module is a package.',
  check: bool,
  get: ({ row }) => row.isPackage,
});
const isStdlib = attribute({
  name: 'is_stdlib',
  doc: 'Whether the resource is part of the standard library.',
  generation: 'modern',
  check: bool,
  get: ({ row }) => row.isStdlib,
});
const source = attribute({
  name: 'source',
  doc: 'The source code.',
  generation: 'modern',
  check: str,
  get: ({ origin }, evaluation) =>
    origin.at === 'inline'
      ? origin.source
      : evaluation.outlet.ask('readResource', { set: origin.set, index: origin.index }),
});

const moduleSourceType: TypeDeclaration = {
  name: 'PythonModuleSource',
  doc: 'The source code of a Python module.',
  generation: 'modern',
  attributes: [name, packageName, source, isPackage, isStdlib, ...addAttributes],
  methods: [],
};

const legacyModuleSourceType: TypeDeclaration = {
  ...moduleSourceType,
  name: 'PythonSourceModule',
  doc: 'What `PythonModuleSource` is called by the methods of `PythonDistribution` that find resources.',
  generation: 'legacy',
};

const typeOfKind: Readonly<Record<ResourceKind, TypeDeclaration>> = {
  'module-source': moduleSourceType,
  'module-bytecode': {
    name: 'PythonBytecodeModule',
    doc: 'Bytecode of a Python module that has no source.',
    generation: 'legacy',
    attributes: [
      name,
      attribute({
        name: 'optimize_level',
        doc: 'The optimization level that the module was compiled with.',
        generation: 'legacy',
        check: int,
        get: ({ row }) => bytecodeLevel(row.path),
      }),
      isPackage,
      isStdlib,
      ...addAttributes,
    ],
    methods: [],
  },
  'extension-module': {
    name: 'PythonExtensionModule',
    doc: 'A native module.',
    generation: 'both',
    attributes: [name, isStdlib, ...addAttributes],
    methods: [],
  },
  'package-resource': {
    name: 'PythonPackageResource',
    doc: 'A data file of a Python package.',
    generation: 'both',
    attributes: [packageName, name, isStdlib, ...addAttributes],
    methods: [],
  },
  'distribution-resource': {
    name: 'PythonPackageDistributionResource',
    doc: "A file of an installed package's metadata, such as METADATA or entry_points.txt.",
    generation: 'both',
    attributes: [packageName, name, isStdlib, ...addAttributes],
    methods: [],
  },
  file: {
    name: 'File',
    doc: 'A file that is packed as it is, whatever it is.',
    generation: 'modern',
    attributes: [
      attribute({
        name: 'path',
        doc: 'Where the file stands, relative to the root it was found below.',
        generation: 'modern',
        check: str,
        get: ({ row }) => row.path,
      }),
      attribute({
        name: 'is_executable',
        doc: 'Whether the file may be executed.',
        generation: 'modern',
        check: bool,
        get: ({ row }) => row.isExecutable,
      }),
      ...addAttributes,
    ],
    methods: [],
  },
};

export const resourceTypes: readonly TypeDeclaration[] = [
  ...Object.values(typeOfKind),
  legacyModuleSourceType,
];

const bytecodeLevel = (path: string): number => Number(/\.opt-([12])\.pyc$/.exec(path)?.[1] ?? 0);

/** A resource, whatever its type. */
export const resource = object('resource', ResourceObject);

/** Resources of any iterable; PyOxidizer's own methods return lists. */
export const resources = listOf(resource);

/** What a scan found as config values, with the attributes that the policy gives them and its callbacks' changes. */
export function resourceObjects(
  evaluation: Evaluation,
  set: { readonly id: ResourceSetId; readonly rows: readonly ResourceRow[] },
  policy: PythonPackagingPolicy | undefined,
): readonly Plain[] {
  const objects = set.rows.map((row, index) => {
    const origin = { at: 'set', set: set.id, index } as const;
    return policy === undefined
      ? new ResourceObject(row, origin, { legacy: true })
      : new ResourceObject(row, origin, { attributes: policy.attributesOf(row) });
  });
  if (policy !== undefined && policy.callbacks.length > 0)
    for (const object of objects) policy.applyCallbacks(evaluation, object);
  return objects;
}
