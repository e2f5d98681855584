import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';

import { IdleClock, idleMsOf } from '../../daemon/idle.ts';

before(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
after(() => mock.timers.reset());

test('time counts from the end of the last work', () => {
  const calls: string[] = [];
  const clock = new IdleClock(60_000, {
    onIdle: () => calls.push('idle'),
    onPause: () => calls.push('pause'),
  });
  mock.timers.tick(59_000);
  assert.equal(clock.leftMs, 1_000);
  const [first, second] = [clock.begin(), clock.begin()];
  mock.timers.tick(600_000);
  first[Symbol.dispose]();
  mock.timers.tick(600_000);
  assert.deepEqual([calls, clock.leftMs], [[], null]);
  second[Symbol.dispose]();
  mock.timers.tick(59_999);
  assert.deepEqual(calls, ['pause']);
  mock.timers.tick(1);
  assert.deepEqual(calls, ['pause', 'idle']);
});

const texts: [text: string | undefined, ms: number][] = [
  [undefined, 10_800_000],
  ['', 10_800_000],
  ['soon', 10_800_000],
  ['-1', 10_800_000],
  ['500', 500],
  ['1e12', 2 ** 31 - 1],
];
for (const [text, ms] of texts) test(`OXD_IDLE_MS=${text}`, () => assert.equal(idleMsOf(text), ms));

test('rest comes when the last work has ended', async () => {
  const clock = new IdleClock(60_000, { onIdle: () => undefined, onPause: () => undefined });
  await clock.rest();
  const work = clock.begin();
  let isResting = false;
  const rest = clock.rest().then(() => (isResting = true));
  await Promise.resolve();
  assert.equal(isResting, false);
  work[Symbol.dispose]();
  await rest;
  clock.close();
});
