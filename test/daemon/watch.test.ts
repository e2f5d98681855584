import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type PollingReason, type Watch, watchPaths, type WatchSet } from '../../daemon/watch.ts';

type Rig = {
  readonly root: string;
  readonly watch: Watch;
  readonly set: WatchSet;
  readonly reasons: PollingReason[];
  /** The paths of the next burst that names one of ours, relative to the root. */
  next(): Promise<string[]>;
};

async function startRig(t: TestContext, { settleMs = 30 } = {}): Promise<Rig> {
  const root = mkdtempSync(join(tmpdir(), 'oxd-watch-'));
  mkdirSync(join(root, 'pkg', 'sub'), { recursive: true });
  for (const name of ['config', 'pkg/a', 'pkg/b', 'pkg/sub/c', 'unrelated'])
    writeFileSync(join(root, name), 'old');
  const set = {
    files: ['config', 'pkg/a', 'pkg/b', 'missing/deep/file'].map((name) => join(root, name)),
    directories: [join(root, 'pkg')],
  };
  const bursts: string[][] = [];
  let wake = (): void => undefined;
  const reasons: PollingReason[] = [];
  const controller = new AbortController();
  const watch = await watchPaths(set, {
    signal: controller.signal,
    onChange(paths) {
      bursts.push(paths.map((path) => path.slice(root.length + 1)));
      wake();
    },
    onPolling: (reason) => reasons.push(reason),
    settleMs,
  });
  t.after(async () => {
    controller.abort();
    await watch.close();
    rmSync(root, { recursive: true, force: true });
  });
  return {
    root,
    watch,
    set,
    reasons,
    async next() {
      while (bursts.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return bursts.shift() ?? [];
    },
  };
}

const options = { timeout: 30_000 };

const edits: [what: string, edit: (root: string) => void, told: string[]][] = [
  ['an edit', (root) => writeFileSync(join(root, 'pkg/a'), 'new'), ['pkg/a']],
  [
    'a save by rename',
    (root) => {
      writeFileSync(join(root, '.config.tmp'), 'new');
      renameSync(join(root, '.config.tmp'), join(root, 'config'));
    },
    ['config'],
  ],
  [
    'an edit that leaves size and time',
    (root) => {
      const { atime, mtime } = statSync(join(root, 'pkg/a'));
      writeFileSync(join(root, 'pkg/a'), 'new');
      utimesSync(join(root, 'pkg/a'), atime, mtime);
    },
    ['pkg/a'],
  ],
  ['a listed directory that goes', (root) => renameSync(join(root, 'pkg'), join(root, 'gone')), ['pkg']],
  ['a new file in a listed directory', (root) => writeFileSync(join(root, 'pkg/new'), ''), ['pkg/new']],
  ['a removed file', (root) => rmSync(join(root, 'pkg/b')), ['pkg/b']],
  ['a new directory', (root) => mkdirSync(join(root, 'pkg/inner')), ['pkg/inner']],
  ['the coming of a parent of a missing file', (root) => mkdirSync(join(root, 'missing')), ['missing']],
];
for (const [what, edit, told] of edits) {
  test(`tells ${what}`, options, async (t) => {
    const rig = await startRig(t);
    edit(rig.root);
    assert.deepEqual(await rig.next(), told);
  });
}

test('joins a burst and leaves out what nobody asked for', options, async (t) => {
  const rig = await startRig(t);
  for (const name of ['unrelated', 'pkg/sub/c', 'pkg/.a.swp', 'pkg/a~', 'pkg/4913', 'pkg/b', 'config']) {
    writeFileSync(join(rig.root, name), 'new');
  }
  mkdirSync(join(rig.root, 'pkg/__pycache__'));
  assert.deepEqual(await rig.next(), ['config', 'pkg/b']);
});

test('a burst that does not end is handed over all the same', options, async (t) => {
  const rig = await startRig(t, { settleMs: 60_000 });
  writeFileSync(join(rig.root, 'pkg/a'), 'new');
  assert.deepEqual(await rig.next(), ['pkg/a']);
});

test('a directory that is removed and made again is seen again after an update', options, async (t) => {
  const rig = await startRig(t);
  rmSync(join(rig.root, 'pkg'), { recursive: true });
  mkdirSync(join(rig.root, 'pkg'));
  await rig.next();
  await rig.watch.update(rig.set);
  writeFileSync(join(rig.root, 'pkg/a'), 'again');
  assert.ok((await rig.next()).includes('pkg/a'));
});

test('an update takes another set', options, async (t) => {
  const rig = await startRig(t);
  await rig.watch.update({ files: [], directories: [join(rig.root, 'pkg/sub')] });
  writeFileSync(join(rig.root, 'pkg/a'), 'new');
  writeFileSync(join(rig.root, 'pkg/sub/c'), 'new');
  assert.deepEqual(await rig.next(), ['pkg/sub/c']);
});

test('an edit that the kernel had no room to tell is not missed', options, async (t) => {
  const rig = await startRig(t);
  // Nobody asked for these, but each fills two places of the queue, which has 16,384 on most machines.
  for (let i = 0; i < 4500; i++) {
    renameSync(join(rig.root, 'unrelated'), join(rig.root, 'other'));
    renameSync(join(rig.root, 'other'), join(rig.root, 'unrelated'));
  }
  writeFileSync(join(rig.root, 'config'), 'new');
  const told = await rig.next();
  assert.ok(told.includes(''), 'the root is to be looked at');
});

/** Watches this process holds, as the kernel counts them. */
function countWatches(): number {
  let count = 0;
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      if (!readlinkSync(`/proc/self/fd/${descriptor}`).includes('inotify')) continue;
      count += readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8').split('inotify wd').length - 1;
    } catch {
      // The descriptor of the listing itself.
    }
  }
  return count;
}

