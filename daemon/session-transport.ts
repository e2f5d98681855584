// The library's reader and writer on a socket, with bounds: its own ones buffer whatever a peer announces.
import type { Socket } from 'node:net';

import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
} from 'vscode-jsonrpc/node';

import { encodeMessage, MessageDecoder } from '../protocol/framing.ts';

/** A client that lets this much pile up does not read at all; it is dropped. */
const unsentBytesMax = 64 * 1024 * 1024;

export class SocketReader extends AbstractMessageReader {
  readonly #socket: Socket;
  readonly #decoder = new MessageDecoder();

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  listen(callback: DataCallback): Disposable {
    const receive = (chunk: Buffer): void => {
      try {
        for (const message of this.#decoder.push(chunk)) callback(message as Message);
      } catch (error) {
        // Not our protocol: this connection ends, the daemon goes on.
        this.fireError(error);
        this.#socket.destroy();
      }
    };
    this.#socket.on('data', receive);
    this.#socket.on('error', (error) => this.fireError(error));
    this.#socket.on('close', () => this.fireClose());
    return { dispose: () => void this.#socket.off('data', receive) };
  }
}

export class SocketWriter extends AbstractMessageWriter {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  write(message: Message): Promise<void> {
    if (this.#socket.writable) this.#socket.write(encodeMessage(message));
    if (this.#socket.writableLength > unsentBytesMax) this.#socket.destroy();
    return Promise.resolve();
  }

  end(): void {
    this.#socket.end();
  }
}
