import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BytecodeCompiler, type ModuleToCompile } from '../../../daemon/python/bytecode.ts';
import { type PythonRig, distributionOf, openRig, pythons } from './python-rig.ts';

/** What depends on the process in CPython's own marshalling: reference counts, interned text, order of sets. */
const awkward = `"""Docs."""
import sys, os.path as p
from typing import List
ONE = 1; LONG = 123456789012345678901234567890; F = 1.5; C = 2j; B = b'bytes'; E = ...
def f(a, *b, c=' ', d='x', e='', **g):
    'inner'
    return a in {'alpha', 'beta', 1, 2.5, ('t', 1)} or a in {b'z', None, True} or f"{a!r:>{c}}"
class K:
    x: int = 7
    def m(self): self.aa = self.bb = self.cc = 'é'; return lambda q: (q, self.aa, 'é', 'naïve text', 'foo bar')
    def n(self): self.dd = 1; return __class__
async def h():
    async with p.x as y:
        yield [z async for z in y if z not in (1, 2, (3, (4, 5)))]
g = lambda: 0; k = lambda: 0
`;

const moduleFor = (rig: PythonRig, path: string, text: string, level: 0 | 1 | 2 = 0): ModuleToCompile => {
  const file = join(rig.write({ [path]: text }), path);
  const hash = rig.context.cache.hashFile(file);
  assert.ok(hash);
  return { path, level, content: { at: 'file', path: file, sha256: hash.sha256, size: hash.size } };
};

const ofBlob = (rig: PythonRig, path: string, text: string): ModuleToCompile => {
  const bytes = Buffer.from(text);
  const sha256 = rig.context.cache.blobs.put(bytes);
  return { path, level: 0, content: { at: 'blob', sha256, size: bytes.length } };
};

/** Processes that this one started and that live. */
const children = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          / (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \w/, ''))?.[1] ===
          String(process.pid)
        );
      } catch {
        return false;
      }
    });

for (const [version, python] of Object.entries(pythons)) {
  test(`CPython ${version}: equal sources give equal bytes, whatever was compiled before`, async () => {
    const compiled: Buffer[] = [];
    for (const before of [[], ['json', 'typing', 'argparse', 'dataclasses']]) {
      using rig = openRig();
      const distribution = await distributionOf(rig.context, python);
      await using compiler = new BytecodeCompiler();
      const others = before.map((name) =>
        moduleFor(
          rig,
          `${name}.py`,
          // Interns what the awkward module has as plain constants.
          `import sys\nfor w in ('foo bar', 'naïve text', ' ', 'é'): sys.intern(w)\n` +
            readFileSync(
              join(distribution.stdlib, name === 'json' ? 'json/__init__.py' : `${name}.py`),
              'utf8',
            ).replace(/^from __future__.*$/gm, ''),
        ),
      );
      const [result] = (
        await compiler.compileModules(rig.context, distribution, [
          ...others,
          moduleFor(rig, 'awkward.py', awkward),
        ])
      ).slice(-1);
      assert.ok(result !== undefined && 'pyc' in result);
      const pyc = rig.context.cache.blobs.get(result.pyc);
      assert.ok(pyc);
      compiled.push(pyc);
      assert.equal(pyc.toString('hex', 0, 8), `${distribution.magic}01000000`, 'unchecked, by hash');
      // The interpreter's own compiler is the judge of the content, and its loader of the file.
      writeFileSync(join(rig.folder, 'out.pyc'), pyc);
      const same = execFileSync(
        python,
        ['-I', '-c', judge, join(rig.folder, 'awkward.py'), join(rig.folder, 'out.pyc'), 'awkward.py'],
        { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } },
      );
      assert.equal(same, 'same\n');
    }
    assert.deepEqual(compiled[0], compiled[1]);
  });
}

const judge = `
import sys, types, marshal, importlib.util, importlib._bootstrap_external as e
source, pyc = open(sys.argv[1], 'rb').read(), open(sys.argv[2], 'rb').read()
flags = e._classify_pyc(pyc, 'awkward', {})
assert flags == 1 and pyc[8:16] == importlib.util.source_hash(source), flags
def same(a, b):
    assert type(a) is type(b), (a, b)
    if isinstance(a, types.CodeType):
        for name in dir(a):
            if name.startswith('co_') and name != 'co_lnotab' and not callable(getattr(a, name)):
                same(getattr(a, name), getattr(b, name))
    elif isinstance(a, tuple):
        # Attributes that a class assigns come from a set in 3.13.0: their order is the hash seed's.
        assert len(a) == len(b)
        if all(isinstance(x, str) for x in a) and set(a) == {'aa', 'bb', 'cc', 'dd'}: assert set(a) == set(b)
        else: [same(x, y) for x, y in zip(a, b)]
    elif isinstance(a, frozenset): assert a == b
    else: assert repr(a) == repr(b), (a, b)
same(compile(source, sys.argv[3], 'exec', dont_inherit=True, optimize=0), marshal.loads(pyc[16:]))
print('same')
`;

