import { closeSync, openSync } from 'node:fs';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { join } from 'node:path';

import { environmentFailure } from '../protocol/failure.ts';
import { type Services, startSession } from './session.ts';

/** Fifty shells and a few editors at once; beyond that something is wrong, and each costs memory. */
const connectionsMax = 256;
/** A client that does not read its answer by then will not. */
const partingMs = 1_000;

export type Server = {
  readonly connections: number;
  /** Takes no more connections; those there are go on. */
  refuseMore(): void;
  /** Ends all connections once what was written is sent, or cannot be. */
  close(): Promise<void>;
};

/** Listens on a socket in the folder; resolves once clients can connect. */
export async function listen(folder: string, socketName: string, services: Services): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Errors end the connection; the session hears of that by its close.
    socket.on('error', () => undefined);
    startSession(socket, services);
  });
  server.maxConnections = connectionsMax;
  const release = await bind(server, folder, socketName);
  server.on('close', release);
  return {
    get connections() {
      return sockets.size;
    },
    refuseMore: () => void server.close(),
    async close() {
      server.close();
      const closed = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets) socket.destroySoon();
      const late = setTimeout(() => sockets.forEach((socket) => socket.destroy()), partingMs);
      await Promise.all(closed);
      clearTimeout(late);
    },
  };
}

/** Room in a socket address: 108 bytes on Linux, 104 on macOS, of which some versions of Node cut the rest off silently. */
const socketPathBytesMax = 100;

async function bind(server: NetServer, folder: string, name: string): Promise<() => void> {
  const direct = join(folder, name);
  if (Buffer.byteLength(direct) <= socketPathBytesMax) {
    await listening(server, direct);
    return () => undefined;
  }
  if (process.platform !== 'linux')
    throw environmentFailure(`Cannot listen in "${folder}": the path is too long for a socket`, {
      hint: 'name a shorter folder with OXD_RUNTIME_DIR',
    });
  // The same file, named through an open descriptor of its folder.
  const descriptor = openSync(folder, 'r');
  await listening(server, `/proc/self/fd/${descriptor}/${name}`);
  return () => closeSync(descriptor);
}

function listening(server: NetServer, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
