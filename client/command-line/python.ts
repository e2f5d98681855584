import type { Command } from './command.ts';
import type { Option } from './option.ts';

const python: Option = {
  flag: '--python',
  values: ['PYTHON'],
  help: 'Version ("3.11"), or path of a Python or of an archive [default: as for a config]',
};
const which =
  'PYTHON is a version ("3.11" or "3.11.7"), or a path of an archive, of a Python, or of its folder.';

/** Pythons, and what is in them. */
export const pythons: readonly Command[] = [
  {
    name: 'python list',
    summary: 'List the Pythons that can be packed, and why others cannot',
    wordsMin: 0,
    wordsMax: 0,
    options: [],
    notes: 'Nothing is downloaded. Archives that are not in the cache yet are marked as such.',
  },
  {
    name: 'python install',
    summary: 'Download and unpack a Python into the cache',
    words: '[PYTHON]',
    wordsMin: 0,
    wordsMax: 1,
    options: [],
    notes:
      'PYTHON is a version ("3.11" or "3.11.7"), the path of an archive, or a URL with "#sha256=HASH" behind it;\n' +
      'without it, the newest that is known.',
  },
  {
    name: 'python info',
    summary: 'Show what a Python consists of: extension modules, modules, data files',
    words: '[PYTHON]',
    wordsMin: 0,
    wordsMax: 1,
    options: [],
    notes: which,
  },
  {
    name: 'python extract',
    summary: 'Unpack the archive of a Python into a folder',
    words: 'PYTHON FOLDER',
    wordsMin: 2,
    wordsMax: 2,
    options: [],
    notes: 'PYTHON is a version, the path of an archive, or a URL with "#sha256=" and its hash behind it.',
  },
  {
    name: 'python-distribution-info',
    summary: "PyOxidizer's name of `python info`",
    words: 'PATH',
    wordsMin: 1,
    wordsMax: 1,
    options: [],
  },
  {
    name: 'python-distribution-extract',
    summary: "PyOxidizer's name of `python extract`",
    words: '[ARCHIVE] FOLDER',
    wordsMin: 1,
    wordsMax: 2,
    options: [
      { flag: '--download-default', values: [], help: 'Take the archive that configs get by default' },
      { flag: '--archive-path', values: ['PATH'], help: 'Take this archive' },
    ],
  },
  {
    name: 'find-resources',
    summary: 'Show what scanning finds in a folder, a wheel or the standard library',
    words: '[PATH]',
    wordsMin: 0,
    wordsMax: 1,
    options: [
      { flag: '--scan-distribution', values: [], help: 'Scan the standard library instead of PATH' },
      { flag: '--no-classify-files', values: [], help: 'Leave out what files are to Python' },
      { flag: '--no-emit-files', values: [], help: 'Leave out plain files' },
      python,
      { flag: '--target-triple', values: ['TRIPLE'], help: 'Accepted for compatibility' },
      {
        flag: '--distributions-dir',
        values: ['FOLDER'],
        help: 'Accepted for compatibility: the cache keeps distributions',
      },
    ],
  },
];
