// `oxd starlark` as a user and as a foreign test suite call it. No daemon is started.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { oxd, oxdEnvironment, client } from './oxd.ts';

const root = mkdtempSync(join(tmpdir(), 'oxd-starlark-'));
after(() => rmSync(root, { recursive: true, force: true }));
const options = { cwd: root, cache: join(root, 'cache') };

writeFileSync(join(root, 'lib.star'), 'def double(x):\n    return x * 2\n');
writeFileSync(join(root, 'good.star'), 'load("lib.star", "double")\nprint(double(21))\n');
writeFileSync(join(root, 'bad.star'), 'def f(x):\n    return x + nothing\n\nf(1) = 2\n');
writeFileSync(join(root, 'gone.star'), '\nload("nowhere.star", "x")\n');
writeFileSync(join(root, 'loop.star'), 'for i in range(3):\n    print(i)\n');

type Row = { args: string[]; input?: string; code: number; out?: string; err?: RegExp };
const rows: Row[] = [
  { args: ['good.star'], code: 0, out: '42\n' },
  { args: ['-c', 'print("ä" + str(1 << 70))'], code: 0, out: 'ä1180591620717411303424\n' },
  { args: [], input: 'print(len("abc"))\n', code: 0, out: '3\n' },
  { args: ['-'], input: 'print(1)\n', code: 0, out: '1\n' },
  { args: ['bad.star'], code: 1, err: /bad\.star:2:16: error: undefined: nothing[^]*bad\.star:4:1: error/ },
  { args: ['loop.star'], code: 1, err: /loop\.star:1:1: error: for loop not within a function/ },
  { args: ['loop.star', '--toplevelcontrol'], code: 0, out: '0\n1\n2\n' },
  { args: ['missing.star'], code: 1, err: /Cannot read ".*missing\.star": there is no such file/ },
  {
    args: ['gone.star'],
    code: 1,
    err: /gone\.star:2:1: error: cannot load nowhere\.star: open .*: no such file/,
  },
  { args: ['-c', '1', 'good.star'], code: 1, err: /at once/ },
  { args: ['--frob'], code: 64, err: /unknown flag --frob/ },
];
for (const { args, input, code, out, err } of rows)
  test(`starlark ${args.join(' ')}`, () => {
    const result = oxd(['starlark', ...args], { ...options, ...(input === undefined ? {} : { input }) });
    assert.equal(result.code, code, result.stderr);
    if (out !== undefined) assert.equal(result.stdout, out);
    if (err !== undefined) assert.match(result.stderr, err);
  });

test('--json gives events and a result', () => {
  const { stdout } = oxd(['starlark', '--json', '-c', 'print(1)\n1 // 0'], options);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string });
  assert.deepEqual(
    events.map(({ event }) => event),
    ['output', 'diagnostic', 'result'],
  );
});

test('--batch answers each request in order', () => {
  const requests = [
    { id: 1, file: join(root, 'good.star'), mode: 'exec' },
    { id: 'two', file: join(root, 'bad.star'), mode: 'check' },
    { id: 3, file: join(root, 'good.star'), options: ['frob'] },
    { id: 4, file: join(root, 'loop.star'), options: ['toplevelcontrol', 'set'] },
  ];
  const result = spawnSync(process.execPath, [client, 'starlark', '--batch'], {
    input: requests.map((request) => `${JSON.stringify(request)}\n`).join(''),
    env: oxdEnvironment(options),
    encoding: 'utf8',
  });
  const answers = result.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(answers[0], { id: 1, ok: true, output: '42\n', errors: [] });
  assert.equal(answers[1]?.['ok'], false);
  const errors = answers[1]?.['errors'] as { line: number; col: number }[];
  assert.deepEqual(
    errors.map(({ line, col }) => [line, col]),
    [
      [2, 16],
      [4, 1],
    ],
  );
  assert.deepEqual(answers[2], { id: 3, ok: false, unsupported: 'frob' });
  assert.equal(answers[3]?.['output'], '0\n1\n2\n');
});

test('no daemon was started', () => assert.equal(existsSync(join(root, 'cache/run/daemon.json')), false));
