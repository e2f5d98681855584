import { membersOf, type TypeDeclaration } from './declaration.ts';
import { bool, str } from './parameter.ts';
import { addAttributes } from './resource-attributes.ts';
import type { ResourceObject } from './resource-object.ts';

const { attribute } = membersOf<ResourceObject>();

export const fileType: TypeDeclaration = {
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
};
