import { connect, createServer } from 'node:net';

/**
 * Lets one client at a time start a daemon. The lock is a listening socket in Linux's abstract namespace: the kernel
 * releases it with its process, and those who wait are connected to it and hear of that at once. It saves work, no more:
 * whether one daemon runs is decided by the daemon's own lock, so where there is no such namespace, or somebody squats on
 * the name, the lock is "had" after `patienceMs` without it.
 */
export async function takeStartLock(runtimeFolder: string, patienceMs: number): Promise<() => void> {
  if (process.platform !== 'linux') return () => undefined;
  const name = `\0oxd-start-${process.geteuid?.() ?? 0}-${fingerprint(runtimeFolder)}`;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const release = await tryListen(name);
    if (release !== undefined) return release;
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) return () => undefined;
    await holderLeaves(name, leftMs);
  }
}

function tryListen(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const waiters = new Set<{ destroy(): void }>();
    const server = createServer((socket) => {
      waiters.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => waiters.delete(socket));
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () =>
      resolve(() => {
        server.close();
        for (const waiter of waiters) waiter.destroy();
      }),
    );
  });
}

function holderLeaves(name: string, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(name);
    const timer = setTimeout(() => socket.destroy(), withinMs);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** FNV-1a: a name that is short and different for each folder. No secret depends on it. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16);
}
