// Every attribute that can be set, of every type: what it takes, what it refuses in which words, and where what it does is
// seen: in what the config comes to, in something that was built, or why nowhere on Linux.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { types } from '../../../daemon/config/globals.ts';
import { missingTest } from '../../support/named-test.ts';
import type { AttributeRow } from './attribute-row.ts';
import { packageRows } from './attribute-rows-packages.ts';
import { pythonRows } from './attribute-rows-python.ts';
import { evaluate, resolved } from './evaluation-rig.ts';

const tables = { ...pythonRows, ...packageRows };

const settable = types
  .map(({ name, attributes }) => ({ name, attributes: attributes.filter(({ set }) => set !== undefined) }))
  .filter(({ attributes }) => attributes.length > 0);

/** Nothing gives a config one of these: 0.7 had only its methods take them. */
const neverMet = new Set(['PythonBytecodeModule']);

test('every type that has attributes to set has its rows', () => {
  const elsewhere = new Set(['PythonInterpreterConfig', ...neverMet]);
  assert.deepEqual(
    Object.keys(tables).toSorted(),
    settable
      .map(({ name }) => name)
      .filter((name) => !elsewhere.has(name))
      .toSorted(),
  );
});

const lines = (config: string, { before = '' }: AttributeRow, set: string): string =>
  config.replace('BEFORE', before).replace('SET', set);
const files = { 'asset.bin': 'x' };

async function comesTo(config: string): Promise<string> {
  const { outcome } = await resolved(config, { files });
  const value = outcome.targets[0]?.value;
  return value?.type === 'SnapcraftBuilder' ? value.yaml : JSON.stringify(value);
}

for (const { name: type, attributes } of settable) {
  const table = tables[type];
  if (table === undefined) continue;
  const { config, rows } = table;
  suite(type, () => {
    test('every attribute has a row', () =>
      assert.deepEqual(Object.keys(rows).toSorted(), attributes.map(({ name }) => name).toSorted()));

    for (const [name, row] of Object.entries(rows))
      test(`${name} = ${row.accepted}`, async () => {
        const refused = await evaluate(lines(config, row, `x.${name} = ${row.refused}`), { files });
        assert.ok(refused.outcome.outcome === 'invalid', 'is refused');
        assert.equal(refused.outcome.diagnostics[0]?.message, `${type}.${name} ${row.says}`);

        const after = await comesTo(lines(config, row, `x.${name} = ${row.accepted}`));
        const { effect } = row;
        if ('seen' in effect) assert.equal(missingTest(effect.seen), undefined);
        else if ('comes' in effect) {
          const { comes } = effect;
          const has = (text: string): boolean =>
            typeof comes === 'string' ? text.includes(comes) : comes.test(text);
          assert.ok(has(after), `${String(comes)} is not in\n${after}`);
          assert.ok(!has(await comesTo(lines(config, row, 'pass'))), 'it is so without the attribute');
        } else assert.notEqual(effect.none, '');
      });
  });
}
