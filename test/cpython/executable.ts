// An executable that carries a CPython with its own tests.
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Sha256 } from '../../cache/cache.ts';
import type { ImageLayer } from '../../daemon/executable/image.ts';
import { type LayerFile, type LayerModule, writeLayer } from '../../daemon/executable/layer.ts';
import {
  buildStub,
  packFolder,
  type Python,
  workFolder,
  writeExecutable,
} from '../daemon/executable/packing.ts';

/** Where CPython's tests live below the standard library; which exist depends on the version. */
const testFolders = ['test', 'ctypes/test', 'sqlite3/test'];

/** Writes it to `output`. Started with `OUTPUT/bin/python3` as its argv[0], it is the interpreter. */
export async function writeTestExecutable(python: Python, output: string): Promise<void> {
  await writeExecutable(python, {
    output,
    stub: buildStub(python),
    layers: [await testsLayer(python)],
    run: { mode: 'repl' },
    // As the plain interpreter is: the tests set variables and look for site.
    config: { useEnvironment: true, userSite: true, siteImport: true, writeBytecode: true },
  });
}

/** Packed once, then kept in the work folder. */
async function testsLayer(python: Python): Promise<ImageLayer> {
  const writers = [
    'daemon/executable/layer.ts',
    'daemon/executable/layer-index.ts',
    'test/cpython/executable.ts',
  ];
  const root = join(import.meta.dirname, '../..');
  const form = sha256(Buffer.concat(writers.map((file) => readFileSync(join(root, file)))));
  const path = join(workFolder, `tests-${python.version}-${form.slice(0, 12)}.layer`);
  if (!existsSync(path)) {
    mkdirSync(workFolder, { recursive: true });
    const files: LayerFile[] = [];
    const modules: LayerModule[] = [];
    for (const folder of testFolders) {
      if (!existsSync(join(python.stdlib, folder))) continue;
      const packed = packFolder(
        python,
        join(python.stdlib, folder),
        `lib/python${python.version}/${folder}/`,
      );
      const parent = folder.replaceAll('/', '.');
      files.push(...packed.files);
      modules.push(...packed.modules.map((module) => ({ ...module, name: `${parent}.${module.name}` })));
    }
    const aside = `${path}.${process.pid}`;
    await writeLayer(aside, files, modules, new AbortController().signal);
    renameSync(aside, path);
  }
  const bytes = readFileSync(path);
  return { sha256: sha256(bytes), length: bytes.length, content: { at: 'file', path } };
}

const sha256 = (bytes: Uint8Array): Sha256 => createHash('sha256').update(bytes).digest('hex') as Sha256;
