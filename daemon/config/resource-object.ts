import { ConfigObject, type Plain } from './config-object.ts';
import type { Evaluation } from './evaluation.ts';
import type { ResourceSetId } from './host.ts';
import type { PythonPackagingPolicy } from './packaging-policy.ts';
import { listOf, object } from './parameter.ts';
import type { ResourceKind, ResourceRow } from './resource-columns.ts';
import type { AddAttributes } from './resource-defaults.ts';

export type ResourceOrigin =
  | { readonly at: 'set'; readonly set: ResourceSetId; readonly index: number }
  | { readonly at: 'inline'; readonly source: string };

/** What `type()` says of a resource; each has a file of its name. */
const typeNames: Readonly<Record<ResourceKind, string>> = {
  'module-source': 'PythonModuleSource',
  'module-bytecode': 'PythonBytecodeModule',
  'extension-module': 'PythonExtensionModule',
  'package-resource': 'PythonPackageResource',
  'distribution-resource': 'PythonPackageDistributionResource',
  file: 'File',
};

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
    return this.#legacy && this.row.kind === 'module-source'
      ? 'PythonSourceModule'
      : typeNames[this.row.kind];
  }
}

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
