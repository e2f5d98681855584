import type { TypeDeclaration } from './declaration.ts';
import { addAttributes, isStdlib, name, packageName } from './resource-attributes.ts';

export const pythonPackageDistributionResourceType: TypeDeclaration = {
  name: 'PythonPackageDistributionResource',
  doc: "A file of an installed package's metadata, such as METADATA or entry_points.txt.",
  generation: 'both',
  attributes: [packageName, name, isStdlib, ...addAttributes],
  methods: [],
};
