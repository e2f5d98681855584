import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EventBatch } from '../../daemon/session-events.ts';
import type { BuildEvent } from '../../protocol/events.ts';

const progress = (step: number, done: number): BuildEvent => ({
  event: 'step-progress',
  step,
  done,
  unit: 'files',
});
const output = (text: string): BuildEvent => ({ event: 'output', from: 'pip', text });
const notice = (text: string): BuildEvent => ({ event: 'notice', text });

/** What is sent of the events, when the reader keeps up or does not. */
function sentOf(events: readonly BuildEvent[], isCongested = false): BuildEvent[][] {
  const messages: BuildEvent[][] = [];
  const batch = new EventBatch(
    (sent) => messages.push([...sent]),
    () => isCongested,
  );
  for (const event of events) batch.add(event);
  batch.close();
  return messages;
}

const rows: [name: string, events: BuildEvent[], isCongested: boolean, messages: BuildEvent[][]][] = [
  ['nothing', [], false, []],
  ['one message for what comes together', [notice('a'), notice('b')], false, [[notice('a'), notice('b')]]],
  [
    'the last progress of each step',
    [progress(1, 1), progress(2, 1), notice('a'), progress(1, 2)],
    false,
    [[progress(2, 1), notice('a'), progress(1, 2)]],
  ],
  [
    'no progress and no text to who does not read, but the rest and what is missing',
    [progress(1, 1), output('12345'), notice('a'), output('678')],
    true,
    [[notice('a')], [notice('8 characters of output were left out: this terminal did not keep up')]],
  ],
];
for (const [name, events, isCongested, messages] of rows) {
  test(name, () => assert.deepEqual(sentOf(events, isCongested), messages));
}

test('long text does not wait', () => {
  const line = output('x'.repeat(200_000));
  assert.deepEqual(
    sentOf([line, line, line, line]).map((message) => message.length),
    [2, 2],
  );
});
