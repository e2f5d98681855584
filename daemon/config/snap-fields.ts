import { ConfigObject } from './config-object.ts';
import { membersOf, type AttributeDeclaration } from './declaration.ts';
import { bool, dictOf, int, listOf, oneOf, optional, str, type Parameter } from './parameter.ts';
import type { YamlValue } from './yaml-text.ts';

export type Field = string | number | readonly unknown[] | ReadonlyMap<string, unknown>;

/** One mapping of snapcraft.yaml: its attributes are the keys. */
export abstract class SnapFields extends ConfigObject {
  readonly fields = new Map<string, Field>();

  /** Keys have dashes where attributes have underscores. */
  yaml(): ReadonlyMap<string, YamlValue> {
    return dashed(this.fields);
  }
}

export const dashed = (fields: ReadonlyMap<string, unknown>): ReadonlyMap<string, YamlValue> =>
  new Map([...fields].map(([name, value]) => [name.replaceAll('_', '-'), yamlOf(value)]));

function yamlOf(value: unknown): YamlValue {
  if (value instanceof SnapFields) return value.yaml();
  if (Array.isArray(value)) return value.map(yamlOf);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [String(key), yamlOf(item)]));
  return value as YamlValue;
}

const { attribute } = membersOf<SnapFields>();

export const field = (name: string, check: Parameter<Field>): AttributeDeclaration =>
  attribute({
    name,
    doc: `\`${name.replaceAll('_', '-')}\` of snapcraft.yaml.`,
    generation: 'modern',
    check: optional(check),
    get: (self) => self.fields.get(name),
    set(self, value) {
      if (value === undefined) self.fields.delete(name);
      else self.fields.set(name, value);
    },
  });

export const fields = (check: Parameter<Field>, names: string): readonly AttributeDeclaration[] =>
  names.split(' ').map((name) => field(name, check));

/** Text in a form that snapcraft insists on; `expected` says which. */
export const textLike = (pattern: RegExp, expected: string): Parameter<string> => ({
  type: 'str',
  expected,
  read: (value) => (typeof value === 'string' && pattern.test(value) ? { is: value } : undefined),
});

export const texts = listOf(str);
export const textMap = dictOf(str);
const scalar = oneOf(oneOf(str, bool), int);
/** Whatever YAML can say, to the depth that snapcraft.yaml has. */
const anyItem = oneOf(oneOf(scalar, texts), dictOf(oneOf(scalar, texts)));
export const mapping = dictOf(anyItem);
