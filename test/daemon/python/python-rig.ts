// A context with a real cache in a folder of its own, and what was reported and traced.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openCache } from '../../../cache/open.ts';
import type { Context } from '../../../daemon/context.ts';
import { localDistribution } from '../../../daemon/python/local.ts';
import type { Distribution } from '../../../daemon/python/distribution.ts';
import type { BuildEvent } from '../../../protocol/events.ts';

export type PythonRig = {
  readonly context: Context;
  readonly folder: string;
  readonly events: BuildEvent[];
  readonly traced: Set<string>;
  readonly abort: AbortController;
  /** Writes files below the folder; returns the folder. */
  write(files: Readonly<Record<string, string>>): string;
  /** Names of the steps that ran since the last call. */
  steps(): string[];
  [Symbol.dispose](): void;
};

export function openRig(environment: Readonly<Record<string, string>> = {}): PythonRig {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-python-'));
  const cache = openCache(join(folder, 'cache'));
  const events: BuildEvent[] = [];
  const traced = new Set<string>();
  const abort = new AbortController();
  const ignore = (): void => {};
  const kept = Object.entries(process.env).filter(
    ([name]) => /^(PATH|HOME|PIP_|SSL_|\w+_proxy)/.test(name) && name !== 'PIP_FIND_LINKS',
  );
  return {
    context: {
      signal: abort.signal,
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      report: (event) => events.push(event),
      cache,
      trace: {
        file: (path) => traced.add(path),
        directory: (path) => traced.add(path),
        variable: (name) => traced.add(name),
      },
      environment: { ...(Object.fromEntries(kept) as Record<string, string>), ...environment },
    },
    folder,
    events,
    traced,
    abort,
    write: (files) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      return folder;
    },
    steps: () => events.splice(0).flatMap((event) => (event.event === 'step-started' ? [event.name] : [])),
    [Symbol.dispose]: () => {
      cache.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const versions = join(process.env['HOME'] ?? '/root', '.pyenv/versions');

/** CPythons that the tests need, by what is best known of them. */
export const pythons = {
  '3.10': join(versions, '3.10.13/bin/python3.10'),
  '3.11': join(versions, '3.11.7/bin/python3.11'),
  '3.12': join(versions, '3.12.1/bin/python3.12'),
  '3.13': join(versions, '3.13.0/bin/python3.13'),
  debian: '/usr/bin/python3.11',
} as const;

export async function distributionOf(context: Context, path: string): Promise<Distribution> {
  const python = await localDistribution(context, path);
  if (python.outcome === 'refused') throw new Error(`${path}: ${python.reason}`);
  return python.distribution;
}
