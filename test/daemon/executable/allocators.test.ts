// Which allocator serves which domain of Python's memory. The backends that are compiled from C have a suite of their
// own, `npm run test:allocators`: each takes cargo a minute.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { InterpreterConfig } from '../../../daemon/executable/interpreter-config.ts';
import { type Observed, observe, writeProgram } from '../../allocators/observe.ts';
import { buildStub, testPython, writeExecutable } from './packing.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-allocators-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// pymalloc serves small blocks of mem and obj; the C library sees its arenas as mappings only.
const usual = { raw: 'libc', mem: 'elsewhere', obj: 'elsewhere', arenas: false, runtime: true } as const;
const rust = { allocatorBackend: 'rust' } as const;
const rows: [config: Partial<InterpreterConfig>, differs: Partial<Observed>][] = [
  [{}, {}],
  [rust, {}],
  [{ ...rust, allocatorRaw: true }, { raw: 'rust' }],
  [{ ...rust, allocatorMem: true }, { mem: 'rust' }],
  [{ ...rust, allocatorObj: true }, { obj: 'rust' }],
  [
    { ...rust, allocatorRaw: true, allocatorPymallocArena: true },
    { raw: 'rust', arenas: true },
  ],
];
for (const [config, differs] of rows)
  test(`${JSON.stringify(config)} serves what it is to serve`, async () => {
    const { stderr, ...observed } = await observe(folder, config);
    assert.deepEqual({ ...observed, stderr }, { ...usual, ...differs, stderr: '' });
  });

test('debug hooks look at what a backend served', async () => {
  const code = `
import ctypes
api = ctypes.pythonapi
api.PyMem_Malloc.restype, api.PyMem_Free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
block = api.PyMem_Malloc(100)
ctypes.memset(block, 1, 101)
api.PyMem_Free(block)`;
  const program = await writeProgram(folder, { ...rust, allocatorMem: true, allocatorDebug: true }, code);
  const result = spawnSync(program, { encoding: 'utf8' });
  assert.equal(result.signal, 'SIGABRT');
  assert.match(result.stderr, /bad trailing pad byte/);
});

test('a stub has no allocator that nobody asked for', () => {
  const bytes = readFileSync(buildStub(testPython()));
  for (const name of ['jemalloc', 'mimalloc', 'snmalloc'])
    assert.ok(!bytes.includes(`${name}: `) && !bytes.includes(`<${name}>`), name);
});

test('a stub without the backend that its configuration names says so', async () => {
  const output = join(folder, 'mismatch');
  await writeExecutable(testPython(), {
    output,
    stub: buildStub(testPython()),
    run: { mode: 'noop' },
    config: { allocatorBackend: 'snmalloc' },
  });
  const result = spawnSync(output, { encoding: 'utf8' });
  assert.equal(result.status, 70);
  assert.match(
    result.stderr,
    /this program has none beside Rust's own, and not snmalloc\. Add the feature allocator-snmalloc/,
  );
});
