// Files as wholes: load, freezing, diagnostics, limits, interruption.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { formatDiagnostic } from '../../daemon/starlark/diagnostic.ts';
import { checkFile, evaluateFile } from '../../daemon/starlark/evaluate.ts';
import type { EvaluateRequest } from '../../daemon/starlark/evaluate.ts';
import { repr } from '../../daemon/starlark/repr.ts';
import { makeModule } from '../../daemon/starlark/struct.ts';

const files: Record<string, string> = {
  'lib.star':
    'print("lib runs")\none = 1\nitems = []\ndef add(x): items.append(x)\ndef fails(): return 1 // 0\n_hidden = 2\nload("deep.star", "deep")\n',
  'deep.star': 'deep = "deep"\n',
  'cycle.star': 'load("cycle2.star", "x")\n',
  'cycle2.star': 'load("cycle.star", "y")\nx = 1\n',
  'bad.star': 'x = = 1\ny = ]\n',
  'stops.star': 'x = [][0]\n',
};

type Outcome = { readonly text: string; readonly printed: string[]; readonly globals: readonly string[] };

function run(source: string, more: Partial<EvaluateRequest> = {}): Outcome {
  const printed: string[] = [];
  const result = evaluateFile({
    file: 'main.star',
    source,
    print: (text) => printed.push(text),
    load: (name) => {
      if (name === 'ready') return makeModule('ready', new Map([['answer', 42]]));
      return files[name] === undefined ? undefined : { file: name, source: files[name] };
    },
    ...more,
  });
  if ('diagnostics' in result) {
    return { text: result.diagnostics.map(formatDiagnostic).join(''), printed, globals: [] };
  }
  const last = result.last === undefined ? '' : repr(result.last);
  return { text: last, printed, globals: [...result.globals.keys()] };
}

const loads: [source: string, text: string | RegExp][] = [
  ['load("lib.star", "one", uno = "one")\n[one, uno]', '[1, 1]'],
  ['load("ready", "answer")\nanswer', '42'],
  ['load("lib.star", "ones")', /load: name ones not found in module lib.star \(did you mean one\?\)/],
  ['load("lib.star", "deep")', /load: name deep not found in module lib.star/],
  ['load("nowhere.star", "x")', /cannot load nowhere.star: no such file/],
  ['load("cycle.star", "x")', /cycle2.star:1:1: error: cannot load cycle.star: cycle in load graph/],
  [
    'load("bad.star", "x")',
    /bad.star:1:5: error: got '=', want primary expression[^]*bad.star:2:5: error: unexpected '\]'/,
  ],
  [
    'load("stops.star", "x")',
    /stops.star:1:5: error: index 0 out of range[^]*main.star:1:1: in <toplevel>\n {2}stops.star:1:7: in <toplevel>/,
  ],
  ['load("lib.star", "add")\nadd(1)', /append: cannot append to frozen list/],
  ['load("lib.star", "items")\nitems += [1]', /cannot reassign local items/],
];
for (const [source, text] of loads) {
  test(`load: ${source.replaceAll('\n', '; ')}`, () => {
    const outcome = run(source);
    if (typeof text === 'string') assert.equal(outcome.text, text);
    else assert.match(outcome.text, text);
  });
}

test('a file is loaded once, and loaded names are not exported', () => {
  const { printed, globals } = run('load("lib.star", "one")\nload("lib.star", "items")\nx = 1\n');
  assert.deepEqual(printed, ['lib runs']);
  assert.deepEqual(globals, ['x']);
  assert.deepEqual(run('load("lib.star", "one")\n', { options: { loadBindsGlobally: true } }).globals, [
    'one',
  ]);
});

test('load needs a host that offers it', () => {
  const result = evaluateFile({ file: 'm', source: 'load("x", "y")' });
  assert.ok('diagnostics' in result);
  assert.equal(result.diagnostics[0]!.message, 'load not implemented by this application');
});

test('an error has its place, the line, carets and the calls', () => {
  const source =
    'load("lib.star", "fails")\ndef f(x):\n    return [fails() for _ in x]\n\ny = f(\n    [1])\n';
  assert.equal(
    run(source).text,
    `lib.star:5:21: error: floored division by zero
Traceback (most recent call last):
  main.star:5:6: in <toplevel>
  main.star:3:18: in f
  lib.star:5:23: in fails
  |
5 | def fails(): return 1 // 0
  |                     ^^^^^^
`,
  );
});

test('columns count characters', () => {
  assert.match(run('x = "🌿é" + 1').text, /main.star:1:5: error: unknown binary op: string \+ int/);
  const [diagnostic] = checkFile({ file: 'm', source: '\tx = "🌿" + nope', syntaxOnly: false });
  assert.equal(diagnostic?.message, 'got indent, want primary expression');
  const [name] = checkFile({ file: 'm', source: 'x = "🌿" + nope' });
  assert.deepEqual(name?.range, { start: { line: 1, column: 11 }, end: { line: 1, column: 15 } });
});

test('a built-in that fails is named', () => {
  assert.match(run('sorted([1, "a"])').text, /^main.star:1:1: error in sorted: /);
  assert.match(run('int("x")').text, /^main.star:1:1: error: int: invalid literal/);
});

test('long traces are shortened', () => {
  const { text } = run('def f(n): return f(n + 1)\nf(0)', { options: { recursion: true } });
  assert.match(text, /Starlark stack overflow/);
  assert.match(text, /\n {2}\.\.\.\n/);
  assert.ok(text.split('\n').length < 60);
});

test('print knows where it was called', () => {
  const places: unknown[] = [];
  evaluateFile({ file: 'm', source: 'def f(): print("x")\nf()\n', print: (_, place) => places.push(place) });
  assert.deepEqual(places, [{ name: 'f', file: 'm', line: 1, column: 15 }]);
});

