// Scenarios of `oxd trim` are split as a shell splits them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitWords } from '../../client/shell-words.ts';

const rows: [text: string, words: string[]][] = [
  ['', []],
  ['  a  b ', ['a', 'b']],
  ['"a b" c', ['a b', 'c']],
  ['\'a "b\' "it\'s"', ['a "b', "it's"]],
  ['a\\ b "\\"x\\"" \'\\n\'', ['a b', '"x"', '\\n']],
  ['--x="y z"w', ['--x=y zw']],
  ["''", ['']],
  ['$HOME *', ['$HOME', '*']],
];
for (const [text, words] of rows) test(JSON.stringify(text), () => assert.deepEqual(splitWords(text), words));
for (const text of ['"a', "it's", 'a\\'])
  test(`${text} has no end`, () => assert.throws(() => splitWords(text), /has no end/));
