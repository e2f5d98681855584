// Install layouts on a real disk: all or nothing, and never what is not ours.
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../../protocol/failure.ts';
import type { Context } from '../../../daemon/context.ts';
import type { NamedFile } from '../../../daemon/packaging/named-file.ts';
import { writeLayout } from '../../../daemon/targets/layout.ts';
import { contentOfText } from '../../../daemon/targets/placed-files.ts';
import { type PythonRig, openRig } from '../python/python-rig.ts';

/** "PATH" to text; a path that ends in "*" is executable. */
type Files = Readonly<Record<string, string>>;

const placed = ({ context }: PythonRig, files: Files): NamedFile[] =>
  Object.entries(files).map(([path, text]) => ({
    path: path.replace('*', ''),
    content: contentOfText(context, text),
    executable: path.endsWith('*'),
  }));

const install = (rig: PythonRig, files: Files, replace = true, context: Context = rig.context): void =>
  void writeLayout(context, join(rig.folder, 'out'), placed(rig, files), { replace });

const held = (rig: PythonRig): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(rig.folder, 'out'), { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => [path.slice(rig.folder.length + 5), readFileSync(path, 'utf8')]),
  );

const mode = (rig: PythonRig, path: string): string =>
  (statSync(join(rig.folder, 'out', path)).mode & 0o777).toString(8);

test('files of the last time go, with their empty folders; what others put there stays', () => {
  using rig = openRig();
  install(rig, { 'app*': '#!', 'lib/a.py': 'a', 'lib/deep/b.py': 'b', 'data/c': 'c' });
  assert.deepEqual([mode(rig, 'app'), mode(rig, 'lib/a.py')], ['755', '644']);
  writeFileSync(join(rig.folder, 'out/data/mine'), 'mine');
  install(rig, { app: 'new', 'lib/a.py': 'a' });
  assert.deepEqual(held(rig), { app: 'new', 'data/mine': 'mine', 'lib/a.py': 'a' });
  assert.equal(mode(rig, 'app'), '644');
  assert.ok(!existsSync(join(rig.folder, 'out/lib/deep')));
});

test('a file of ours that somebody changed is theirs now', () => {
  using rig = openRig();
  install(rig, { 'settings.ini': 'ours', 'old.py': 'x' });
  writeFileSync(join(rig.folder, 'out/settings.ini'), 'edited');
  install(rig, { 'new.py': 'y' });
  assert.deepEqual(held(rig), { 'new.py': 'y', 'settings.ini': 'edited' });
});

test('without replace, files of the last time stay, and are still ours', () => {
  using rig = openRig();
  install(rig, { a: '1', b: '1' });
  install(rig, { a: '2' }, false);
  assert.deepEqual(held(rig), { a: '2', b: '1' });
  install(rig, { a: '3' });
  assert.deepEqual(held(rig), { a: '3' });
});

test('a file takes the place of a folder of ours, and the other way round', () => {
  using rig = openRig();
  install(rig, { 'x/one': '1', 'x/two': '2' });
  install(rig, { x: 'file' });
  assert.deepEqual(held(rig), { x: 'file' });
  install(rig, { 'x/one': '1' });
  assert.deepEqual(held(rig), { 'x/one': '1' });
});

test('a link in the place of a file is replaced, not followed', () => {
  using rig = openRig();
  writeFileSync(join(rig.folder, 'precious'), 'precious');
  mkdirSync(join(rig.folder, 'out'));
  symlinkSync('../precious', join(rig.folder, 'out/a'));
  install(rig, { a: 'new' });
  assert.deepEqual(held(rig), { a: 'new' });
  assert.equal(readFileSync(join(rig.folder, 'precious'), 'utf8'), 'precious');
});

/** What stops an installation of { a, b } over an older { a, old }: nothing may change. */
const stops: Record<string, (rig: PythonRig) => { readonly context?: Context; readonly files?: Files }> = {
  'cancelled between two files': (rig) => {
    let asked = 0;
    const signal = {
      throwIfAborted() {
        asked += 1;
        if (asked === 2) throw new DOMException('cancelled', 'AbortError');
      },
    } as AbortSignal;
    return { context: { ...rig.context, signal } };
  },
  'a file that cannot be read': (rig) => {
    const source = join(rig.folder, 'source');
    writeFileSync(source, 'new b');
    const { blobs } = rig.context.cache;
    const broken = { ...rig.context.cache, blobs: { ...blobs, get: () => undefined } };
    return { context: { ...rig.context, cache: broken } };
  },
  'a path that leaves the folder': () => ({ files: { a: 'new', '../b': 'x' } }),
  'an absolute path': () => ({ files: { a: 'new', '/tmp/b': 'x' } }),
  'a file that another one needs as a folder': () => ({ files: { a: 'new', 'a/b': 'x' } }),
  'a folder of others in the place of a file': (rig) => {
    mkdirSync(join(rig.folder, 'out/b'));
    writeFileSync(join(rig.folder, 'out/b/theirs'), '');
    return {};
  },
  'a file of others in the place of a folder': (rig) => {
    writeFileSync(join(rig.folder, 'out/b'), 'theirs');
    return { files: { a: 'new', 'b/c': 'x' } };
  },
  'a link that leads out': (rig) => {
    mkdirSync(join(rig.folder, 'elsewhere'));
    symlinkSync('../elsewhere', join(rig.folder, 'out/b'));
    return { files: { a: 'new', 'b/c': 'x' } };
  },
};

for (const [what, prepare] of Object.entries(stops))
  test(`leaves what was there: ${what}`, () => {
    using rig = openRig();
    install(rig, { a: 'old a', old: 'old' });
    chmodSync(join(rig.folder, 'out/a'), 0o755);
    const { context, files = { a: 'new', b: 'new b' } } = prepare(rig);
    const before = [readdirSync(rig.folder).toSorted(), readdirSync(join(rig.folder, 'out')).toSorted()];
    assert.throws(
      () => install(rig, files, true, context),
      (error: Error) =>
        error.name === 'AbortError' ||
        /the cache lost/.test(error.message) ||
        (error instanceof Failure && error.hint !== undefined && /^Cannot write ".*": /.test(error.message)),
    );
    assert.deepEqual(
      [readdirSync(rig.folder).toSorted(), readdirSync(join(rig.folder, 'out')).toSorted()],
      before,
    );
    assert.equal(readFileSync(join(rig.folder, 'out/a'), 'utf8'), 'old a');
    assert.equal(mode(rig, 'a'), '755');
    // The record still knows what is ours.
    for (const path of ['b']) rmSync(join(rig.folder, 'out', path), { recursive: true, force: true });
    install(rig, {});
    assert.deepEqual(held(rig), {});
  });
