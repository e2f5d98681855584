// What a policy says of one licence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPolicy, refusal } from '../../../daemon/licences/policy.ts';
import type { Licence } from '../../../protocol/licences.ts';

type Row = [licence: string | Licence, reason: string | undefined];
const check = (deny: readonly string[], allow: readonly string[], rows: readonly Row[]): void => {
  for (const [given, reason] of rows) {
    const licence: Licence = typeof given === 'string' ? { is: 'expression', expression: given } : given;
    const title = typeof given === 'string' ? given : given.is;
    test(`deny [${deny.join(', ')}], allow [${allow.join(', ')}]: ${title}`, () =>
      assert.equal(refusal(readPolicy({ deny, allow }), licence), reason));
  }
};
const unknown: Licence = { is: 'unknown', said: ['Custom'] };

check(
  ['GPL-3.0-only'],
  [],
  [
    ['MIT', undefined],
    ['GPL-3.0-only', 'GPL-3.0-only is denied'],
    ['GPL-3.0', 'GPL-3.0 is denied'],
    // There is no later one than 3.0 to choose.
    ['GPL-3.0-or-later', 'GPL-3.0-or-later is denied'],
    // It may be taken under version 2.
    ['GPL-2.0-or-later', undefined],
    ['GPL-2.0-only', undefined],
    ['MIT OR GPL-3.0-only', undefined],
    ['GPL-3.0-only OR GPL-3.0-or-later', 'GPL-3.0-only is denied, and GPL-3.0-or-later is denied'],
    ['MIT AND GPL-3.0-only', 'GPL-3.0-only is denied'],
    ['MIT AND (ISC OR GPL-3.0-only)', undefined],
    // Another licence: it permits more.
    ['GPL-3.0-only WITH GCC-exception-3.1', undefined],
    [unknown, undefined],
    [{ is: 'none' }, undefined],
  ],
);
check(
  ['GPL-2.0-or-later'],
  [],
  [
    ['GPL-2.0-only', 'GPL-2.0-only is denied'],
    ['GPL-3.0-only', 'GPL-3.0-only is denied'],
    ['GPL-2.0+', 'GPL-2.0+ is denied'],
    ['LGPL-2.1-only', undefined],
  ],
);
check(
  ['GPL-3.0-only WITH GCC-exception-3.1'],
  [],
  [
    ['GPL-3.0-only WITH GCC-exception-3.1', 'GPL-3.0-only WITH GCC-exception-3.1 is denied'],
    ['GPL-3.0-only', undefined],
  ],
);
check(
  ['unknown'],
  [],
  [
    [unknown, '"Custom" is unknown, which is denied'],
    [{ is: 'none' }, 'no licence is known, which is denied'],
    [{ is: 'public-domain' }, undefined],
    ['MIT', undefined],
  ],
);
check(
  ['copyleft'],
  [],
  [
    ['LGPL-2.1-or-later', 'LGPL-2.1-or-later is denied'],
    ['MPL-2.0', 'MPL-2.0 is denied'],
    ['AGPL-3.0-only OR MIT', undefined],
    ['CECILL-B', undefined],
  ],
);
check(
  ['ISC OR Zlib'],
  [],
  [
    ['Zlib', 'Zlib is denied'],
    ['ISC', 'ISC is denied'],
  ],
);
check(
  [],
  ['MIT', 'apache-2.0', 'public-domain'],
  [
    ['MIT', undefined],
    ['ISC', 'ISC is not allowed'],
    ['ISC OR MIT', undefined],
    ['ISC AND MIT', 'ISC is not allowed'],
    ['Apache-2.0 WITH LLVM-exception', undefined],
    [{ is: 'public-domain' }, undefined],
    [unknown, '"Custom" is unknown, which is not allowed'],
  ],
);
// Of alternatives one must be allowed and not denied.
check(
  ['MIT'],
  ['MIT', 'ISC'],
  [
    ['MIT', 'MIT is denied'],
    ['MIT OR ISC', undefined],
    ['MIT OR Zlib', 'MIT is denied, and Zlib is not allowed'],
  ],
);

for (const [entry, message] of [
  ['GPL', /^Cannot read "GPL" as a licence$/],
  ['MIT AND ISC', /it joins licences with AND/],
] as const)
  test(`${entry} in a policy`, () =>
    assert.throws(() => readPolicy({ deny: [entry], allow: [] }), { name: 'Failure', message }));
