// Which of CPython's test modules judge the packed interpreter: those of importing, files, processes and native code.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Python } from '../daemon/executable/packing.ts';

const candidates = [
  'test_json',
  'test_importlib',
  'test_import',
  'test_pkgutil',
  'test_runpy',
  'test_zipimport',
  'test_zipimport_support',
  'test_zoneinfo',
  'test_sqlite3',
  'test_ctypes',
  'test_glob',
  'test_pathlib',
  'test_shutil',
  'test_os',
  'test_posix',
  'test_io',
  'test_site',
  'test_cmd_line',
  'test_cmd_line_script',
  'test_faulthandler',
  'test_inspect',
  'test_linecache',
  'test_traceback',
  'test_ssl',
  'test_subprocess',
  'test_concurrent_futures',
  'test_multiprocessing_main_handling',
  'test_multiprocessing_fork',
  'test_multiprocessing_spawn',
  'test_multiprocessing_forkserver',
] as const;

/** Those of them that this CPython has: names below the package `test`. */
export function modulesOf(python: Python): readonly string[] {
  return candidates.filter((name) =>
    [`${name}.py`, `${name}/__init__.py`].some((path) => existsSync(join(python.stdlib, 'test', path))),
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
