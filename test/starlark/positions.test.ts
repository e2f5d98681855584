// Where errors are: line and column of each frame, innermost first, as the Go implementation has them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerBatch } from '../../daemon/starlark/batch.ts';

const file = '/t/a.star';

const rows: [source: string, message: string, ...frames: string[]][] = [
  ['def f(x):\n  for a in x:\n    pass\nf(1)', 'int value is not iterable', 'f 2:3', '<toplevel> 4:2'],
  [
    'def f(x):\n  for a, b in x:\n    pass\nf([1])',
    'got int in sequence assignment',
    'f 2:3',
    '<toplevel> 4:2',
  ],
  ['x = [c for c in "abc"]', 'string value is not iterable', '<toplevel> 1:8'],
  ['x = [1 for a, (b, c) in [(1, (2,))]]', 'too few values to unpack (got 1, want 2)', '<toplevel> 1:8'],
  [
    'x = [a for a, b in enumerate(1)]',
    'enumerate: for parameter x: got int, want iterable',
    '<toplevel> 1:29',
  ],
  ['a, b = 1, 2, 3', 'too many values to unpack (got 3, want 2)', '<toplevel> 1:6'],
  ['(a, [b, c]) = 1, 2', 'got int in sequence assignment', '<toplevel> 1:13'],
  ['x = 1 not in 2', 'unknown binary op: int in int', '<toplevel> 1:11'],
  ['x = 1 in 2', 'unknown binary op: int in int', '<toplevel> 1:7'],
  ['x = [1][2:3:0]', 'zero is not a valid slice step', '<toplevel> 1:8'],
  ['x = [0]\nx[0] += ""', 'unknown binary op: int + string', '<toplevel> 2:6'],
  ['x = struct(ab = 1).ac', 'struct has no .ac attribute (did you mean .ab?)', '<toplevel> 1:19'],
  [
    'load("gone.star", "x")',
    'cannot load gone.star: open /t/gone.star: no such file or directory',
    '<toplevel> 1:1',
  ],
];

for (const [source, message, ...frames] of rows) {
  test(`${JSON.stringify(source)} fails where it should`, () => {
    const host = {
      read: (path: string): string => {
        if (path === file) return source;
        throw Object.assign(new Error('gone'), { code: 'ENOENT' });
      },
      resolve: (name: string): string => `/t/${name}`,
    };
    const answer = answerBatch({ id: 1, file }, host);
    assert.ok('errors' in answer);
    const [error] = answer.errors;
    assert.equal(error?.message, message);
    assert.deepEqual(
      error.stack.map(({ name, line, col }) => `${name} ${line}:${col}`),
      frames,
    );
  });
}

test('a loaded name is declared within its quotes', () => {
  const source = 'load("a.star", "x")\nx = 1\n';
  const host = { read: () => source, resolve: (name: string) => name };
  const answer = answerBatch({ id: 1, file, mode: 'check' }, host);
  assert.ok('errors' in answer);
  assert.deepEqual(
    answer.errors.map((error) => error.message),
    [`cannot reassign local x declared at ${file}:1:17`],
  );
});
