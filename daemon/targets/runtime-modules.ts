// The Python package of ours that every executable carries: `oxidized_importer`, for programs written for PyOxidizer.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256Of } from '../../cache/file-hash.ts';
import type { PackedResource } from '../executable/resource-layer.ts';

const packageName = 'oxidized_importer';

let known: readonly PackedResource[] | undefined;

/** Its modules, at the root of the tree, with bytecode. Read once per process. */
export function runtimeModules(): readonly PackedResource[] {
  if (known !== undefined) return known;
  const folder = packageFolder();
  const files = readdirSync(folder).filter((file) => file.endsWith('.py'));
  known = files.toSorted().map((file): PackedResource => {
    const bytes = readFileSync(join(folder, file));
    const isPackage = file === '__init__.py';
    return {
      resource: {
        path: `${packageName}/${file}`,
        content: {
          at: 'file',
          path: join(folder, file),
          sha256: sha256Of(bytes),
          size: bytes.length,
        },
        executable: false,
        what: {
          kind: 'module-source',
          name: isPackage ? packageName : `${packageName}.${file.slice(0, -'.py'.length)}`,
          isPackage,
        },
        isStdlib: false,
        isTest: false,
      },
      source: true,
      levels: [0], // few programs ask for it: with -O it is compiled from its source
    };
  });
  return known;
}

/** Beside this package's code, as the runtime's crate. */
function packageFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const found = join(folder, 'runtime/python', packageName);
    if (existsSync(found)) return found;
    if (dirname(folder) === folder)
      throw new Error(`${packageName} is missing from this installation of oxd`);
  }
}