const limits: [what: string, source: string, message: RegExp, stepsMax?: number][] = [
  ['steps', 'def f():\n    for i in range(10 * 1000 * 1000 * 1000): pass\nf()', /too many steps/, 10_000],
  [
    'steps in calls',
    'def a(): b(); b()\ndef b(): c(); c()\ndef c(): d(); d()\ndef d(): len([])\na()',
    /too many steps/,
    5,
  ],
  ['steps in built-ins', 'x = list(range(30000000))', /too many steps/, 100_000],
  [
    'steps in strings',
    'def f():\n    for i in range(1000): x = "x" * 1000000\nf()',
    /too many steps/,
    100_000,
  ],
  ['steps in sorts', 'x = sorted(list(range(20000)), key = lambda x: -x)', /too many steps/, 10_000],
  [
    'steps in comparisons',
    'x = [0] * 9000\ny = [x == [0] * 9000 for _ in range(100)]',
    /too many steps/,
    10_000,
  ],
  [
    'positional arguments',
    `f(${'1, '.repeat(256)})`,
    /256 positional arguments in call, limit is 255|undefined: f/,
  ],
  ['list', 'x = [0] * (1 << 26)', /excessive repeat/],
  ['list from range', 'x = list(range(1 << 40))', /excessive size/],
  ['extend', 'x = []\nx.extend(range(1 << 31))', /excessive size/],
  ['join', 'x = ("a" * 1000000)\ny = ",".join([x] * 400)', /excessive string/],
  ['replace', 'x = ("a" * 1000000).replace("a", "b" * 1000)', /excessive string/],
  ['nesting', `x = ${'['.repeat(1000)}${']'.repeat(1000)}`, /nesting is deeper than 400 levels/],
  ['parentheses', `x = ${'('.repeat(1000)}1${')'.repeat(1000)}`, /nesting is deeper than 400 levels/],
  ['not', `x = ${'not '.repeat(1000)}1`, /nesting is deeper than 400 levels/],
  ['minus', `x = ${'-'.repeat(1000)}1`, /nesting is deeper than 400 levels/],
  ['suffixes', `x = y${'.a'.repeat(1000)}`, /more than 800 suffixes/],
  ['bytes', 'x = b"abc" * (1 << 30)', /excessive repeat/],
];
for (const [what, source, message, stepsMax] of limits) {
  test(`limit: ${what}`, () => {
    const { text } = run(source, stepsMax === undefined ? {} : { stepsMax });
    assert.match(text, message);
  });
}

test('long chains are no deep nesting', () => {
  const sum = Array.from({ length: 5000 }, () => '1').join(' + ');
  assert.equal(run(sum).text, '5000');
  const or = Array.from({ length: 5000 }, () => '0').join(' or ');
  assert.equal(run(`${or} or 7`).text, '7');
  const branches = Array.from({ length: 2000 }, (_, at) => `    elif x == ${at}: return ${at}`).join('\n');
  assert.equal(run(`def f(x):\n    if x == "a": return "b"\n${branches}\nf(1999)`).text, '1999');
});

test('out of memory is an error of the program', async () => {
  const source =
    'def f():\n    x = []\n    for i in range(1000000000):\n        x.append(\\"a%d\\" % i)\nf()\n';
  const worker = new Worker(
    `import('${new URL('../../daemon/starlark/evaluate.ts', import.meta.url).href}').then(({ evaluateFile }) => {
      const result = evaluateFile({ file: 'm', source: "${source.replaceAll('\n', '\\n')}" });
      require('node:worker_threads').parentPort.postMessage(result.diagnostics[0].message);
    });`,
    { eval: true, resourceLimits: { maxOldGenerationSizeMb: 100 } },
  );
  const message = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  assert.equal(message, 'out of memory');
  await worker.terminate();
});

test('an interrupt stops a loop within 50 ms', async () => {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
     import('${new URL('../../daemon/starlark/evaluate.ts', import.meta.url).href}').then(({ evaluateFile }) => {
      parentPort.postMessage('running');
      const result = evaluateFile({ file: 'm', source: 'def f():\\n    for i in range(1000000000000): pass\\nf()', interrupt: workerData });
      parentPort.postMessage(result.diagnostics[0].message);
    });`,
    { eval: true, workerData: flag },
  );
  const next = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));
  assert.equal(await next(), 'running');
  // The request must be seen in the middle of the loop: give it a turn of the event loop to begin.
  await new Promise((resolve) => setImmediate(resolve));
  const started = performance.now();
  const answer = next();
  Atomics.store(flag, 0, 1);
  assert.equal(await answer, 'Starlark computation cancelled: interrupted');
  assert.ok(performance.now() - started < 500, 'well below what a person notices, even on a busy machine');
  await worker.terminate();
});

test('parsing and resolving 10,000 lines is quick', () => {
  const lines = Array.from(
    { length: 2500 },
    (_, at) =>
      `def function_${at}(name, values = [], **options):\n    total = [v * 2 + len(name) for v in values if v != ${at}]\n    if total and options.get("key", "default") == "x":\n        return "%s: %d" % (name, total[0])\n`,
  );
  const source = lines.join('');
  const times = [0, 1, 2].map(() => {
    const before = performance.now();
    assert.deepEqual(checkFile({ file: 'big.star', source }), []);
    return performance.now() - before;
  });
  // The bound of 100 ms is measured by the bench; here a regression of kind, not of degree, is what should show.
  assert.ok(Math.min(...times) < 400, `took ${times.map(Math.round).join()} ms`);
});
