// Modules that a program may need without any code that imports them.

/**
 * At start, for the locales and files there are: encodings are looked up by a name that is known when the program runs.
 * The others of the standard library's hundred are large together.
 */
const encodings = [
  'aliases',
  'ascii',
  'charmap',
  'cp1252',
  'iso8859_1',
  'iso8859_15',
  'latin_1',
  'raw_unicode_escape',
  'undefined',
  'unicode_escape',
  'utf_16',
  'utf_16_be',
  'utf_16_le',
  'utf_32',
  'utf_8',
  'utf_8_sig',
].map((name) => `encodings.${name}`);

/** To say why it ends, with the lines of source; and what the interpreter imports by itself at its start and end. */
const interpreter = [
  '__future__',
  '_sitebuiltins',
  '_weakrefset',
  'abc',
  'codecs',
  'encodings',
  'importlib._bootstrap',
  'importlib._bootstrap_external',
  'importlib.machinery',
  'importlib.util',
  'io',
  'linecache',
  'locale',
  'os',
  'runpy',
  'site',
  'stat',
  'tokenize',
  'traceback',
  'warnings',
  'zipimport',
];

/** Those that a version of Python has not are passed over. */
export const alwaysNeeded: readonly string[] = [...encodings, ...interpreter];
