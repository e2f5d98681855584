// A package's licence, from its metadata and the files beside it.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { packageComponent } from '../../../daemon/licences/python-package.ts';
import { type PythonRig, openRig } from '../python/python-rig.ts';

const mit =
  'Permission is hereby granted, free of charge, to any person obtaining a copy\nThe above copyright notice and';
const bsd2 = 'Redistributions of source code must retain ...\nRedistributions in binary form must ...';
const bsd3 = `${bsd2}\nNeither the name of the author`;
const osi = 'Classifier: License :: OSI Approved ::';

type Row = [
  title: string,
  header: readonly string[],
  files: Readonly<Record<string, string>>,
  licence: string,
  source: string,
];
const rows: Row[] = [
  ['PEP 639', ['License-Expression: mit OR apache-2.0'], {}, 'MIT OR Apache-2.0', 'License-Expression'],
  ['an expression wins', ['License-Expression: ISC', `${osi} MIT License`], {}, 'ISC', 'License-Expression'],
  ['an expression that is none', ['License-Expression: Foo'], {}, 'unknown: Foo', 'License-Expression'],
  ['an identifier', ['License: BSD-3-Clause'], {}, 'BSD-3-Clause', 'License'],
  ['a name', ['License: Apache License, Version 2.0'], {}, 'Apache-2.0', 'License'],
  ['the name of the list', ['License: Mozilla Public License 2.0'], {}, 'MPL-2.0', 'License'],
  ['quoted', ['License: "MIT License"'], {}, 'MIT', 'License'],
  ['public domain', ['License: Public Domain'], {}, 'public-domain', 'License'],
  ['a classifier', [`${osi} MIT License`], {}, 'MIT', 'classifiers'],
  ['the field before classifiers', ['License: ISC', `${osi} MIT License`], {}, 'ISC', 'License'],
  // Nothing says whether one may choose.
  [
    'two classifiers',
    [`${osi} Apache Software License`, `${osi} MIT License`],
    {},
    'Apache-2.0 AND MIT',
    'classifiers',
  ],
  ['BSD, whichever', [`${osi} BSD License`], {}, 'unknown: BSD License', 'License and classifiers'],
  ['BSD, by its text', [`${osi} BSD License`], { LICENSE: bsd3 }, 'BSD-3-Clause', 'the text of LICENSE'],
  [
    'and the shorter one',
    ['License: BSD'],
    { 'licenses/COPYING': bsd2 },
    'BSD-2-Clause',
    'the text of COPYING',
  ],
  [
    'a text as the field',
    [`License: ${mit.replaceAll('\n', '\n        ')}`],
    {},
    'MIT',
    'the text of License',
  ],
  [
    'words of its own',
    ['License: Ask Bob'],
    { LICENSE: 'ask' },
    'unknown: Ask Bob',
    'License and classifiers',
  ],
  ['GPL of no version', ['License: GPL'], {}, 'unknown: GPL', 'License and classifiers'],
  ['UNKNOWN', ['License: UNKNOWN'], {}, 'none', 'the metadata names none'],
  ['nothing', [], {}, 'none', 'the metadata names none'],
];

suite('a package says what it is under', () => {
  let rig: PythonRig;
  before(() => {
    rig = openRig();
  });
  after(() => rig[Symbol.dispose]());

  const component = (header: readonly string[], files: Readonly<Record<string, string>>) => {
    const content = (text: string) => {
      const bytes = Buffer.from(text);
      return { at: 'blob', sha256: rig.context.cache.blobs.put(bytes), size: bytes.length } as const;
    };
    const lines = ['Metadata-Version: 2.4', 'Name: Some_Pkg', 'Version: 1.0+local', ...header];
    return packageComponent(rig.context, {
      folder: 'some_pkg-1.0.dist-info',
      metadata: content(`${lines.join('\n')}\n\nLicense: MIT is what this description says\n`),
      others: Object.entries(files).map(([name, text]) => ({ name, content: content(text) })),
      wheel: null,
      url: null,
    });
  };

  for (const [title, header, files, licence, source] of rows)
    test(title, () => {
      const found = component(header, files);
      const words =
        found.licence.is === 'expression'
          ? found.licence.expression
          : found.licence.is === 'unknown'
            ? `unknown: ${found.licence.said.join('; ')}`
            : found.licence.is;
      assert.deepEqual([words, found.source], [licence, source]);
    });

  test('its names, needs and texts', () => {
    const found = component(
      [
        'License-File: odd/terms.rst',
        'Requires-Dist: Other.Thing>=2; python_version < "4"',
        'Requires-Dist: testing; extra == "test"',
        'Project-URL: Homepage, https://example.org/',
      ],
      { 'licenses/odd/terms.rst': 'terms', 'NOTICE.txt': 'notice', 'zip.bin': 'data' },
    );
    assert.equal(found.id, 'package:some-pkg');
    assert.equal(found.purl, 'pkg:pypi/some-pkg@1.0%2Blocal');
    assert.deepEqual(found.needs, ['package:other-thing']);
    assert.equal(found.homepage, 'https://example.org/');
    assert.deepEqual(found.texts, [
      { name: 'NOTICE.txt', text: 'notice' },
      { name: 'odd/terms.rst', text: 'terms' },
    ]);
  });
});
