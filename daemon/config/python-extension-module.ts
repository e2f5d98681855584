import type { TypeDeclaration } from './declaration.ts';
import { addAttributes, isStdlib, name } from './resource-attributes.ts';

export const pythonExtensionModuleType: TypeDeclaration = {
  name: 'PythonExtensionModule',
  doc: 'A native module.',
  generation: 'both',
  attributes: [name, isStdlib, ...addAttributes],
  methods: [],
};
