import type { ExtensionModuleFilter } from '../python/builtin-modules.ts';

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
 * Whether a filter lets an extension module of the standard library in. Those that are files are never what the
 * interpreter itself needs: that is linked into it.
 */
export function passesExtensionFilter(filter: ExtensionModuleFilter, name: string): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'minimal':
      return false;
    case 'no-libraries':
      return !linksLibrary.has(name);
    case 'no-copyleft':
      return linksLibrary.get(name) !== 'copyleft';
  }
}
