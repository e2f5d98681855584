// A bill of materials as CycloneDX 1.6 JSON (cyclonedx.org/docs/1.6/json).
import type { Component, Licence } from '../../protocol/licences.ts';
import { version as oxdVersion } from '../../protocol/version.ts';
import type { TextedComponent } from './component.ts';
import { timestampOf, uuidOf } from './document-identity.ts';
import { readExpression } from './expression.ts';
import { licenceId } from './licence-list.ts';

export type BillSubject = {
  /** Of the program. */
  readonly name: string;
  readonly components: readonly TextedComponent[];
  /** SOURCE_DATE_EPOCH, where it is set. */
  readonly epoch: string | undefined;
};

export function cycloneDx({ name, components, epoch }: BillSubject): string {
  const root = `application:${name}`;
  const timestamp = timestampOf(epoch);
  const body = {
    version: 1,
    metadata: {
      ...(timestamp === undefined ? {} : { timestamp }),
      tools: { components: [{ type: 'application', name: 'oxd', version: oxdVersion }] },
      component: { type: 'application', 'bom-ref': root, name },
    },
    components: components.map(componentOf),
    dependencies: [
      { ref: root, dependsOn: rootNeeds(components) },
      ...components.map(({ id, needs }) => ({ ref: id, dependsOn: [...needs] })),
    ],
  };
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    ...body,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** What nothing else needs, the program does. */
export function rootNeeds(components: readonly Component[]): string[] {
  const needed = new Set(components.flatMap(({ needs }) => needs));
  const roots = components.filter(({ id }) => !needed.has(id)).map(({ id }) => id);
  // A circle of packages that need each other has no end that sticks out.
  const reached = new Set(roots);
  const byId = new Map(components.map((component) => [component.id, component]));
  for (const id of reached) for (const need of byId.get(id)?.needs ?? []) reached.add(need);
  for (const { id } of components) {
    if (reached.has(id)) continue;
    roots.push(id);
    reached.add(id);
    for (const inner of reached) for (const need of byId.get(inner)?.needs ?? []) reached.add(need);
  }
  return roots;
}

function componentOf(component: Component): Record<string, unknown> {
  const { id, kind, name, version, purl, licence, homepage, sha256 } = component;
  const licenses = licencesOf(licence);
  return {
    type: kind === 'python' ? 'platform' : 'library',
    'bom-ref': id,
    name,
    ...(version === null ? {} : { version }),
    ...(sha256 === null ? {} : { hashes: [{ alg: 'SHA-256', content: sha256 }] }),
    ...(licenses.length === 0 ? {} : { licenses }),
    ...(purl === null ? {} : { purl }),
    ...(homepage === null || !/^https?:\/\/[^\s<>"{}|\\^`]+$/.test(homepage)
      ? {}
      : { externalReferences: [{ type: 'website', url: homepage }] }),
  };
}

function licencesOf(licence: Licence): object[] {
  switch (licence.is) {
    case 'expression': {
      const expression = readExpression(licence.expression);
      const isOne = expression?.kind === 'atom' && licenceId(licence.expression) !== undefined;
      return isOne ? [{ license: { id: licence.expression } }] : [{ expression: licence.expression }];
    }
    case 'public-domain':
      return [{ license: { name: 'public domain' } }];
    case 'unknown':
      return licence.said.map((name) => ({ license: { name } }));
    case 'none':
      return [];
  }
}
