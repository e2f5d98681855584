// Who of those that wait for a build is asked what its config asks.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Terminal } from '../../daemon/context.ts';
import { terminalOfWaiting } from '../../daemon/terminal.ts';
import { Failure } from '../../protocol/failure.ts';

const prompt = { kind: 'input', prompt: 'Name?' } as const;
const going = new AbortController().signal;
const person = (answer: string): Terminal => ({ isThere: () => true, ask: () => Promise.resolve(answer) });
const silent: Terminal = { isThere: () => true, ask: () => new Promise(() => undefined) };

test('the first that has somebody before it', async () => {
  const terminal = terminalOfWaiting(
    [{ signal: going }, { signal: going, terminal: person('a') }, { signal: going, terminal: person('b') }],
    going,
  );
  assert.ok(terminal.isThere());
  assert.equal(await terminal.ask(prompt), 'a');
});

test('the next one when it leaves', async () => {
  const leaving = new AbortController();
  const waiting = new Set<{ signal: AbortSignal; terminal?: Terminal }>([
    { signal: leaving.signal, terminal: silent },
    { signal: going, terminal: person('b') },
  ]);
  const answer = terminalOfWaiting(waiting, going).ask(prompt);
  for (const one of waiting) if (one.signal === leaving.signal) waiting.delete(one);
  leaving.abort();
  assert.equal(await answer, 'b');
});

test('nobody who could be asked', async () => {
  const terminal = terminalOfWaiting([{ signal: going }], going);
  assert.equal(terminal.isThere(), false);
  await assert.rejects(terminal.ask(prompt), /Cannot ask "Name\?": no terminal is there/);
});

test('a build that nobody waits for ends', () => {
  assert.throws(() => terminalOfWaiting([], going).isThere(), Failure);
});

test('a build that ends leaves its question', async () => {
  const ending = new AbortController();
  const answer = terminalOfWaiting([{ signal: going, terminal: silent }], ending.signal).ask(prompt);
  ending.abort(new Error('over'));
  await assert.rejects(answer, /over/);
});
