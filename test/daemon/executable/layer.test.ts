import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  type LayerFile,
  type LayerModule,
  buildLayer,
  writeLayer,
} from '../../../daemon/executable/layer.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-layer-'));
after(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();

const text = (path: string, content: string, compress = false): LayerFile => ({
  path,
  content: { at: 'bytes', bytes: Buffer.from(content) },
  executable: false,
  compress,
});
const files = [
  text('pkg/__init__.py', 'x = 1\n'),
  text('pkg/data/ü.txt', 'Daten'),
  text('pkg-1.0.dist-info/METADATA', 'Name: pkg\n'),
  text('empty', ''),
  text('pkg/sub/deep/er/mod.py', 'y = 2\n'.repeat(100)),
];
const modules: LayerModule[] = [
  { name: 'pkg', isPackage: true, has: { kind: 'python', source: 'pkg/__init__.py' } },
  {
    name: 'pkg.sub.deep.er.mod',
    isPackage: false,
    has: { kind: 'python', source: 'pkg/sub/deep/er/mod.py' },
  },
];

test('order of files and modules does not matter', () => {
  const layer = buildLayer(files, modules);
  assert.deepEqual(buildLayer(files.toReversed(), modules.toReversed()), layer);
  assert.equal(layer.toString('latin1', 0, 8), 'OXDLAYR\x01');
});

test('a layer in a file is the layer in memory', async () => {
  const onDisk = join(folder, 'content');
  writeFileSync(onDisk, 'Daten');
  const fromDisk = files.map((file) =>
    file.path.endsWith('.txt') ? { ...file, content: { at: 'file', path: onDisk } as const } : file,
  );
  const output = join(folder, 'layer');
  const length = await writeLayer(output, fromDisk, modules, signal);
  assert.deepEqual(readFileSync(output), buildLayer(files, modules));
  assert.equal(length, readFileSync(output).length);
});

test('compression is used where it saves', async () => {
  const source = 'def function(argument):\n    return argument\n'.repeat(200);
  const plain = await writeLayer(join(folder, 'plain'), [text('a.py', source)], [], signal);
  const packed = await writeLayer(join(folder, 'packed'), [text('a.py', source, true)], [], signal);
  assert.ok(packed < plain / 4, `${packed} of ${plain} bytes`);
  const short = await writeLayer(join(folder, 'short'), [text('a', 'xyz', true)], [], signal);
  assert.equal(short, await writeLayer(join(folder, 'short2'), [text('a', 'xyz')], [], signal));
});

test('large libraries begin on pages', async () => {
  const library = (path: string, size: number): LayerFile => ({
    path,
    content: { at: 'bytes', bytes: Buffer.concat([Buffer.from(`\x7fELF${path}`), Buffer.alloc(size)]) },
    executable: false,
    compress: false,
  });
  const some = [text('a', 'x'), library('b.so', 300_000), library('c.so', 300), library('d.so', 300_001)];
  const layer = buildLayer(some, []);
  const begins = some.map(({ path }) => layer.indexOf(path === 'a' ? 'x' : `\x7fELF${path}`, 0, 'latin1'));
  assert.deepEqual([begins[1]! % 4096, begins[3]! % 4096], [0, 0]);
  assert.ok(begins[2]! % 4096 !== 0, 'small ones are copied');
  const output = join(folder, 'libraries');
  await writeLayer(output, some.toReversed(), [], signal);
  assert.deepEqual(readFileSync(output), layer);
});

test('a library goes before the source of the same module', () => {
  const both: LayerModule[] = [
    { name: 'm', isPackage: false, has: { kind: 'extension', library: 'm.so' } },
    { name: 'm', isPackage: false, has: { kind: 'python', source: 'm.py' } },
  ];
  const contents = [text('m.so', ''), text('m.py', '')];
  const layer = buildLayer(contents, both.slice(0, 1));
  assert.deepEqual(buildLayer(contents, both), layer);
  assert.deepEqual(buildLayer(contents, both.toReversed()), layer);
});

test('writing stops when the build is cancelled', async () => {
  const reason = new Error('cancelled');
  await assert.rejects(writeLayer(join(folder, 'stopped'), files, [], AbortSignal.abort(reason)), reason);
});

const refused: [what: string, files: LayerFile[], modules: LayerModule[], message: RegExp][] = [
  ['a path twice', [text('a', '1'), text('a', '2')], [], /"a" is packed twice/],
  ['a file as a folder', [text('a', '1'), text('a/b', '2')], [], /"a" is both a file and a directory/],
  ['a folder as a file', [text('a/b', '1'), text('a', '2')], [], /"a" is packed twice/],
  ['a way out', [text('a/../b', '1')], [], /not a path within the tree: "a\/..\/b"/],
  ['an absolute path', [text('/a', '1')], [], /not a path within the tree/],
  [
    'a module without its file',
    [],
    [{ name: 'm', isPackage: false, has: { kind: 'python', source: 'm.py' } }],
    /refers to "m.py", which is not in its layer/,
  ],
  ['a module twice', files, [...modules, ...modules], /module "pkg" is packed twice/],
];
for (const [what, some, named, message] of refused)
  test(`${what} is refused`, () => assert.throws(() => buildLayer(some, named), message));
