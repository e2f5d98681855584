import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isVersionIn } from '../../../daemon/python/version-specifier.ts';

const rows: [version: string, specifiers: string, isIn: boolean | undefined][] = [
  ['3.11.7', '>=3.10', true],
  ['3.11.7', '>=3.11.8', false],
  ['3.11.7', '>=3.10,<3.12', true],
  ['3.12.0', '>=3.10, <3.12', false],
  ['3.12.0', '<=3.12', true],
  ['3.12.1', '<=3.12', false],
  ['3.11.7', '==3.11.*', true],
  ['3.1.7', '==3.11.*', false],
  ['3.11.0', '==3.11', true],
  ['3.11.7', '!=3.11.*', false],
  ['3.11.7', '!=3.11.6', true],
  ['3.11.7', '~=3.10', true],
  ['4.0.0', '~=3.10', false],
  ['3.11.7', '~=3.11.0', true],
  ['3.12.0', '~=3.11.0', false],
  ['3.11.7', '>3.11', true],
  ['3.11.7', '>=3.13.0a1', false],
  ['3.11.7', '', true],
  ['3.11.7', 'three', undefined],
];
for (const [version, specifiers, isIn] of rows)
  test(`${version} ${specifiers}`, () => assert.equal(isVersionIn(version, specifiers), isIn));
