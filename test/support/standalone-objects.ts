// What a full archive has beside the installation: the objects of libpython, and extension modules to link in.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A module in two variants, `probe.variant` says which; "second" is copyleft. And one that needs a library. */
const modules = [
  { name: '_oxd_probe', variant: 'first', licenses: ['MIT'], links: [] },
  { name: '_oxd_probe', variant: 'second', licenses: ['GPL-3.0-only'], links: [] },
  { name: '_oxd_linked', variant: 'default', licenses: ['Zlib'], links: [{ name: 'z', system: true }] },
] as const;

/** Writes `build/` below `folder` from an installation, and returns the fields of PYTHON.json that describe it. */
export function addObjects(prefix: string, short: string, folder: string): Record<string, unknown> {
  const config = join(prefix, 'lib', `python${short}`, `config-${short}-x86_64-linux-gnu`);
  const core = join(folder, 'build/core');
  mkdirSync(core, { recursive: true });
  execFileSync('ar', ['x', join(config, `libpython${short}.a`)], { cwd: core });
  const extensions: Record<string, unknown[]> = {};
  for (const [, name = '', init] of readFileSync(join(config, 'config.c'), 'utf8').matchAll(
    /^\s*\{"(\w+)", (\w+)\},/gm,
  ))
    extensions[name] = [
      { in_core: true, init_fn: init, objs: [], links: [], variant: 'default', required: true },
    ];
  for (const [index, { name, variant, licenses, links }] of modules.entries()) {
    // Equal names in different folders, as CPython's own build has them.
    const object = `build/${index}/module.o`;
    mkdirSync(join(folder, `build/${index}`));
    const source = join(folder, 'module.c');
    writeFileSync(source, moduleSource(name, variant, links.length > 0));
    const headers = join(prefix, 'include', `python${short}`);
    execFileSync('cc', ['-O1', '-fPIC', '-I', headers, '-c', source, '-o', join(folder, object)]);
    const entry = { in_core: false, init_fn: `PyInit_${name}`, objs: [object], links, variant, licenses };
    extensions[name] = [...(extensions[name] ?? []), entry];
  }
  cpSync(join(prefix, 'include', `python${short}`), join(folder, 'install/include', `python${short}`), {
    recursive: true,
  });
  return {
    object_file_format: 'elf',
    inittab_object: 'build/core/config.o',
    inittab_cflags: ['-DNDEBUG'],
    objects: readdirSync(core).map((name) => `build/core/${name}`),
    extensions,
  };
}

const moduleSource = (name: string, variant: string, usesZlib: boolean): string => `
#include <Python.h>
${usesZlib ? 'extern const char *zlibVersion(void);' : 'static const char *zlibVersion(void) { return "none"; }'}
static struct PyModuleDef definition = { PyModuleDef_HEAD_INIT, "${name}", NULL, -1, NULL };
PyMODINIT_FUNC PyInit_${name}(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL) return NULL;
    PyModule_AddStringConstant(module, "variant", "${variant}");
    PyModule_AddStringConstant(module, "zlib", zlibVersion());
    return module;
}
`;
