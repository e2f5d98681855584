import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readColumns, resourceColumns } from '../../../daemon/config/resource-columns.ts';
import { installed, standardLibrary } from './fixed-host.ts';

test('columns give back what went in', () => {
  const rows = readColumns(resourceColumns([...installed('app'), ...standardLibrary]));
  assert.equal(rows.length, 11);
  assert.deepEqual(rows[4], {
    kind: 'package-resource',
    name: 'data.json',
    path: 'app/data.json',
    package: 'app',
    isPackage: false,
    isStdlib: false,
    isTest: false,
    isExecutable: false,
  });
  assert.deepEqual([rows[0]?.isPackage, rows[7]?.isTest, rows[7]?.isStdlib], [true, true, true]);
  assert.deepEqual(readColumns(resourceColumns([])), []);
});
