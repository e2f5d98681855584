// Help is read in a terminal: no line is wider than one.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { commands } from '../../client/command-line/commands.ts';
import { helpText } from '../../client/help.ts';

const columns = 100;
const families = commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0]] : []));

for (const about of new Set([undefined, ...families, ...commands.map(({ name }) => name)]))
  test(`oxd ${about ?? ''} --help`, () => {
    const text = helpText(about);
    assert.match(text, /^Usage: oxd /m);
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > columns),
      [],
    );
  });