test('takes one watch per directory and gives all back', options, async (t) => {
  const before = countWatches();
  const rig = await startRig(t);
  for (let i = 0; i < 50; i++) writeFileSync(join(rig.root, `pkg/file${i}`), '');
  await rig.next();
  await rig.watch.update({ ...rig.set, files: [...rig.set.files, join(rig.root, 'pkg/file1')] });
  assert.equal(countWatches() - before, 2, 'the root and pkg');
  await rig.watch.close();
  assert.equal(countWatches() - before, 0);
});

/** Limits of watches are counted by user namespace: a new one can be short without harm to anybody else. */
const canUnshare = ((): boolean => {
  try {
    execFileSync('unshare', ['-Ur', 'sh', '-c', 'echo 9 > /proc/sys/user/max_inotify_watches'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
})();

for (const limit of ['max_inotify_watches', 'max_inotify_instances']) {
  test(
    `looks each second when ${limit} is reached`,
    { ...options, skip: !canUnshare && 'no user namespaces' },
    async (t) => {
      const root = mkdtempSync(join(tmpdir(), 'oxd-watch-'));
      t.after(() => rmSync(root, { recursive: true, force: true }));
      const directories = Array.from({ length: 4 }, (_, i) => join(root, `d${i}`));
      for (const directory of directories) mkdirSync(directory);
      const script = `
      const { watchPaths } = await import(${JSON.stringify(join(import.meta.dirname, '../../daemon/watch.ts'))});
      const { writeFileSync } = await import('node:fs');
      const controller = new AbortController();
      const file = ${JSON.stringify(join(root, 'd3/file'))};
      const reasons = [];
      const watch = await watchPaths({ files: [file], directories: ${JSON.stringify(directories)} }, {
        signal: controller.signal,
        onPolling: (reason) => reasons.push(reason.kind),
        onChange(paths) {
          console.log(JSON.stringify({ reasons, isTold: paths.includes(file) }));
          controller.abort();
          process.exit(0);
        },
      });
      writeFileSync(file, 'new');
      setTimeout(() => undefined, 20_000);`;
      const shell = `echo ${limit.endsWith('watches') ? 2 : 0} > /proc/sys/user/${limit} && exec "$0" --input-type=module -e "$1"`;
      const { stdout } = await promisify(execFile)('unshare', [
        '-Ur',
        'sh',
        '-c',
        shell,
        process.execPath,
        script,
      ]);
      assert.deepEqual(JSON.parse(stdout), { reasons: ['limit'], isTold: true });
    },
  );
}
