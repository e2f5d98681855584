import type { TypeDeclaration } from './declaration.ts';
import { addAttributes, isStdlib, name, packageName } from './resource-attributes.ts';

export const pythonPackageResourceType: TypeDeclaration = {
  name: 'PythonPackageResource',
  doc: 'A data file of a Python package.',
  generation: 'both',
  attributes: [packageName, name, isStdlib, ...addAttributes],
  methods: [],
};
