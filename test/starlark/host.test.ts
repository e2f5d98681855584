// Functions and types of the host: arguments, capabilities, calls back, errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateFile } from '../../daemon/starlark/evaluate.ts';
import type { EvaluateRequest } from '../../daemon/starlark/evaluate.ts';
import { callAfterwards, callFunction, hostFunction, hostType } from '../../daemon/starlark/host.ts';
import type { HostType } from '../../daemon/starlark/host.ts';
import { List } from '../../daemon/starlark/sequence.ts';
import { parseSignature } from '../../daemon/starlark/signature.ts';
import { str } from '../../daemon/starlark/repr.ts';
import { Thread } from '../../daemon/starlark/thread.ts';
import { fail } from '../../daemon/starlark/trace.ts';
import type { Value } from '../../daemon/starlark/value.ts';

type Point = { x: Value; y: Value; isFrozen: boolean };

const pointType: HostType<Point> = hostType<Point>({
  name: 'Point',
  attributes: {
    x: {
      get: (point) => point.x,
      set: (point, value) => {
        if (point.isFrozen) fail('cannot set x of frozen Point');
        point.x = value;
      },
    },
    y: { get: (point) => point.y },
  },
  methods: {
    'plus(other: Point, scale: int = 1)': (point: Point, other: Value, scale: number = 1) => {
      const { x } = pointType.data(other)!;
      return makePoint(Number(point.x) + Number(x) * scale, point.y);
    },
    'each(f: function)': (point: Point, f: Value) => callFunction(f, [point.x], { y: point.y }),
  },
  call: (point, args, named) => new List([point.x, ...args, ...named.keys()]),
  iterate: ({ x, y }) => [x, y],
  length: () => 2,
  index: ({ x, y }, key) => (key === 0 ? x : y),
  setIndex: (point, key, value) => {
    if (key === 0) point.x = value;
    else fail(`no element ${str(key)}`);
  },
  contains: ({ x, y }, value) => value === x || value === y,
  equals: (a, b, equal) => equal(a.x, b.x) && equal(a.y, b.y),
  compare: (a, b, compare) => compare(a.x, b.x),
  key: ({ x, y }) => `\0P${str(x)},${str(y)}`,
  binary: (point, operator, other, side) =>
    operator === '*' && typeof other === 'number' ? makePoint(Number(point.x) * other, side) : undefined,
  truth: ({ x }) => x !== 0,
  repr: ({ x, y }, write) => `Point(${write(x)}, ${write(y)})`,
  freeze: (point) => {
    point.isFrozen = true;
  },
});

const makePoint = (x: Value, y: Value): Value => pointType.make({ x, y, isFrozen: false });

const plainType = hostType<null>({ name: 'Plain', key: 'identity' });
const bareType = hostType<null>({ name: 'Bare' });

const predeclared = new Map<string, Value>([
  [
    'Point',
    hostFunction('Point(x, y = 0)', (x: Value, y: Value = 0) => makePoint(x, y), { doc: 'A point.' }),
  ],
  ['plain', plainType.make(null)],
  ['bare', bareType.make(null)],
  [
    'configure',
    hostFunction(
      'configure(name: str, count: int = 1, flag: bool | None = None, items: list | dict = [], /, *rest, mode: str = "a,b", **extra)',
      (
        name: string,
        count = 1,
        flag: Value = null,
        items: Value = 'none',
        mode = 'a,b',
        rest: Value[] = [],
        extra = new Map(),
      ) => [name, count, str(flag), str(items), mode, rest.length, extra.size].join(' '),
    ),
  ],
  ['typed', hostFunction('typed(f: float, p: Point | None, *, must: str)', () => null)],
  [
    'worded',
    hostFunction('worded(NAME: str, other)', () => null, {
      wording: (problem) =>
        problem.kind === 'type'
          ? `function expects a ${problem.want} for ${problem.parameter}; got type ${problem.got}`
          : `Missing parameter ${problem.parameter} for call to ${problem.function}`,
    }),
  ],
  ['apply', hostFunction('apply(f: function, *args)', (f: Value, args: Value[]) => callFunction(f, args))],
  [
    'broken',
    hostFunction('broken()', () => {
      throw new TypeError('a bug of the host');
    }),
  ],
]);

function run(source: string, more: Partial<EvaluateRequest> = {}): string {
  const result = evaluateFile({ file: 'host.star', source, predeclared, ...more });
  if ('diagnostics' in result) return `✗ ${result.diagnostics[0]!.message}`;
  return result.last === undefined ? '' : str(result.last);
}

