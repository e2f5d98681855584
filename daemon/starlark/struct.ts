// `struct` and `module`: values with fields, as other Starlark hosts have them. Predeclared by those who want them.
import { hostFunction, hostType } from './host.ts';
import type { HostObject, HostType } from './host.ts';
import { freezeValue } from './sequence.ts';
import { keyOf, keyText } from './value.ts';
import type { Value } from './value.ts';
import { quote } from './bytes.ts';

type Fields = ReadonlyMap<string, Value>;

const sortedNames = (fields: Fields): string[] => [...fields.keys()].toSorted();

const structType: HostType<Fields> = hostType<Fields>({
  name: 'struct',
  fields: {
    names: sortedNames,
    get: (fields, name) => fields.get(name),
  },
  equals: (a, b, equal) => {
    if (a.size !== b.size) return false;
    for (const [name, value] of a) {
      const other = b.get(name);
      if (other === undefined || !equal(value, other)) return false;
    }
    return true;
  },
  key: (fields) =>
    `\0S${sortedNames(fields)
      .map((name) => keyText(name) + keyText(keyOf(fields.get(name)!)))
      .join('')}`,
  // The fields of the right operand win.
  binary: (fields, operator, other, side) => {
    const right = structType.data(other);
    if (operator !== '+' || side !== 'left' || right === undefined) return undefined;
    return makeStruct(new Map([...fields, ...right]));
  },
  repr: (fields, write) =>
    `struct(${sortedNames(fields)
      .map((name) => `${name} = ${write(fields.get(name)!)}`)
      .join(', ')})`,
  freeze: (fields) => {
    for (const value of fields.values()) freezeValue(value);
  },
});

function makeStruct(fields: Fields): HostObject<Fields> {
  return structType.make(fields);
}

export const struct = hostFunction('struct(**kwargs)', makeStruct, {
  doc: 'A value with the fields given by name.',
});

type Module = { readonly name: string; readonly members: Fields };

const moduleType = hostType<Module>({
  name: 'module',
  fields: {
    names: ({ members }) => sortedNames(members),
    get: ({ members }, name) => members.get(name),
  },
  repr: ({ name }) => `<module ${quote(name)}>`,
  freeze: ({ members }) => {
    for (const value of members.values()) freezeValue(value);
  },
});

export function makeModule(name: string, members: Fields): HostObject<Module> {
  return moduleType.make({ name, members });
}

export const module = hostFunction('module(name: str, /, **kwargs)', makeModule, {
  doc: 'A named collection of values.',
});
