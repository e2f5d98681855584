// The file itself: determinism, replacement, damage, strip. With a real stub and standard library.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findPayload } from '../../../daemon/executable/elf.ts';
import { openImage } from '../../../daemon/executable/image-reader.ts';
import { ImageStage } from '../../../daemon/executable/image-stage.ts';
import { type Image, writeImage } from '../../../daemon/executable/image.ts';
import { buildStub, testPython, memoryLayer, stdlibLayer } from './packing.ts';

const python = testPython();
const stub = buildStub(python);
const standard = await stdlibLayer(python);
const folder = mkdtempSync(join(tmpdir(), 'oxd-image-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();

const application = (text: string) =>
  memoryLayer(
    [
      {
        path: 'data.txt',
        content: { at: 'bytes', bytes: Buffer.from(text) },
        executable: false,
        compress: false,
      },
    ],
    [],
  );

const imageOf = (name: string, text: string): Image => ({
  stub,
  layers: [standard, application(text)],
  config: {
    pythonVersion: python.version,
    cacheTag: `cpython-${python.version.replace('.', '')}`,
    run: {
      mode: 'eval',
      code: 'import json, sys; print(json.__name__, open(sys.prefix + "/data.txt").read())',
    },
  },
  output: join(folder, name),
  mtime: 1_700_000_000,
});

const start = (program: string) => spawnSync(program, { encoding: 'utf8' });

test('equal inputs give equal bytes, also over what was there before', async () => {
  await writeImage(imageOf('first', 'one'), signal);
  writeFileSync(join(folder, 'second'), 'something else');
  const length = await writeImage(imageOf('second', 'one'), signal);
  const bytes = readFileSync(join(folder, 'second'));
  assert.ok(bytes.equals(readFileSync(join(folder, 'first'))));
  assert.equal(length, bytes.length);
  assert.equal(statSync(join(folder, 'second')).mode & 0o777, 0o755);
  assert.equal(start(join(folder, 'second')).stdout, 'json one\n');
});

test('a prepared copy gives the same image', async () => {
  const scratch = mkdtempSync(join(folder, 'scratch-'));
  let names = 0;
  await using stage = new ImageStage(() => join(scratch, `${(names += 1)}`));
  for (const text of ['short', 'a text that is longer '.repeat(1000), 'short again']) {
    const image = imageOf('staged', text);
    await stage.write(image, signal);
    stage.prepare(image);
    await writeImage(imageOf('plain', text), signal);
    assert.ok(readFileSync(image.output).equals(readFileSync(join(folder, 'plain'))));
  }
  // Somebody strips the output, or writes another program there: the copy is of what we wrote, so it still serves.
  writeFileSync(join(folder, 'staged'), 'not ours');
  await stage.write(imageOf('staged', 'after'), signal);
  assert.equal(start(join(folder, 'staged')).stdout, 'json after\n');
  await stage[Symbol.asyncDispose]();
  assert.deepEqual(readdirSync(scratch), []);
});

test('a cancelled or failing write leaves the old executable and nothing else', async () => {
  const image = imageOf('kept', 'old');
  await writeImage(image, signal);
  const before = readdirSync(folder);
  const reason = new Error('cancelled');
  await assert.rejects(writeImage(imageOf('kept', 'new'), AbortSignal.abort(reason)), reason);
  const missing = { ...standard, content: { at: 'file', path: join(folder, 'nowhere') } } as const;
  await assert.rejects(writeImage({ ...imageOf('kept', 'new'), layers: [missing] }, signal), /ENOENT/);
  assert.deepEqual(readdirSync(folder), before);
  assert.equal(start(image.output).stdout, 'json old\n');
});

test('what is no stub is refused', async () => {
  for (const [content, message] of [
    [Buffer.from('#!/bin/sh\n'), /not an x86-64 ELF executable/],
    [readFileSync('/bin/true'), /no program header reserved/],
  ] as const) {
    const path = join(folder, 'no-stub');
    writeFileSync(path, content);
    await assert.rejects(writeImage({ ...imageOf('from-no-stub', ''), stub: path }, signal), message);
  }
});

test('an image can be listed and extracted', async () => {
  const image = imageOf('listed', 'inside');
  await writeImage(image, signal);
  using opened = openImage(image.output);
  assert.deepEqual(opened.config, image.config);
  assert.deepEqual(
    opened.layers,
    image.layers.map(({ sha256, length }) => ({ sha256, length })),
  );
  const source = opened.files.find(({ path }) => path === `lib/python${python.version}/json/__init__.py`);
  assert.ok(source !== undefined && source.stored < source.size, 'sources are compressed');
  assert.ok(opened.read(source).equals(readFileSync(join(python.stdlib, 'json/__init__.py'))));
  const data = opened.files.find(({ path }) => path === 'data.txt');
  assert.deepEqual(data && [opened.read(data).toString(), data.layer], ['inside', 1]);
  assert.throws(() => openImage('/bin/true'), /is not an executable that oxd built/);
});

for (const strip of ['strip', 'llvm-strip', 'objcopy --strip-all']) {
  const [command = '', ...args] = strip.split(' ');
  const missing = spawnSync(command, ['--version']).error !== undefined;
  test(`the payload survives ${strip}`, { skip: missing && `no ${command} here` }, async () => {
    const image = imageOf(`stripped-${command}`, 'still here');
    await writeImage(image, signal);
    execFileSync(command, [...args, image.output]);
    assert.equal(start(image.output).stdout, 'json still here\n');
    using opened = openImage(image.output);
    assert.ok(opened.files.some(({ path }) => path === 'data.txt'));
  });
}

test('tools see a sane file', { skip: spawnSync('readelf', ['--version']).error !== undefined }, async () => {
  const image = imageOf('sane', '');
  await writeImage(image, signal);
  const result = spawnSync('readelf', ['--wide', '--all', '--lint', image.output], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  assert.doesNotMatch(result.stderr, /[Cc]orrupt|[Ee]rror|[Oo]verlap|out of/);
  assert.match(result.stdout, / \.oxd +PROGBITS .* A /);
});

// Damage: always a clear word and 70, or no difference where nobody looked; never a signal.
const damaged = join(folder, 'damaged');
await writeImage(imageOf('damaged', 'sound'), signal);
const sound = readFileSync(damaged);
const payload = findPayload((offset, length) => sound.subarray(offset, offset + length));
if (payload === undefined) throw new Error('no payload');

function withFlips(offsets: readonly number[]): { status: number | null; stderr: string } {
  const file = openSync(damaged, 'r+');
  const write = (at: number, byte: number) => writeSync(file, Buffer.from([byte]), 0, 1, at);
  try {
    for (const at of offsets) write(at, (sound[at] ?? 0) ^ 0x10);
    closeSync(openSync(damaged, 'r'));
  } finally {
    closeSync(file);
  }
  const { status, stderr } = start(damaged);
  const restore = openSync(damaged, 'r+');
  for (const at of offsets) writeSync(restore, sound, at, 1, at);
  closeSync(restore);
  return { status, stderr };
}

test('a flipped bit in the header page or the configuration', () => {
  const config = sound.indexOf('{"pythonVersion"', payload.offset);
  for (const at of [0, 8, 12, 16, 24, 40, 56, 60, 64, 72, 80, 88, 3000]
    .map((at) => payload.offset + at)
    .concat(config + 5)) {
    const { status, stderr } = withFlips([at]);
    assert.equal(status, 70, `byte ${at}: ${stderr}`);
    assert.match(stderr, /this executable is damaged: its payload .*Build it or copy it again/);
  }
});

test('a flipped bit in a module that is used names the module', () => {
  const { files, pyc } = locate();
  assert.equal(withFlips([pyc]).status, 70);
  assert.match(
    withFlips([pyc]).stderr,
    /"lib\/python3\.\d+\/json\/__pycache__\/__init__\.cpython-\d+\.pyc" in it is damaged/,
  );
  // What nobody reads does no harm.
  assert.equal(withFlips([files]).status, 0);
});

/** Places in the file: within the bytecode of json, and within that of a module that is not used. */
function locate(): { pyc: number; files: number } {
  const find = (path: string) => {
    using image = openImage(damaged);
    const file = image.files.find((entry) => entry.path === path);
    assert.ok(file);
    const at = sound.indexOf(image.read(file), payload?.offset);
    assert.ok(at > 0);
    return at + 40;
  };
  const tag = `cpython-${python.version.replace('.', '')}.pyc`;
  const library = `lib/python${python.version}`;
  return {
    pyc: find(`${library}/json/__pycache__/__init__.${tag}`),
    files: find(`${library}/__pycache__/chess.${tag}`.replace('chess', 'cmd')),
  };
}

test('flipped bits in the index never crash', () => {
  const layer = payload.offset + 4096;
  const data = Number(sound.readBigUInt64LE(layer + 72));
  for (let round = 0; round < 24; round++) {
    const spread = Array.from(
      { length: 1 + round * 20 },
      (_, index) => layer + ((round * 7919 + index * 10_007) % data),
    );
    const { status, stderr } = withFlips(spread);
    assert.ok(status === 0 || status === 70, `round ${round}: ${status} ${stderr}`);
  }
});

test('a file that is cut short', () => {
  for (const length of [payload.offset + 100, payload.offset + 5000, Math.floor(sound.length / 2)]) {
    const short = join(folder, 'short');
    copyFileSync(damaged, short);
    truncateSync(short, length);
    chmodSync(short, 0o755);
    const { status, stderr } = start(short);
    assert.equal(status, 70);
    assert.match(stderr, /this executable is damaged: it is cut short/);
  }
});

test('a bare stub says that it is one', () => {
  const { status, stderr } = start(stub);
  assert.equal(status, 70);
  assert.match(stderr, /nothing is packed into this program/);
});
