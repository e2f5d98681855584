// JSON-RPC messages on a byte stream, as the Language Server Protocol frames them: `Content-Length: N`, an empty line, and
// N bytes of UTF-8 JSON.

/** A message is a build's events or a request's environment; 64 MB is far above both and far below a machine's memory. */
export const messageBytesMax = 64 * 1024 * 1024;
/** Ours is 24 bytes; a peer that sends this much without an empty line does not speak our language. */
const headerBytesMax = 1024;

export class FramingError extends Error {
  override readonly name = 'FramingError';
}

const headerEnd = Buffer.from('\r\n\r\n');

/** The bytes of one message. */
export function encodeMessage(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

/** Cuts a stream of chunks into messages. Throws FramingError on anything else; the stream is of no more use then. */
export class MessageDecoder {
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Length of the body that is being waited for; undefined while the header is. */
  #bodyLength: number | undefined;

  /** The messages that this chunk completes. Chunks are joined once a message is complete, not on each arrival. */
  push(chunk: Buffer): unknown[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const messages: unknown[] = [];
    for (;;) {
      if (this.#bodyLength === undefined && !this.#readHeader()) return messages;
      const length = this.#bodyLength ?? 0;
      if (this.#buffered < length) return messages;
      const bytes = this.#joined();
      messages.push(parse(bytes.toString('utf8', 0, length)));
      this.#rest(bytes, length);
      this.#bodyLength = undefined;
    }
  }

  #readHeader(): boolean {
    if (this.#buffered === 0) return false;
    const bytes = this.#joined();
    const end = bytes.indexOf(headerEnd);
    if ((end === -1 ? bytes.length : end) > headerBytesMax)
      throw new FramingError('a message header has no end');
    if (end === -1) return false;
    const match = /(?:^|\r\n)content-length: *(\d{1,15})(?:\r\n|$)/i.exec(bytes.toString('latin1', 0, end));
    if (match === null) throw new FramingError('a message header without Content-Length');
    const length = Number(match[1]);
    if (length > messageBytesMax) throw new FramingError(`a message of ${length} bytes is too long`);
    this.#bodyLength = length;
    this.#rest(bytes, end + headerEnd.length);
    return true;
  }

  #joined(): Buffer {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }

  #rest(bytes: Buffer, from: number): void {
    this.#chunks = from === bytes.length ? [] : [bytes.subarray(from)];
    this.#buffered = bytes.length - from;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FramingError('a message is not JSON', { cause: error });
  }
}
