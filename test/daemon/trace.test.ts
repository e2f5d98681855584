import assert from 'node:assert/strict';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openCache } from '../../cache/open.ts';
import { checkTrace, parseTrace, recordTrace, serializeTrace, type TraceRecord } from '../../daemon/trace.ts';

const hourMs = 60 * 60 * 1000;
const variables = { HOME: '/home/me', EMPTY: '' };

type Rig = {
  readonly root: string;
  /** What a build that does `during` records. */
  record(during?: (root: string) => void): { record: TraceRecord; disturbed: string[] };
  /** Paths that count as changed, relative to the root. */
  check(record: TraceRecord, environment?: Record<string, string>): string[];
  /** Files whose hash was asked for since the last call. */
  hashed(): string[];
};

function startRig(t: TestContext): Rig {
  const root = mkdtempSync(join(tmpdir(), 'oxd-trace-'));
  const folder = mkdtempSync(join(tmpdir(), 'oxd-cache-'));
  const cache = openCache(folder);
  t.after(() => {
    cache.close();
    for (const path of [root, folder]) rmSync(path, { recursive: true, force: true });
  });
  mkdirSync(join(root, 'pkg/sub'), { recursive: true });
  mkdirSync(join(root, 'unlisted'));
  for (const path of ['config', 'pkg/a.py', 'pkg/b.py', 'unlisted/x', 'out']) {
    writeFileSync(join(root, path), `old ${path}`);
  }
  symlinkSync('pkg/b.py', join(root, 'link'));
  let hashed: string[] = [];
  const relative = (path: string): string => (path.startsWith(root) ? path.slice(root.length + 1) : path);
  const world = (environment: Record<string, string>): Parameters<typeof recordTrace>[0] => ({
    environment,
    cache: {
      ...cache,
      hashFile(path) {
        hashed.push(relative(path));
        return cache.hashFile(path);
      },
    },
  });
  return {
    root,
    record(during = () => undefined) {
      const recorder = recordTrace(world(variables));
      for (const path of ['config', 'pkg/a.py', 'link', 'absent', 'absent/deep/file', 'pkg']) {
        recorder.file(join(root, path));
      }
      recorder.file(join(root, 'config'));
      for (const path of ['pkg', 'absent', 'config']) recorder.directory(join(root, path));
      for (const name of ['HOME', 'EMPTY', 'UNSET', 'constructor']) recorder.variable(name);
      during(root);
      const { record, disturbed } = recorder.finish([join(root, 'out')]);
      const parsed = parseTrace(serializeTrace(record));
      assert.ok(parsed);
      return { record: parsed, disturbed: disturbed.map(relative) };
    },
    check(record, environment = variables) {
      const outcome = checkTrace(world(environment), record);
      return outcome === 'same' ? [] : outcome.changed.map(relative);
    },
    hashed() {
      const list = hashed;
      hashed = [];
      return list;
    },
  };
}

const keepTime = (path: string, edit: () => void): void => {
  const { atime, mtime } = statSync(path);
  edit();
  utimesSync(path, atime, mtime);
};

const changes: [what: string, change: (at: (path: string) => string) => void, changed: string[]][] = [
  ['nothing', () => undefined, []],
  ['a touch', (at) => utimesSync(at('config'), 1, 1), []],
  ['a mode', (at) => chmodSync(at('config'), 0o600), []],
  [
    'an equal file in its place',
    (at) => {
      writeFileSync(at('tmp'), 'old config');
      renameSync(at('tmp'), at('config'));
    },
    [],
  ],
  [
    'A to B to A',
    (at) => {
      writeFileSync(at('config'), 'new config');
      writeFileSync(at('config'), 'old config');
    },
    [],
  ],
  ['an edit', (at) => writeFileSync(at('config'), 'longer than it was'), ['config']],
  ['an edit of the same size', (at) => writeFileSync(at('config'), 'new config'), ['config']],
  [
    'an edit of the same size and time',
    (at) => keepTime(at('config'), () => writeFileSync(at('config'), 'new config')),
    ['config'],
  ],
  [
    'two edits',
    (at) => {
      writeFileSync(at('pkg/a.py'), '1');
      writeFileSync(at('config'), '2');
    },
    ['config', 'pkg/a.py'],
  ],
  ['a removed file', (at) => rmSync(at('pkg/a.py')), ['pkg', 'pkg/a.py']],
  [
    'a directory instead of a file',
    (at) => {
      rmSync(at('config'));
      mkdirSync(at('config'));
    },
    ['config'],
  ],
  ['a file that was absent', (at) => writeFileSync(at('absent'), ''), ['absent']],
  ['a directory that was absent', (at) => mkdirSync(at('absent')), ['absent']],
  [
    'a file below what was absent',
    (at) => {
      mkdirSync(at('absent/deep'), { recursive: true });
      writeFileSync(at('absent/deep/file'), '');
    },
    ['absent', 'absent/deep/file'],
  ],
  ['the file behind a link', (at) => writeFileSync(at('pkg/b.py'), 'new'), ['link']],
  [
    'another link',
    (at) => {
      rmSync(at('link'));
      symlinkSync('config', at('link'));
    },
    ['link'],
  ],
  ['a new entry', (at) => writeFileSync(at('pkg/new.py'), ''), ['pkg']],
  ['a new directory', (at) => mkdirSync(at('pkg/new')), ['pkg']],
  ['a removed directory', (at) => rmSync(at('pkg/sub'), { recursive: true }), ['pkg']],
  [
    'a file instead of a directory',
    (at) => {
      rmSync(at('pkg/sub'), { recursive: true });
      writeFileSync(at('pkg/sub'), '');
    },
    ['pkg'],
  ],
  [
    'a directory that went and came back',
    (at) => {
      rmSync(at('pkg/sub'), { recursive: true });
      mkdirSync(at('pkg/sub'));
    },
    [],
  ],
  ['a directory that moved away', (at) => renameSync(at('pkg'), at('gone')), ['link', 'pkg', 'pkg/a.py']],
  ["Python's bytecode", (at) => mkdirSync(at('pkg/__pycache__')), []],
  [
    "an editor's file that went again",
    (at) => {
      writeFileSync(at('pkg/.a.py.swp'), '');
      rmSync(at('pkg/.a.py.swp'));
    },
    [],
  ],
  ['an entry of a directory that nobody listed', (at) => writeFileSync(at('unlisted/y'), ''), []],
  ['a file that nobody read', (at) => writeFileSync(at('unlisted/x'), 'new'), []],
  ['a removed output', (at) => rmSync(at('out')), ['out']],
  ['an output written over', (at) => writeFileSync(at('out'), 'other'), ['out']],
  [
    'an output of the same size and time',
    (at) => keepTime(at('out'), () => writeFileSync(at('out'), 'new out')),
    ['out'],
  ],
  ['an output with another name', (at) => linkSync(at('out'), at('out2')), ['out']],
];

