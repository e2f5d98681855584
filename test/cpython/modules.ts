// Which of CPython's test modules judge the packed interpreter: those of importing, files, processes and native code.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Python } from '../daemon/executable/packing.ts';

/** Where one is missing, the CPython is of a kind that leaves it out. test_sqlite is 3.10's name of test_sqlite3. */
const judges = [
  'test_json',
  'test_importlib',
  'test_import',
  'test_pkgutil',
  'test_runpy',
  'test_zipimport',
  'test_zoneinfo',
  'test_sqlite',
  'test_sqlite3',
  'test_ctypes',
  'test_glob',
  'test_pathlib',
  'test_shutil',
  'test_os',
  'test_posix',
  'test_ssl',
  'test_subprocess',
  'test_concurrent_futures',
  'test_multiprocessing_main_handling',
  'test_multiprocessing_fork',
  'test_multiprocessing_spawn',
  'test_multiprocessing_forkserver',
] as const;

/** What else looks at the command line, at tracebacks and sources: `npm run test:cpython -- --further`. */
const further = [
  'test_zipimport_support',
  'test_io',
  'test_site',
  'test_cmd_line',
  'test_cmd_line_script',
  'test_faulthandler',
  'test_inspect',
  'test_linecache',
  'test_traceback',
] as const;

/** Some builds leave these out, but not the module that they take their tests from: `stand_ins/` has the same for them. */
const standIns = /^test_multiprocessing_(fork|spawn|forkserver)$/;

/** The judges that this CPython has, and all others of ours if wanted: names below the package `test`. */
export function modulesOf(python: Python, options: { readonly further: boolean }): readonly string[] {
  const isThere = (name: string): boolean =>
    [`${name}.py`, `${name}/__init__.py`].some((path) => existsSync(join(python.stdlib, 'test', path)));
  return [...judges, ...(options.further ? further : [])].filter(
    (name) => isThere(name) || (standIns.test(name) && isThere('_test_multiprocessing')),
  );
}

/** Those that say the most in the least time: for every run of the tests. */
export const quickModules = [
  'test_json',
  'test_pkgutil',
  'test_runpy',
  'test_zipimport',
  'test_glob',
  'test_ctypes',
  'test_linecache',
] as const;
