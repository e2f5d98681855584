import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { Header } from 'tar';
import { extract } from '../../../daemon/python/extract.ts';
import { openRig } from './python-rig.ts';

type Member = {
  readonly path: string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
  readonly linkpath?: string;
  readonly text?: string;
  readonly size?: number;
  readonly mode?: number;
};

/** A tar archive of exactly these members, as no honest program would write it. */
function tar(members: readonly Member[]): Buffer {
  const blocks = members.flatMap(({ path, type = 'File', linkpath, text = '', size, mode = 0o644 }) => {
    const header = new Header({
      path,
      type,
      mode,
      size: size ?? Buffer.byteLength(text),
      mtime: new Date(0),
      ...(linkpath === undefined ? {} : { linkpath }),
    });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    body.write(text);
    return [block, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const plain: Member[] = [
  { path: 'python/bin/', type: 'Directory', mode: 0o755 },
  { path: 'python/bin/python3.11', text: 'program', mode: 0o755 },
  { path: 'python/bin/python3', type: 'SymbolicLink', linkpath: 'python3.11' },
  { path: 'python/lib/x', type: 'SymbolicLink', linkpath: '../bin/python3.11' },
  { path: 'python/lib/hard', type: 'Link', linkpath: 'python/bin/python3.11' },
];

const compressions: [name: string, compress: (bytes: Buffer) => Buffer][] = [
  ['tar', (bytes) => bytes],
  ['tar.gz', (bytes) => gzipSync(bytes)],
  ['tar.zst', (bytes) => zstdCompressSync(bytes)],
];
for (const [name, compress] of compressions) {
  test(`unpacks a ${name}`, async () => {
    using rig = openRig();
    const archive = join(rig.folder, 'archive');
    const into = join(rig.folder, 'into');
    mkdirSync(into);
    writeFileSync(archive, compress(tar(plain)));
    await extract(rig.context, { archive, into, progress: () => {} });
    for (const path of ['bin/python3', 'lib/x', 'lib/hard'])
      assert.equal(readFileSync(join(into, 'python', path), 'utf8'), 'program');
    assert.equal(lstatSync(join(into, 'python/bin/python3.11')).mode & 0o777, 0o755);
  });
}

const refused: [name: string, members: Member[], message: RegExp][] = [
  ['a path upwards', [{ path: 'python/../../evil', text: 'x' }], /"python\/..\/..\/evil" leads out of it/],
  ['an absolute path', [{ path: '/tmp/oxd-evil', text: 'x' }], /leads out of it/],
  [
    'an absolute link',
    [{ path: 'a', type: 'SymbolicLink', linkpath: '/etc' }],
    /the link "a" leads out of it, to "\/etc"/,
  ],
  [
    'a link upwards',
    [{ path: 'a/b', type: 'SymbolicLink', linkpath: '../../x' }],
    /the link "a\/b" leads out/,
  ],
  ['a hard link upwards', [{ path: 'a', type: 'Link', linkpath: '../x' }], /the link "a" leads out/],
  [
    'a file through a link',
    [
      { path: 'a', type: 'SymbolicLink', linkpath: '.' },
      { path: 'a/evil', text: 'x' },
    ],
    /Cannot extract through symbolic link/,
  ],
  ['a device', [{ path: 'a', type: 'CharacterDevice' }], /"a" is a CharacterDevice/],
  ['a pipe', [{ path: 'a', type: 'FIFO' }], /"a" is a FIFO/],
  ['a giant', [{ path: 'a', size: 5 * 1024 ** 3 }], /it unpacks to more than 4 GB/],
];
for (const [name, members, message] of refused) {
  test(`refuses ${name}`, async () => {
    using rig = openRig();
    const archive = join(rig.folder, 'archive');
    const into = join(rig.folder, 'deep/into');
    mkdirSync(into, { recursive: true });
    writeFileSync(archive, tar([{ path: 'ok', text: 'x' }, ...members]));
    await assert.rejects(extract(rig.context, { archive, into, progress: () => {} }), message);
    assert.deepEqual(readdirSync(join(rig.folder, 'deep')), ['into']);
    assert.ok(!existsSync('/tmp/oxd-evil') && !existsSync(join(rig.folder, 'evil')));
  });
}

const damaged: [name: string, bytes: Buffer][] = [
  ['cut short', zstdCompressSync(tar(plain)).subarray(0, 60)],
  ['cut short (gzip)', gzipSync(tar(plain)).subarray(0, 60)],
  ['of noise', Buffer.from('no archive at all, but some text '.repeat(100))],
];
for (const [name, bytes] of damaged) {
  test(`says that an archive ${name} is damaged`, async () => {
    using rig = openRig();
    const archive = join(rig.folder, 'archive');
    writeFileSync(archive, bytes);
    await assert.rejects(
      extract(rig.context, { archive, into: rig.folder, progress: () => {} }),
      (error: Error & { kind?: string; hint?: string }) => {
        assert.match(error.message, /^Cannot unpack/);
        assert.match(error.hint ?? '', /damaged or no archive/);
        return true;
      },
    );
  });
}
