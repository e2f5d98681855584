// Object files of full archives of python-build-standalone: what libpython is made of, and extension modules beside it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectFiles, StaticExtension } from './distribution.ts';
import type { ExtensionInfo, LinkInfo, StandaloneInfo } from './standalone-info.ts';

/**
 * `python` is the folder that holds PYTHON.json. undefined when the archive has no objects, or not of the machine's own
 * format: those of a link-time optimized build can be linked by the compiler that made them alone.
 */
export function objectFiles(python: string, { build_info: info }: StandaloneInfo): ObjectFiles | undefined {
  const core = (info?.core?.objs ?? []).filter((path) => path !== info?.inittab_object);
  if (info?.object_file_format !== 'elf' || core.length === 0 || info.inittab_object === undefined)
    return undefined;
  const paths = core.map((path) => join(python, path));
  if (!paths.every((path) => existsSync(path))) return undefined;
  return {
    core: paths,
    coreLibraries: libraryArguments(python, info.core?.links ?? []),
    cflags: info.inittab_cflags ?? [],
    extensions: Object.entries(info.extensions ?? {}).flatMap(([name, variants]) =>
      variants.flatMap((variant) => staticExtension(python, name, variant)),
    ),
  };
}

/** None for what the archive has as a shared library alone. */
function staticExtension(python: string, name: string, info: ExtensionInfo): StaticExtension[] {
  const objects = (info.objs ?? []).map((path) => join(python, path));
  const isThere = objects.every((path) => existsSync(path)) && (objects.length > 0 || info.in_core === true);
  if (!isThere || info.init_fn === undefined) return [];
  return [
    {
      name,
      variant: info.variant ?? 'default',
      initFunction: info.init_fn,
      objects: info.in_core === true ? [] : objects,
      libraries: libraryArguments(python, info.links ?? []),
      isRequired: info.in_core === true || info.required === true,
      licenses: info.license_public_domain === true ? [] : (info.licenses ?? []),
    },
  ];
}

/** The archive's own static libraries by path, in a group since they need each other; the system's by name, after them. */
export function libraryArguments(python: string, links: readonly LinkInfo[]): string[] {
  const own = new Set<string>();
  const system = new Set<string>();
  for (const { name, path_static, framework } of links) {
    if (framework === true) continue;
    const path = path_static === undefined ? undefined : join(python, path_static);
    if (path !== undefined && existsSync(path)) own.add(path);
    else system.add(`-l${name}`);
  }
  for (const name of ['-lpthread', '-ldl', '-lutil', '-lm']) system.add(name);
  return [
    ...(own.size === 0 ? [] : ['-Wl,--start-group', ...[...own].toSorted(), '-Wl,--end-group']),
    ...system,
  ];
}
