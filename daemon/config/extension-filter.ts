import type { Resource } from '../python/resource.ts';
import type { ExtensionModuleFilter } from './resolved-target.ts';

/** Extension modules of the standard library that link a library of their own, by the licence of that library. */
const linksLibrary = new Map<string, 'permissive' | 'copyleft'>([
  ['_bz2', 'permissive'],
  ['_crypt', 'copyleft'],
  ['_ctypes', 'permissive'],
  ['_curses', 'permissive'],
  ['_curses_panel', 'permissive'],
  ['_dbm', 'copyleft'],
  ['_gdbm', 'copyleft'],
  ['_hashlib', 'permissive'],
  ['_lzma', 'permissive'],
  ['_sqlite3', 'permissive'],
  ['_ssl', 'permissive'],
  ['_tkinter', 'permissive'],
  ['_uuid', 'permissive'],
  ['_zstd', 'permissive'],
  ['nis', 'copyleft'],
  ['readline', 'copyleft'],
  ['zlib', 'permissive'],
]);

/**
 * Whether a policy's filter lets a resource of the standard library in. Extension modules that are files are never what
 * the interpreter itself needs: those are linked into it.
 */
export function passesExtensionFilter(filter: ExtensionModuleFilter, resource: Resource): boolean {
  if (resource.what.kind !== 'extension-module') return true;
  switch (filter) {
    case 'all':
      return true;
    case 'minimal':
      return false;
    case 'no-libraries':
      return !linksLibrary.has(resource.what.name);
    case 'no-copyleft':
      return linksLibrary.get(resource.what.name) !== 'copyleft';
  }
}
