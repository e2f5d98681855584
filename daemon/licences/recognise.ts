// From the words of package metadata to SPDX. Only what means one licence is mapped: a report that guesses is worse
// than one that says it does not know.
import type { Licence } from '../../protocol/licences.ts';
import { allOf, normalExpression } from './expression.ts';
import { licenceIds, licenceName } from './licence-list.ts';

/** Classifiers of PyPI (packaging.python.org, "trove classifiers") that name one licence, by their last part. */
const classifiers: Readonly<Record<string, string>> = {
  'Academic Free License (AFL)': 'AFL-3.0',
  'Apache Software License': 'Apache-2.0',
  'Blue Oak Model License (BlueOak-1.0.0)': 'BlueOak-1.0.0',
  'Boost Software License 1.0 (BSL-1.0)': 'BSL-1.0',
  'CC0 1.0 Universal (CC0 1.0) Public Domain Dedication': 'CC0-1.0',
  'CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)': 'CECILL-2.1',
  'CeCILL-B Free Software License Agreement (CECILL-B)': 'CECILL-B',
  'CeCILL-C Free Software License Agreement (CECILL-C)': 'CECILL-C',
  'Common Development and Distribution License 1.0 (CDDL-1.0)': 'CDDL-1.0',
  'Eclipse Public License 1.0 (EPL-1.0)': 'EPL-1.0',
  'Eclipse Public License 2.0 (EPL-2.0)': 'EPL-2.0',
  'European Union Public Licence 1.1 (EUPL 1.1)': 'EUPL-1.1',
  'European Union Public Licence 1.2 (EUPL 1.2)': 'EUPL-1.2',
  'GNU Affero General Public License v3': 'AGPL-3.0-only',
  'GNU Affero General Public License v3 or later (AGPLv3+)': 'AGPL-3.0-or-later',
  'GNU General Public License v2 (GPLv2)': 'GPL-2.0-only',
  'GNU General Public License v2 or later (GPLv2+)': 'GPL-2.0-or-later',
  'GNU General Public License v3 (GPLv3)': 'GPL-3.0-only',
  'GNU General Public License v3 or later (GPLv3+)': 'GPL-3.0-or-later',
  'GNU Lesser General Public License v2 (LGPLv2)': 'LGPL-2.0-only',
  'GNU Lesser General Public License v2 or later (LGPLv2+)': 'LGPL-2.0-or-later',
  'GNU Lesser General Public License v3 (LGPLv3)': 'LGPL-3.0-only',
  'GNU Lesser General Public License v3 or later (LGPLv3+)': 'LGPL-3.0-or-later',
  'Historical Permission Notice and Disclaimer (HPND)': 'HPND',
  'ISC License (ISCL)': 'ISC',
  'MIT License': 'MIT',
  'MIT No Attribution License (MIT-0)': 'MIT-0',
  'Mozilla Public License 1.0 (MPL)': 'MPL-1.0',
  'Mozilla Public License 1.1 (MPL 1.1)': 'MPL-1.1',
  'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0',
  'Mulan Permissive Software License v2 (MulanPSL-2.0)': 'MulanPSL-2.0',
  'PostgreSQL License': 'PostgreSQL',
  'Python Software Foundation License': 'PSF-2.0',
  'SIL Open Font License 1.1 (OFL-1.1)': 'OFL-1.1',
  'The Unlicense (Unlicense)': 'Unlicense',
  'Universal Permissive License (UPL)': 'UPL-1.0',
  'University of Illinois/NCSA Open Source License': 'NCSA',
  'W3C License': 'W3C',
  'Zero-Clause BSD (0BSD)': '0BSD',
  'zlib/libpng License': 'Zlib',
};

