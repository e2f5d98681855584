// What building PythonEmbeddedResources does: all that a Rust program needs to have the packed tree and its Python inside.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedResourcesValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { writePythonToLink, writeUnlessSame } from '../executable/python-to-link.ts';
import { linkedModules, pack, type Workbench } from './packed.ts';
import { placeBeside } from './placed-files.ts';

export const payloadName = 'packed-resources';
export const configSourceName = 'default_python_config.rs';

/** Writes the artifacts into `folder` and returns the absolute paths of all that was written. */
export async function buildEmbeddedResources(
  context: Context,
  bench: Workbench,
  { executable }: EmbeddedResourcesValue,
  folder: string,
): Promise<readonly string[]> {
  const distribution = bench.sets.distribution(executable.distribution);
  mkdirSync(folder, { recursive: true });
  const packed = await pack(context, bench, executable, []);
  const payload = join(folder, payloadName);
  await bench.images.write({ ...packed.image, stub: undefined, output: payload }, context.signal);
  const source = join(folder, configSourceName);
  writeUnlessSame(source, configSource);
  const linking = await writePythonToLink(
    context,
    distribution,
    linkedModules(distribution, executable),
    folder,
  );
  const placed = await placeBeside(context, bench.compiler, distribution, packed.beside, {
    folder,
    level: executable.interpreter.optimizationLevel ?? 0,
    further: packed.licences === undefined ? [] : [packed.licences],
  });
  return [payload, source, ...linking, ...placed];
}

/** The runtime maps files from the tree where they lie on pages: so must the tree itself. */
const configSource = `/// The settings that the config has, over the files that it packed.
pub fn default_python_config() -> Result<oxd_runtime::InterpreterConfig, oxd_runtime::Error> {
    #[repr(C, align(4096))]
    struct OnPages<T: ?Sized>(T);
    static RESOURCES: &OnPages<[u8]> = &OnPages(*include_bytes!("${payloadName}"));
    oxd_runtime::PackedResources::Bytes(&RESOURCES.0).config()
}
`;
