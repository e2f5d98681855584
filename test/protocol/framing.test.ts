import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeMessage, FramingError, MessageDecoder, messageBytesMax } from '../../protocol/framing.ts';

const messages = [{ id: 1 }, { text: 'grüße 🐍' }, { long: 'x'.repeat(100_000) }];
const stream = Buffer.concat(messages.map(encodeMessage));

for (const size of [1, 7, 64, 4096, stream.length]) {
  test(`messages in chunks of ${size} bytes`, () => {
    const decoder = new MessageDecoder();
    const decoded: unknown[] = [];
    for (let at = 0; at < stream.length; at += size)
      decoded.push(...decoder.push(stream.subarray(at, at + size)));
    assert.deepEqual(decoded, messages);
  });
}

const rows: [name: string, bytes: string, error: RegExp][] = [
  ['no header', 'GET / HTTP/1.1\r\n\r\n', /without Content-Length/],
  ['a header without end', 'x'.repeat(5000), /no end/],
  ['a length that is no number', 'Content-Length: -5\r\n\r\n', /without Content-Length/],
  ['a gigabyte', 'Content-Length: 1000000000\r\n\r\n', /too long/],
  ['just too long', `Content-Length: ${messageBytesMax + 1}\r\n\r\n`, /too long/],
  ['no JSON', 'Content-Length: 3\r\n\r\n{a}', /not JSON/],
];
for (const [name, bytes, error] of rows) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => new MessageDecoder().push(Buffer.from(bytes)),
      (thrown) => thrown instanceof FramingError && error.test(thrown.message),
    );
  });
}

test('other headers, in any case, are passed over', () => {
  const bytes = Buffer.from('Content-Type: x\r\ncontent-length: 2\r\n\r\n{}');
  assert.deepEqual(new MessageDecoder().push(bytes), [{}]);
});
