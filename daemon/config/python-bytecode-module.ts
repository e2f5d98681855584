import { membersOf, type TypeDeclaration } from './declaration.ts';
import { int } from './parameter.ts';
import { addAttributes, isPackage, isStdlib, name } from './resource-attributes.ts';
import type { ResourceObject } from './resource-object.ts';

const { attribute } = membersOf<ResourceObject>();

export const pythonBytecodeModuleType: TypeDeclaration = {
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
};

const bytecodeLevel = (path: string): number => Number(/\.opt-([12])\.pyc$/.exec(path)?.[1] ?? 0);
