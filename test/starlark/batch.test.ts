// The command's doors: batch, a file, the read-eval-print loop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerBatch } from '../../daemon/starlark/batch.ts';
import type { BatchRequest } from '../../daemon/starlark/batch.ts';
import { runBatch, runFile } from '../../daemon/starlark/command.ts';
import { Repl } from '../../daemon/starlark/repl.ts';

const files: Record<string, string> = {
  '/t/ok.star':
    'load("lib.star", "f")\nprint("x", f(1))\nprint(struct(a = 1), json.encode([1]), module("m", x = 1).x)\n',
  '/t/lib.star': 'def f(x):\n    return x + 1\n',
  '/t/fails.star': 'load("lib.star", "f")\nprint("before")\ndef g():\n    return f("a")\ng()\n',
  '/t/bad.star': 'x = = 1\ny = $\nz = ]\n',
  '/t/undefined.star': 'x = y\nreturn\n',
  '/t/loop.star': 'for i in [1]: pass\n',
  '/t/fields.star':
    'h = hasfields()\nh.x = 1\nprint(h.x, dir(h), h, [] + h, catch(lambda: h.y), catch(lambda: 1))\ndef no(): h.nope = 1\nprint(catch(no))\nfreeze(h)\ndef set(): h.x = 2\nprint(catch(set), hash("a"), {h: 1}[h])\n',
  '/t/missing.star': 'load("gone.star", "x")\n',
};
const host = {
  read: (file: string): string => {
    const text = files[file];
    if (text === undefined) throw new Error(`open ${file}: no such file`);
    return text;
  },
  resolve: (name: string, from: string): string => from.replace(/[^/]*$/, name),
};
const lib = '/t/lib.star';

const rows: [request: Omit<BatchRequest, 'id'>, answer: object][] = [
  [{ file: '/t/ok.star' }, { id: 7, ok: true, output: 'x 2\nstruct(a = 1) [1] 1\n', errors: [] }],
  [
    { file: '/t/fails.star', mode: 'exec' },
    {
      id: 7,
      ok: false,
      output: 'before\n',
      errors: [
        {
          line: 2,
          col: 14,
          message: 'unknown binary op: string + int',
          file: lib,
          stack: [
            { name: 'f', file: lib, line: 2, col: 14 },
            { name: 'g', file: '/t/fails.star', line: 4, col: 13 },
            { name: '<toplevel>', file: '/t/fails.star', line: 5, col: 2 },
          ],
        },
      ],
    },
  ],
  [
    { file: '/t/bad.star', mode: 'parse' },
    {
      id: 7,
      ok: false,
      output: '',
      errors: [
        { line: 1, col: 5, message: "got '=', want primary expression", file: '/t/bad.star', stack: [] },
        { line: 2, col: 5, message: "unexpected input character '$'", file: '/t/bad.star', stack: [] },
        { line: 3, col: 5, message: "unexpected ']'", file: '/t/bad.star', stack: [] },
      ],
    },
  ],
  [
    { file: '/t/undefined.star', mode: 'parse' },
    { id: 7, ok: true, output: '', errors: [] },
  ],
  [
    { file: '/t/undefined.star', mode: 'check' },
    {
      id: 7,
      ok: false,
      output: '',
      errors: [
        { line: 1, col: 5, message: 'undefined: y', file: '/t/undefined.star', stack: [] },
        {
          line: 2,
          col: 1,
          message: 'return statement not within a function',
          file: '/t/undefined.star',
          stack: [],
        },
      ],
    },
  ],
  [
    { file: '/t/undefined.star', mode: 'parse', predeclared: ['y'] },
    { id: 7, ok: true, output: '', errors: [] },
  ],
  [
    { file: '/t/loop.star', options: ['toplevelcontrol', 'set'] },
    { id: 7, ok: true, output: '', errors: [] },
  ],
  [
    { file: '/t/loop.star', options: ['types'] },
    { id: 7, ok: false, unsupported: 'types' },
  ],
  [
    { file: '/t/loop.star', mode: 'compile' as 'exec' },
    { id: 7, ok: false, unsupported: 'compile' },
  ],
  [
    { file: '/t/fields.star' },
    {
      id: 7,
      ok: true,
      output:
        '1 ["x"] hasfields 42 hasfields has no .y field or method None\nno .nope field\ncannot set field on a frozen hasfields 97 1\n',
      errors: [],
    },
  ],
  [
    { file: '/t/gone.star' },
    {
      id: 7,
      ok: false,
      output: '',
      errors: [
        { line: 1, col: 1, message: 'open /t/gone.star: no such file', file: '/t/gone.star', stack: [] },
      ],
    },
  ],
];
for (const [request, answer] of rows) {
  test(`${request.mode ?? 'exec'} ${request.file} ${request.options?.join() ?? ''}`, () => {
    assert.deepEqual(answerBatch({ id: 7, ...request }, host), answer);
  });
}

