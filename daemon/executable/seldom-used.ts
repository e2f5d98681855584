import type { Resource } from '../python/resource.ts';

/**
 * Parts of the standard library that few programs load: kept small, at the price of unpacking each on first use.
 * Everything else is stored as it is and served from the mapping.
 */
const seldomModules =
  /^lib\/python3\.\d+\/(idlelib|tkinter|turtledemo|turtle\.|lib2to3|ensurepip|pydoc_data|distutils|test|unittest\/test|venv|xmlrpc|wsgiref|encodings\/(?!aliases|ascii|cp1252|idna|latin_1|punycode|raw_unicode|unicode_escape|undefined|utf_|__init__))/;
const seldomExtensions =
  /\/lib-dynload\/(_tkinter|_codecs_(cn|hk|iso2022|jp|kr|tw)|_test|_xx|xx|ossaudiodev|nis|audioop)/;
const tclScripts = /^lib\/t(cl|k)\d[\d.]*\//;
/** Frozen into libpython from 3.11 on; the loader is in all versions. What is packed is for tracebacks and `inspect`. */
const frozenModules =
  /^lib\/python3\.\d+\/(?:importlib\/_bootstrap(?:_external)?|zipimport|(?<!3\.10\/)(?:importlib\/(?:machinery|util)|_collections_abc|_sitebuiltins|abc|codecs|genericpath|io|ntpath|os|posixpath|runpy|site|stat))\.py$/;
/** System libraries stay unpacked when modules that many programs load need them. */
const frequentLibraries =
  /^lib\/lib(ssl|crypto|ffi|sqlite3|lzma|bz2|z|uuid|readline|tinfo|ncursesw?|panelw?|gdbm|crypt|expat)\.so/;

/** Of the whole program, by the names that they usually have: people read them, programs do not. */
export const isLicenceDocument = (path: string): boolean => licenceDocuments.test(path);

const licenceDocuments = /^(COPYING|LICEN[CS]ES?|THIRD[-_]PARTY[-_\w]*)(\.(txt|md))?$/i;

/** Whether a resource is worth compressing: most programs never open it, so that its reader seldom pays. */
export function isSeldomUsed({ path, isStdlib }: Resource): boolean {
  if (isLicenceDocument(path)) return true;
  if (isStdlib) return seldomModules.test(path) || seldomExtensions.test(path) || frozenModules.test(path);
  if (tclScripts.test(path)) return true;
  return /^lib\/lib[^/]*\.so[.\d]*$/.test(path) && !frequentLibraries.test(path);
}

/**
 * The packages and modules of the standard library that most programs load some part of: what imports of argparse,
 * asyncio, logging, urllib.request and the like come to.
 */
const usual = new Set(
  (
    '_collections_abc _compat_pickle _compression _py_abc _sitebuiltins _weakrefset abc argparse ast asyncio base64 ' +
    'bisect bz2 calendar codecs collections concurrent configparser contextlib contextvars copy copyreg csv ctypes ' +
    'dataclasses datetime decimal dis email encodings enum fnmatch fractions functools genericpath getopt getpass ' +
    'gettext glob gzip hashlib heapq hmac html http importlib inspect io ipaddress json keyword linecache locale logging ' +
    'lzma mimetypes multiprocessing ntpath numbers opcode operator optparse os pathlib pickle pkgutil platform ' +
    'posixpath pprint queue quopri random re reprlib runpy secrets selectors shlex shutil signal site socket ' +
    'socketserver sqlite3 sre_compile sre_constants sre_parse ssl stat string stringprep struct subprocess sysconfig ' +
    'tarfile tempfile textwrap threading token tokenize tomllib traceback types typing unittest urllib uuid warnings ' +
    'weakref xml zipfile zipimport zoneinfo'
  ).split(' '),
);

/** Whether a module of the standard library is one that a release keeps small rather than quick to load. */
export const isUnusual = ({ what, isStdlib }: Resource): boolean =>
  isStdlib && what.kind === 'module-source' && !usual.has(what.name.split('.', 1)[0] ?? '');