/** Ways in which people write a licence that say one thing only; compared without case, stops and "license". */
const spellings: Readonly<Record<string, string>> = {
  mit: 'MIT',
  expat: 'MIT',
  isc: 'ISC',
  'apache 2': 'Apache-2.0',
  'apache 2.0': 'Apache-2.0',
  'apache v2': 'Apache-2.0',
  'apache v2.0': 'Apache-2.0',
  'apache software 2.0': 'Apache-2.0',
  'apache version 2.0': 'Apache-2.0',
  'bsd 2-clause': 'BSD-2-Clause',
  '2-clause bsd': 'BSD-2-Clause',
  'simplified bsd': 'BSD-2-Clause',
  'bsd 3-clause': 'BSD-3-Clause',
  'bsd 3 clause': 'BSD-3-Clause',
  '3-clause bsd': 'BSD-3-Clause',
  'modified bsd': 'BSD-3-Clause',
  'new bsd': 'BSD-3-Clause',
  gplv2: 'GPL-2.0-only',
  'gplv2+': 'GPL-2.0-or-later',
  gplv3: 'GPL-3.0-only',
  'gplv3+': 'GPL-3.0-or-later',
  lgplv3: 'LGPL-3.0-only',
  'lgplv3+': 'LGPL-3.0-or-later',
  'lgplv2.1+': 'LGPL-2.1-or-later',
  agplv3: 'AGPL-3.0-only',
  'agplv3+': 'AGPL-3.0-or-later',
  'mpl 2.0': 'MPL-2.0',
  'mozilla public 2.0': 'MPL-2.0',
  psf: 'PSF-2.0',
  'python software foundation': 'PSF-2.0',
  'zpl 2.1': 'ZPL-2.1',
  unlicense: 'Unlicense',
};

const plainName = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/["'(),]/g, '')
    .replaceAll(/\b(the|licen[cs]ed?|licen[cs]e)\b/g, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/[\s.]+$/, '')
    .trim();

let names: ReadonlyMap<string, string> | undefined;

/** The SPDX expression of a `License` field or the like; undefined when it says no single thing. */
export function expressionOfWords(text: string): string | undefined {
  const direct = normalExpression(text);
  if (direct !== undefined) return direct;
  names ??= new Map(
    licenceIds().flatMap((id): [string, string][] => {
      const name = licenceName(id);
      // Deprecated identifiers share names with the present ones.
      return name === undefined || /^(A?GPL|LGPL|GFDL)-[\d.]+\+?$/.test(id) ? [] : [[plainName(name), id]];
    }),
  );
  const plain = plainName(text);
  return spellings[plain] ?? names.get(plain);
}

export const isPublicDomain = (text: string): boolean => /^public[- ]domain$/i.test(text.trim());

/** Of `Classifier: License :: …` lines. Several apply together: which parts each is for, they do not say. */
export function licenceOfClassifiers(lines: readonly string[]): Licence {
  const last = lines
    .map((line) => line.split('::').at(-1)?.trim() ?? '')
    .filter((name) => name !== '' && name !== 'OSI Approved' && name !== 'License');
  if (last.length === 0) return { is: 'none' };
  if (last.every((name) => name === 'Public Domain')) return { is: 'public-domain' };
  const mapped = last.map((name) => classifiers[name]);
  if (mapped.some((expression) => expression === undefined)) return { is: 'unknown', said: last };
  return { is: 'expression', expression: allOf(mapped.flatMap((expression) => expression ?? [])) };
}

/** What stands in a licence and in no other: enough to tell the few that nearly all texts are. */
const texts: readonly [id: string, has: readonly RegExp[], hasNot?: RegExp][] = [
  ['Apache-2.0', [/Apache License\s+Version 2\.0, January 2004/]],
  ['MPL-2.0', [/Mozilla Public License,? Version 2\.0/i, /Covered Software/]],
  [
    'MIT',
    [
      /Permission is hereby granted, free of charge, to any person obtaining/,
      /The above copyright notice and/,
    ],
    /shall not be used in advertising/,
  ],
  [
    'ISC',
    [
      /Permission to use, copy, modify, and(\/or)? distribute this software for any/,
      /above\s+copyright notice/,
    ],
  ],
  [
    'BSD-3-Clause',
    [
      /Redistributions? of source code must retain/,
      /Redistributions? in binary form/,
      /(endorse or promote|Neither the name)/,
    ],
    /acknowledge?ment/i,
  ],
  [
    'BSD-2-Clause',
    [/Redistributions? of source code must retain/, /Redistributions? in binary form/],
    /(endorse or promote|Neither the name|acknowledge?ment)/i,
  ],
  ['Unlicense', [/This is free and unencumbered software released into the public domain/]],
  ['PSF-2.0', [/PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2/]],
];

/** Licences stand at the start of their file; what follows are those of bundled parts. */
const beginning = 4_000;

/** The licence that a text is; undefined when it is none of the usual ones. */
export function licenceOfText(text: string): string | undefined {
  const start = text.slice(0, beginning).replaceAll(/\s+/g, ' ');
  return texts.find(
    ([, has, hasNot]) => has.every((pattern) => pattern.test(start)) && hasNot?.test(start) !== true,
  )?.[0];
}