test('a load that fails is an error at its place', () => {
  const answer = answerBatch({ id: 1, file: '/t/missing.star' }, host);
  assert.ok('errors' in answer);
  assert.equal(answer.errors[0]?.message, 'cannot load gone.star: open /t/gone.star: no such file');
});

test('lines are answered in order, also those that are no requests', async () => {
  async function* lines(): AsyncIterable<string> {
    yield '{"id": 1, "file": "/t/ok.star"}';
    yield '';
    yield 'nonsense';
    yield '{"id": "c"}';
    yield '{"id": "b", "file": "/t/loop.star"}';
  }
  const answers: { id: unknown; ok: boolean }[] = [];
  await runBatch(lines(), host, (line) => answers.push(JSON.parse(line) as { id: unknown; ok: boolean }));
  assert.deepEqual(
    answers.map(({ id, ok }) => [id, ok]),
    [
      [1, true],
      [null, false],
      ['c', false],
      ['b', false],
    ],
  );
});

test('a file runs with text or JSON diagnostics', () => {
  let output = '';
  let errors = '';
  const request = {
    file: 'm.star',
    source: 'print(json.encode(1))\nx = 1 // 0\n',
    output: (text: string) => {
      output += text;
    },
    errors: (text: string) => {
      errors += text;
    },
  };
  assert.equal(runFile(request), 1);
  assert.equal(output, '1\n');
  assert.match(errors, /^m.star:2:5: error: floored division by zero\n/);
  errors = '';
  assert.equal(runFile({ ...request, json: true, interrupt: new Int32Array(1), load: () => undefined }), 1);
  assert.equal((JSON.parse(errors) as { message: string }).message, 'floored division by zero');
  assert.equal(runFile({ ...request, checkOnly: true }), 0);
  assert.equal(runFile({ ...request, source: 'x = 1' }), 0);
});

test('the loop keeps names and values, and waits for the end of blocks', () => {
  const printed: string[] = [];
  const repl = new Repl({
    print: (text) => printed.push(text),
    predeclared: new Map([['given', 5]]),
    load: () => undefined,
  });
  const shown = (text: string): unknown => {
    const outcome = repl.feed(text);
    return outcome.outcome === 'done' ? outcome.text : outcome.outcome;
  };
  assert.equal(shown('x = [given]\n'), undefined);
  assert.equal(shown('x.append(1)\n'), undefined);
  assert.equal(shown('x\n'), '[5, 1]');
  assert.equal(shown('x = 3\n'), undefined);
  assert.equal(shown('"%d" % x\n'), '"3"');
  assert.equal(shown('def f(y):\n'), 'incomplete');
  assert.equal(shown('def f(y):\n    return y + 1\n'), 'incomplete');
  assert.equal(shown('def f(y):\n    return y + 1\n\n'), undefined);
  assert.equal(shown('f(\n'), 'incomplete');
  assert.equal(shown('f(\n1)\n'), '2');
  assert.equal(shown('"""abc\n'), 'incomplete');
  assert.equal(shown('for i in [1, 2]: print(i)\n\n'), undefined);
  assert.equal(shown('f("a")\n'), 'failed');
  assert.equal(shown('nope\n'), 'failed');
  assert.equal(shown('print("p")\n'), undefined);
  assert.deepEqual(printed, ['1', '2', 'p']);
  assert.ok(repl.names().includes('f'));
});
