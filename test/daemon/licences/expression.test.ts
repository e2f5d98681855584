import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choicesOf, normalExpression } from '../../../daemon/licences/expression.ts';

const rows: [text: string, normal: string | undefined][] = [
  ['MIT', 'MIT'],
  ['mit', 'MIT'],
  ['apache-2.0 or mit', 'Apache-2.0 OR MIT'],
  ['MIT/Apache-2.0', 'MIT OR Apache-2.0'],
  ['(MIT)', 'MIT'],
  ['MIT AND (Apache-2.0 OR BSD-3-Clause)', 'MIT AND (Apache-2.0 OR BSD-3-Clause)'],
  ['(MIT AND ISC) OR Zlib', '(MIT AND ISC) OR Zlib'],
  ['GPL-2.0-only with classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
  ['GPL-2.0+', 'GPL-2.0+'],
  ['MPL-1.1+', 'MPL-1.1+'],
  ['LicenseRef-Ours AND MIT', 'LicenseRef-Ours AND MIT'],
  ['MIT AND', undefined],
  ['BSD', undefined],
  ['GPL', undefined],
  ['MIT WITH nothing', undefined],
  ['', undefined],
  ['Permission is hereby granted, free of charge', undefined],
  ['MIT OR '.repeat(400) + 'MIT', undefined],
];
for (const [text, normal] of rows)
  test(`${text.slice(0, 60)} as an expression`, () => assert.equal(normalExpression(text), normal));

const choices: [id: string, plus: boolean, choices: readonly string[]][] = [
  ['MIT', false, ['MIT']],
  ['GPL-2.0', false, ['GPL-2.0-only']],
  ['GPL-2.0-only', false, ['GPL-2.0-only']],
  ['GPL-2.0-or-later', false, ['GPL-2.0-only', 'GPL-3.0-only']],
  ['GPL-2.0', true, ['GPL-2.0-only', 'GPL-3.0-only']],
  ['LGPL-2.1-or-later', false, ['LGPL-2.1-only', 'LGPL-3.0-only']],
  ['AGPL-3.0-or-later', false, ['AGPL-3.0-only']],
  ['MPL-1.1', true, ['MPL-1.1', 'MPL-2.0']],
  ['Apache-2.0', true, ['Apache-2.0']],
  ['BSD-3-Clause', false, ['BSD-3-Clause']],
  ['LicenseRef-Ours', false, ['LicenseRef-Ours']],
];
for (const [id, plus, expected] of choices)
  test(`what ${id}${plus ? '+' : ''} lets one choose from`, () =>
    assert.deepEqual(choicesOf({ id, plus, exception: undefined }), expected));
