import type { TypeDeclaration } from './declaration.ts';
import { addAttributes, isPackage, isStdlib, name, packageName, source } from './resource-attributes.ts';

export const pythonModuleSourceType: TypeDeclaration = {
  name: 'PythonModuleSource',
  doc: 'The source code of a Python module.',
  generation: 'modern',
  attributes: [name, packageName, source, isPackage, isStdlib, ...addAttributes],
  methods: [],
};
