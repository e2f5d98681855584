import type { TypeDeclaration } from './declaration.ts';
import { pythonModuleSourceType } from './python-module-source.ts';

export const pythonSourceModuleType: TypeDeclaration = {
  ...pythonModuleSourceType,
  name: 'PythonSourceModule',
  doc: 'What `PythonModuleSource` is called by the methods of `PythonDistribution` that find resources.',
  generation: 'legacy',
};