const rows: [source: string, outcome: string][] = [
  ['Point(1, 2)', 'Point(1, 2)'],
  ['Point(1, "a")', 'Point(1, "a")'],
  ['type(Point(1))', 'Point'],
  ['[Point(1, 2).x, Point(1, 2).y]', '[1, 2]'],
  ['p = Point(1)\np.x = 5\np.x', '5'],
  ['p = Point(1)\np.y = 5', '✗ cannot set Point.y: it is read-only'],
  ['p = Point(1)\np.z = 5', "✗ can't assign to .z field of Point"],
  ['p = Point(1)\np.xx = 5', "✗ can't assign to .xx field of Point (did you mean .x?)"],
  ['Point(1).pluss', '✗ Point has no .pluss field or method (did you mean .plus?)'],
  ['Point(1).plus(Point(2), scale = 3)', 'Point(7, 0)'],
  ['Point(1).plus(2)', '✗ plus: for parameter other: got int, want Point'],
  ['Point(1, 2).each(lambda x, y: [x, y])', '[1, 2]'],
  ['Point(1)(7, a = 1)', '[1, 7, "a"]'],
  ['[v for v in Point(1, 2)]', '[1, 2]'],
  ['a, b = Point(1, 2)\n[b, a]', '[2, 1]'],
  ['len(Point(1))', '2'],
  ['[Point(1, 2)[0], Point(1, 2)[-1]]', '[1, 2]'],
  ['Point(1)[2]', '✗ Point index 2 out of range [-2:1]'],
  ['p = Point(1)\np[0] = 9\np', 'Point(9, 0)'],
  ['p = Point(1)\np[1] = 9', '✗ no element 1'],
  ['[1 in Point(1, 2), 3 in Point(1, 2)]', '[True, False]'],
  [
    '[Point(1) == Point(1), Point(1) == Point(2), Point(1) == plain, Point(1) != 1]',
    '[True, False, False, True]',
  ],
  ['sorted([Point(2), Point(1)])', '[Point(1, 0), Point(2, 0)]'],
  ['Point(1) < plain', '✗ Point < Plain not implemented'],
  ['{Point(1): "x"}[Point(1)]', 'x'],
  ['{plain: 1}[plain]', '1'],
  ['{bare: 1}', '✗ unhashable: Bare'],
  ['[Point(3) * 2, 2 * Point(3)]', '[Point(6, "left"), Point(6, "right")]'],
  ['Point(3) + 2', '✗ unknown binary op: Point + int'],
  ['[bool(Point(0)), bool(Point(1)), bool(bare)]', '[False, True, True]'],
  ['[str(plain), dir(Point(1))]', '["<Plain>", ["each", "plus", "x", "y"]]'],
  ['bare()', '✗ invalid call of non-function (Bare)'],
  ['bare[0]', '✗ unhandled index operation Bare[int]'],
  ['bare[0] = 1', '✗ Bare value does not support item assignment'],
  ['[x for x in bare]', '✗ Bare value is not iterable'],
  ['len(bare)', '✗ len: value of type Bare has no len'],
  ['1 in bare', '✗ unknown binary op: int in Bare'],
  ['bare == bare', 'True'],
  ['configure("n")', 'n 1 None none a,b 0 0'],
  ['configure("n", 2, True, {}, 1, 2, mode = "m", x = 1)', 'n 2 True {} m 2 1'],
  ['configure(1)', '✗ configure: for parameter name: got int, want string'],
  ['configure("n", "2")', '✗ configure: for parameter count: got string, want int'],
  ['configure("n", 1, 2)', '✗ configure: for parameter flag: got int, want bool'],
  ['configure("n", 1, None, ())', '✗ configure: for parameter items: got tuple, want list or dict'],
  ['configure("n", mode = 1)', '✗ configure: for parameter mode: got int, want string'],
  ['configure()', '✗ configure: got 0 arguments, want at least 1'],
  ['typed(1, None, must = "x")', 'None'],
  ['typed(1.5, Point(1), must = "x")', 'None'],
  ['typed(1, 2, must = "x")', '✗ typed: for parameter p: got int, want Point'],
  ['typed("1", None, must = "x")', '✗ typed: for parameter f: got string, want float'],
  ['typed(1, None)', '✗ typed: missing argument for must'],
  ['typed(1)', '✗ typed: missing argument for p'],
  ['typed(1, None, 3, must = "x")', '✗ typed: got 3 arguments, want 2'],
  ['typed(1, None, must = "x", f = 2)', '✗ typed: got multiple values for keyword argument "f"'],
  ['typed(1, None, mast = "x")', '✗ typed: unexpected keyword argument "mast" (did you mean must?)'],
  ['typed(1, None, must = "x", zzz = 2)', '✗ typed: unexpected keyword argument "zzz"'],
  ['worded(1, 2)', '✗ function expects a string for NAME; got type int'],
  ['worded("a")', '✗ Missing parameter other for call to worded'],
  ['apply(lambda *a: a, 1, 2)', '(1, 2)'],
  ['apply(lambda x: apply(lambda y: y + 1, x), 1)', '2'],
  ['def f(x): return apply(f, x)\nf(1)', '✗ function f called recursively'],
  ['def f(y): return y + 1\ndef g(x): return apply(f, x)\napply(g, 1)', '2'],
  ['apply(1)', '✗ apply: for parameter f: got int, want callable'],
];
for (const [source, outcome] of rows) {
  test(source.replaceAll('\n', '; '), () =>
    assert.equal(run(source, { options: { topLevelControl: true } }), outcome),
  );
}

test('an error of the host passes through the program', () => {
  assert.throws(() => run('broken()'), TypeError);
});

test('signatures that cannot be read are refused', () => {
  assert.throws(() => parseSignature('no parentheses'), /Cannot read the signature/);
  assert.throws(() => parseSignature('f(a b)'), /Cannot read "a b"/);
});

test('a function can be called after its file has run', () => {
  const result = evaluateFile({
    file: 'later.star',
    source:
      'shared = []\ndef f(x, y = 2):\n    made = [x]\n    made.append(y)\n    return made\ndef g(): shared.append(1)\n',
  });
  assert.ok('globals' in result);
  const thread = new Thread({ print: () => {} });
  assert.equal(str(callAfterwards(thread, result.globals.get('f')!, [1], { y: 3 })), '[1, 3]');
  assert.throws(() => callAfterwards(thread, result.globals.get('g')!, []), /cannot append to frozen list/);
});

test('what a function says of itself', () => {
  const declared = predeclared.get('Point');
  assert.equal((declared as unknown as { doc: string }).doc, 'A point.');
});
