// Several processes at one cache, and processes that end in the middle of a write.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openCache } from '../../cache/open.ts';
import { Anything, bytesOf, temporaryCache, temporaryFolder } from './temporary-cache.ts';

const source = (name: string): string => JSON.stringify(join(import.meta.dirname, name));
const prelude = `
  const { openCache } = await import(${source('../../cache/open.ts')});
  const { Anything, bytesOf } = await import(${source('temporary-cache.ts')});
  const folder = process.argv[1];`;
const nodeArguments = (script: string, ...rest: string[]): string[] => [
  '--input-type=module',
  '-e',
  prelude + script,
  ...rest,
];

/** One of each size class; all processes write the same. */
const putAll = `
  for (let i = 0; i < 60; i++) {
    const blob = cache.blobs.put(bytesOf(i, i % 3 === 0 ? 100_000 : 2000));
    cache.put(Anything, { i }, { i, blob }, { blobs: [blob] });
  }`;

test('processes that start at once on nothing share one cache', async (t) => {
  const folder = temporaryFolder(t);
  const script = `using cache = openCache(folder, { log: { warn: (_, text) => console.log(text) } });${putAll}`;
  const outputs = await Promise.all(
    Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, nodeArguments(script, folder))),
  );
  assert.deepEqual(
    outputs.map(({ stdout }) => stdout),
    ['', '', '', ''],
  );
  const { cache } = temporaryCache(t, { folder });
  for (let i = 0; i < 60; i++) {
    const value = cache.get(Anything, { i }) as { blob: never } | undefined;
    assert.ok(value);
    assert.deepEqual(cache.blobs.get(value.blob), bytesOf(i, i % 3 === 0 ? 100_000 : 2000));
  }
});

test('a process that is killed while it writes leaves right answers or none', async (t) => {
  const folder = temporaryFolder(t);
  using witness = openCache(folder);
  for (let round = 0; round < 5; round++) {
    const script = `
      using cache = openCache(folder);
      for (let i = ${round} * 1000; ; i++) {
        const blob = cache.blobs.put(bytesOf(i, i % 2 === 0 ? 70_000 : 500));
        cache.put(Anything, { i }, { i, blob }, { blobs: [blob] });
        const staged = cache.trees.stage();
        const tree = await cache.trees.publish(staged);
        if (i % 10 === 5) process.stdout.write('.');
      }`;
    const child = spawn(process.execPath, nodeArguments(script, folder), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    let found = 0;
    for (let i = round * 1000; i < round * 1000 + 500; i++) {
      const value = witness.get(Anything, { i }) as { blob: never } | undefined;
      if (value === undefined) continue;
      found += 1;
      assert.deepEqual(witness.blobs.get(value.blob), bytesOf(i, i % 2 === 0 ? 70_000 : 500));
    }
    assert.ok(found > 0, 'what was told as written is there');
  }
  const { cache } = temporaryCache(t, { folder });
  await cache.collect();
  assert.deepEqual(readdirSync(join(folder, 'tmp')), [], 'half-written files are gone');
});

test('a write waits for another process that writes', async (t) => {
  const folder = temporaryFolder(t);
  const marker = join(folder, 'marker');
  using cache = openCache(folder);
  const script = `
    const { existsSync } = await import('node:fs');
    const Sqlite = (await import(${JSON.stringify(import.meta.resolve('better-sqlite3'))})).default;
    const db = new Sqlite(folder + '/cache-v1.db');
    db.exec('BEGIN IMMEDIATE');
    console.log('locked');
    const timer = setInterval(() => {
      if (!existsSync(${JSON.stringify(marker)})) return;
      clearInterval(timer);
      setTimeout(() => db.exec('COMMIT'), 300);
    }, 5);`;
  const child = spawn(process.execPath, nodeArguments(script, folder), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  assert.equal(cache.get(Anything, { i: 1 }), undefined, 'reading waits for nobody');
  const started = performance.now();
  writeFileSync(marker, '');
  cache.put(Anything, { i: 1 }, { i: 1 });
  assert.ok(performance.now() - started > 200, 'it was locked');
  await once(child, 'exit');
  assert.deepEqual(cache.get(Anything, { i: 1 }), { i: 1 });
});

/** A file system of our own in a namespace of our own: 2 MB, or read-only. */
const canMount = ((): boolean => {
  try {
    execFileSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const skip = !canMount && 'cannot mount in a namespace';

async function runOn(mount: string, folder: string, script: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)('unshare', [
    '-Urm',
    'sh',
    '-c',
    `${mount} && exec "$0" "$@"`,
    process.execPath,
    ...nodeArguments(script, folder),
  ]);
  return JSON.parse(stdout);
}

const waysOut: [way: string, script: string, kept: string][] = [
  ['clearing', 'await cache.clear();', 'none'],
  ['collecting', 'hours = 24; const { results } = await cache.collect({ bytesMax: 500_000 });', 'some'],
];
for (const [way, free, kept] of waysOut) {
  test(`a full disk is told, what was written stays good, and ${way} helps`, { skip }, async (t) => {
    const folder = join(temporaryFolder(t), 'full');
    mkdirSync(folder);
    const script = `
      let hours = 0;
      using cache = openCache(folder, { now: () => Date.now() + hours * 3600_000 });
      const reasons = new Set();
      const written = [];
      for (const length of [70_000, 3000, 10]) {
        for (let i = 0; i < 600; i++) {
          try {
            const blob = cache.blobs.put(bytesOf(i, length));
            cache.put(Anything, { length, i }, { blob }, { blobs: [blob] });
            written.push({ length, i });
          } catch (error) {
            reasons.add(error.reason ?? error.stack);
          }
        }
      }
      const count = () => written.filter((key) => cache.get(Anything, key) !== undefined).length;
      const isAllGood = count() === written.length && written.length > 10;
      ${free}
      const kept = count();
      const blob = cache.blobs.put(bytesOf(1000, 70_000));
      cache.put(Anything, {}, { blob }, { blobs: [blob] });
      const isFree = cache.get(Anything, {}) !== undefined;
      console.log(JSON.stringify({ reasons: [...reasons], isAllGood, kept: kept === 0 ? 'none' : 'some', isFree }));`;
    const outcome = await runOn(`mount -t tmpfs -o size=2m none '${folder}'`, folder, script);
    assert.deepEqual(outcome, { reasons: ['disk-full'], isAllGood: true, kept, isFree: true });
  });
}

test('no room for a database is told as such', { skip }, async (t) => {
  const folder = temporaryFolder(t);
  const script = `
    (await import('node:fs')).writeFileSync(folder + '/ballast', Buffer.alloc(60_000));
    try { openCache(folder); } catch (error) { console.log(JSON.stringify([error.name, error.reason])); }`;
  const outcome = await runOn(`mount -t tmpfs -o size=64k none '${folder}'`, folder, script);
  assert.deepEqual(outcome, ['CacheError', 'disk-full']);
});

for (const what of ['an empty', 'a filled']) {
  test(`${what} read-only folder is told`, { skip }, async (t) => {
    const folder = temporaryFolder(t);
    if (what === 'a filled') openCache(folder).close();
    const script = `
      try { openCache(folder).put(Anything, {}, {}); }
      catch (error) { console.log(JSON.stringify([error.name, error.reason, error.message.includes(folder), error.hint])); }`;
    const mount = `mount --bind '${folder}' '${folder}' && mount -o remount,ro,bind '${folder}'`;
    assert.deepEqual(await runOn(mount, folder, script), [
      'CacheError',
      'read-only',
      true,
      'make it writable for you or set OXD_CACHE_DIR to a folder that is',
    ]);
  });
}