// Recorded within the racy window nothing is believed by its stat; an hour later everything is.
for (const recordedInMs of [0, hourMs]) {
  for (const [what, change, changed] of changes) {
    test(`${what}, recorded ${recordedInMs} ms later`, (t) => {
      const rig = startRig(t);
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() + recordedInMs });
      const { record, disturbed } = rig.record();
      assert.deepEqual(disturbed, []);
      change((path) => join(rig.root, path));
      assert.deepEqual(rig.check(record), changed);
      assert.deepEqual(rig.check(record), changed, 'a check forgives nothing');
    });
  }
}

const environments: [environment: Record<string, string>, changed: string[]][] = [
  [{ ...variables, OTHER: '1' }, []],
  [{ ...variables, HOME: '/home/you' }, ['$HOME']],
  [{ HOME: '/home/me' }, ['$EMPTY']],
  [{ ...variables, UNSET: '' }, ['$UNSET']],
  [{}, ['$EMPTY', '$HOME']],
];
for (const [environment, changed] of environments) {
  test(`the environment ${JSON.stringify(environment)}`, (t) => {
    const rig = startRig(t);
    const { record } = rig.record();
    assert.deepEqual(rig.check(record, environment), changed);
  });
}

const disturbances: [what: string, during: (at: (path: string) => string) => void, disturbed: string[]][] = [
  ['edits', (at) => writeFileSync(at('config'), 'new'), ['config']],
  // The step may have read B.
  [
    'edits and takes back',
    (at) => {
      writeFileSync(at('config'), 'new config');
      writeFileSync(at('config'), 'old config');
    },
    ['config'],
  ],
  ['adds', (at) => writeFileSync(at('pkg/new.py'), ''), ['pkg']],
  ['makes', (at) => writeFileSync(at('absent'), ''), ['absent']],
  [
    'runs',
    (at) => {
      mkdirSync(at('pkg/__pycache__'));
      writeFileSync(at('unlisted/x'), 'new');
    },
    [],
  ],
  ['removes', (at) => rmSync(at('config')), ['config']],
];
for (const [what, during, disturbed] of disturbances) {
  test(`who ${what} a file during the build gets another build, if it counts`, (t) => {
    const rig = startRig(t);
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + hourMs });
    const first = rig.record((root) => during((path) => join(root, path)));
    assert.deepEqual(first.disturbed, disturbed);
    assert.deepEqual(rig.check(first.record), disturbed);
    assert.deepEqual(rig.check(rig.record().record), [], 'which is good');
  });
}

test('a stat that proves equality saves reading, and a check brings stats up to date', (t) => {
  const rig = startRig(t);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const { record } = rig.record();
  rig.hashed();
  assert.deepEqual(rig.check(record), []);
  assert.deepEqual(rig.hashed(), ['config', 'pkg/a.py', 'link'], 'all are fresh');
  t.mock.timers.tick(hourMs);
  assert.deepEqual(rig.check(record), []);
  assert.deepEqual(rig.hashed(), ['config', 'pkg/a.py', 'link'], 'looked at once more');
  assert.deepEqual(rig.check(record), []);
  assert.deepEqual(rig.hashed(), [], 'and believed from now on');
  utimesSync(join(rig.root, 'config'), 1, 1);
  assert.deepEqual(rig.check(record), []);
  assert.deepEqual(rig.hashed(), ['config']);
  assert.deepEqual(rig.check(record), []);
  assert.deepEqual(rig.hashed(), []);
});

test('no value of a variable gets into the record, and another version is no record', (t) => {
  const rig = startRig(t);
  const { record } = rig.record();
  assert.ok(!serializeTrace(record).includes('/home/me'));
  assert.equal(parseTrace(JSON.stringify({ ...record, version: 0 })), undefined);
  assert.ok(readFileSync(join(rig.root, 'config')));
});