test('known modules start nothing; level, name and text are told apart', async () => {
  using rig = openRig();
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  await using compiler = new BytecodeCompiler();
  const source = 'def f():\n  "docs"\n  assert True\n';
  const asked = [
    moduleFor(rig, 'a.py', source, 0),
    moduleFor(rig, 'a.py', source, 1),
    moduleFor(rig, 'a.py', source, 2),
    moduleFor(rig, 'b.py', source, 0),
    ofBlob(rig, 'c.py', source),
  ];
  const first = await compiler.compileModules(rig.context, distribution, asked);
  assert.deepEqual(rig.steps(), ['bytecode']);
  assert.equal(new Set(first.map((result) => JSON.stringify(result))).size, 5);
  await compiler[Symbol.asyncDispose]();
  assert.deepEqual(await compiler.compileModules(rig.context, distribution, asked), first);
  assert.deepEqual(rig.steps(), []);
  assert.deepEqual(children(), [], 'no process is left or was started');
});

const broken: [name: string, text: string, message: RegExp, line: number, column: number][] = [
  ['syntax', 'x = 1\nif x\n  pass\n', /SyntaxError: expected ':'/, 2, 5],
  ['indentation', 'def f():\nreturn 1\n', /IndentationError: expected an indented block/, 2, 1],
  ['encoding', '# coding: nonsense\n', /SyntaxError: .*(unknown encoding|encoding problem)/, 1, 1],
  ['null byte', 'x = "\0"\n', /null bytes/, 1, 1],
  ['too deep', `x = ${'('.repeat(300)}${')'.repeat(300)}\n`, /too many nested parentheses/, 1, 205],
];
for (const [name, text, message, line, column] of broken) {
  test(`a module with an error (${name}) is told with its place, and others are compiled`, async () => {
    using rig = openRig();
    const distribution = await distributionOf(rig.context, pythons['3.11']);
    await using compiler = new BytecodeCompiler();
    const results = await compiler.compileModules(rig.context, distribution, [
      moduleFor(rig, 'bad.py', text),
      moduleFor(rig, 'good.py', 'x = 1\n'),
    ]);
    const [bad, good] = results;
    assert.ok(bad !== undefined && 'diagnostic' in bad && good !== undefined && 'pyc' in good);
    assert.match(bad.diagnostic.message, message);
    assert.equal(bad.diagnostic.file, join(rig.folder, 'bad.py'));
    assert.equal(bad.diagnostic.severity, 'warning');
    assert.deepEqual(bad.diagnostic.range?.start, { line, column });
  });
}

test('a source that changes while it is compiled is an error, not a wrong result', async () => {
  using rig = openRig();
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  await using compiler = new BytecodeCompiler();
  const module = moduleFor(rig, 'a.py', 'x = 1\n');
  rig.write({ 'a.py': 'x = 2\n' });
  await assert.rejects(
    compiler.compileModules(rig.context, distribution, [module]),
    /changed while it was compiled/,
  );
});

test('a killed process is replaced, and a module is compiled all the same', async () => {
  using rig = openRig();
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  await using compiler = new BytecodeCompiler();
  await compiler.compileModules(rig.context, distribution, [moduleFor(rig, 'a.py', 'x = 1\n')]);
  const [worker] = children();
  assert.ok(worker !== undefined && readlinkSync(`/proc/${worker}/exe`).includes('python'));
  const large = Array.from({ length: 60 }, (_, index) =>
    moduleFor(rig, `m${index}.py`, `x = [${'(1, 2),'.repeat(2_000)}]\n`),
  );
  const compiling = compiler.compileModules(rig.context, distribution, large);
  process.kill(Number(worker), 'SIGKILL');
  const results = await compiling;
  assert.equal(results.filter((result) => 'pyc' in result).length, 60);
});

test('an idle process ends by itself', async () => {
  using rig = openRig();
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  await using compiler = new BytecodeCompiler({ idleMs: 1 });
  await compiler.compileModules(rig.context, distribution, [moduleFor(rig, 'a.py', 'x = 1\n')]);
  for (const start = performance.now(); children().length > 0 && performance.now() - start < 5_000;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(children(), []);
  const [again] = await compiler.compileModules(rig.context, distribution, [
    moduleFor(rig, 'b.py', 'x = 1\n'),
  ]);
  assert.ok(again !== undefined && 'pyc' in again);
});

test('a cancelled compilation stops, keeps what is done, and the next one goes on', async () => {
  using rig = openRig();
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  await using compiler = new BytecodeCompiler();
  const modules = Array.from({ length: 80 }, (_, index) => moduleFor(rig, `m${index}.py`, `x = ${index}\n`));
  const stop = new AbortController();
  const context = {
    ...rig.context,
    signal: stop.signal,
    report: (event: { event: string }) => {
      if (event.event === 'step-progress') stop.abort();
    },
  };
  await assert.rejects(compiler.compileModules(context, distribution, modules), { name: 'AbortError' });
  const results = await compiler.compileModules(rig.context, distribution, modules);
  assert.equal(results.filter((result) => 'pyc' in result).length, 80);
  const done = rig.events.filter((event) => event.event === 'step-progress').length;
  assert.ok(done < 80, `${done} of 80 were left to compile`);
});
