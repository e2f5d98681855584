// What a config may read of the user's files, on the daemon's side. All that is looked at goes into the trace.
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

import type { Context } from '../context.ts';
import { pfxFault } from '../packaging/signing/pfx.ts';
import { signableKindOf } from '../packaging/signing/signable-kind.ts';
import type { SignableKind } from '../packaging/signing/signing-order.ts';
import { GlobPattern } from './glob-pattern.ts';

export type ConfigFiles = {
  /** null when there is no such regular file. */
  readText(request: { readonly path: string }): Promise<string | null>;
  /** Absolute patterns; sorted absolute paths of regular files. */
  glob(request: {
    readonly include: readonly string[];
    readonly exclude: readonly string[];
  }): Promise<readonly string[]>;
  /** What a file is, if it can be signed. */
  signableKind(request: { readonly path: string }): Promise<SignableKind | null>;
  /** Why a .pfx file cannot be used with a password; null when it can. */
  pfxFault(request: { readonly path: string; readonly password: string }): Promise<string | null>;
  /** null when there is no such regular file. */
  fileInformation(request: { readonly path: string }): Promise<{ readonly executable: boolean } | null>;
};

/** More than any real project's data; a pattern such as "/**" should fail instead of filling the memory. */
const globbedFilesMax = 200_000;

/** Answers a config's questions about files, and tells the trace of each. */
export function configFiles({ trace }: Pick<Context, 'trace'>): ConfigFiles {
  return {
    async readText({ path }) {
      trace.file(path);
      return readOrNull(path);
    },
    async glob({ include, exclude }) {
      const excluded = exclude.map((pattern) => new GlobPattern(pattern));
      const found = new Set<string>();
      for (const pattern of include.map((text) => new GlobPattern(text))) {
        for (const path of walk(pattern, trace)) {
          if (!excluded.some((other) => other.matches(path))) found.add(path);
          if (found.size > globbedFilesMax)
            throw new RangeError(`glob ${pattern.text} finds more than ${globbedFilesMax} files`);
        }
      }
      return [...found].toSorted();
    },
    async signableKind({ path }) {
      trace.file(path);
      return signableKindOf(path) ?? null;
    },
    async pfxFault({ path, password }) {
      trace.file(path);
      try {
        return pfxFault(readFileSync(path), password) ?? null;
      } catch {
        return 'it cannot be read';
      }
    },
    async fileInformation({ path }) {
      trace.file(path);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isFile() === true ? { executable: (stat.mode & 0o111) !== 0 } : null;
    },
  };
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw error;
  }
}

/** Lists only directories that can hold a match; symbolic links to directories are not followed. */
function* walk(pattern: GlobPattern, trace: Context['trace']): Generator<string> {
  const pending = [pattern.root];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    trace.directory(directory);
    for (const entry of listOrNothing(directory)) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (pattern.mayMatchBelow(path)) pending.push(path);
      } else if (pattern.matches(path) && (entry.isFile() || isFile(path))) yield path;
    }
  }
}

function listOrNothing(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
