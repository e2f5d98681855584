import { type Fingerprint, sameFingerprint, statOf } from '../cache/fingerprint.ts';

/** A look at 5,000 files takes some 5 ms: half a percent of one core while somebody watches. */
const pollEveryMs = 1000;

export type Poll = { close(): void };

/** Looks at paths each second, where the system's events cannot be had. Tells those whose stat is another one. */
export function pollPaths(paths: readonly string[], onChange: (path: string) => void): Poll {
  const seen: (Fingerprint | undefined)[] = paths.map(fingerprintOf);
  const timer = setInterval(() => {
    for (const [i, path] of paths.entries()) {
      const now = fingerprintOf(path);
      const before = seen[i];
      const isSame =
        now === undefined || before === undefined ? now === before : sameFingerprint(now, before);
      if (isSame) continue;
      seen[i] = now;
      onChange(path);
    }
  }, pollEveryMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}

function fingerprintOf(path: string): Fingerprint | undefined {
  const stat = statOf(path);
  if (stat === undefined) return undefined;
  const { dev, ino, size, mtimeMs, ctimeMs } = stat;
  return { dev, ino, size, mtimeMs, ctimeMs };
}
