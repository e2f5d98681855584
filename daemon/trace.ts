// What a build looked at, written down so that the next build can tell by looking at stats that nothing changed.
import { type Stats, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Fingerprint, isRacy, statOf } from '../cache/fingerprint.ts';
import { sha256Of } from '../cache/file-hash.ts';
import type { Context, Trace } from './context.ts';

type World = Pick<Context, 'cache' | 'environment'>;

/**
 * Paths with what was found there: three flat lists, as there are thousands and each build walks over all of them.
 * `contents` holds a file's sha256, the hash of a directory's listing, or one of the words below. `stats` holds
 * `statWidth` numbers for each path.
 */
type Seen = {
  readonly paths: string[];
  readonly contents: string[];
  readonly stats: number[];
};

/** Plain data: goes through JSON as it is. Stats in it are brought up to date by `checkTrace`. */
export type TraceRecord = {
  readonly version: 1;
  readonly files: Seen;
  readonly directories: Seen;
  readonly outputs: Seen;
  /** Hash of the value, so that no secret gets onto the disk; null when it was not set. */
  readonly variables: Readonly<Record<string, string | null>>;
};

/** No such regular file, or no such directory. */
const absent = 'absent';
/** It changed while the build ran: nobody knows which content the build has seen, so it never counts as the same. */
const disturbed = 'disturbed';
/** dev, ino, size, mtimeMs, ctimeMs, and 1 when an equal stat proves equal content. */
const statWidth = 6;

export type Recorder = Trace & {
  /**
   * The record, with the files the build wrote. `disturbed` are inputs that were changed during the build: its result
   * is not what they say now, and the record will not claim that it is.
   */
  finish(outputs: readonly string[]): { readonly record: TraceRecord; readonly disturbed: readonly string[] };
};

/**
 * Records what one build looks at. Each path is to be told before it is read: its content is hashed then, and at the end
 * its stat must still be the same.
 */
export function recordTrace(world: World): Recorder {
  const files = new Recording('files', (path, stat) => fileContent(world, path, stat));
  const directories = new Recording('directories', directoryContent);
  const variables: Record<string, string | null> = Object.create(null) as Record<string, string | null>;
  return {
    file: (path) => files.add(path),
    directory: (path) => directories.add(path),
    variable: (name) => {
      variables[name] ??= variableContent(world, name);
    },
    finish(outputs) {
      const written = new Recording('files', () => '');
      for (const path of outputs) written.add(path);
      // An output was written a moment ago by ourselves: its stat is believed at once.
      for (let i = 0; i < outputs.length; i++) written.seen.stats[i * statWidth + 5] = 1;
      const record: TraceRecord = {
        version: 1,
        files: files.seen,
        directories: directories.seen,
        outputs: written.seen,
        variables: { ...variables },
      };
      const made = madeBelow(outputs);
      return { record, disturbed: sorted([...files.markDisturbed(), ...directories.markDisturbed(made)]) };
    },
  };
}

/**
 * Whether all that a build looked at is as it was then, and what it wrote is still there: stats first, and content where
 * a stat differs or proves nothing. Equal content is no change, whatever its times. Names variables as "$NAME".
 */
export function checkTrace(world: World, record: TraceRecord): 'same' | { readonly changed: string[] } {
  const changed: string[] = [];
  for (const [name, content] of Object.entries(record.variables)) {
    if (variableContent(world, name) !== content) changed.push(`$${name}`);
  }
  sweep(record.files, changed, (path, stat) => fileContent(world, path, stat));
  sweep(record.directories, changed, directoryContent);
  sweep(record.outputs, changed, () => disturbed);
  return changed.length === 0 ? 'same' : { changed: sorted(changed) };
}

/** The text that `parseTrace` reads. */
export const serializeTrace = (record: TraceRecord): string => JSON.stringify(record);

/** undefined for text of another version. */
export function parseTrace(text: string): TraceRecord | undefined {
  const record = JSON.parse(text) as TraceRecord;
  return record.version === 1 ? record : undefined;
}

/** A path may be both a file that was looked for and a directory. */
const sorted = (paths: readonly string[]): string[] => [...new Set(paths)].toSorted();

class Recording {
  readonly #what: 'files' | 'directories';
  readonly seen: Seen = { paths: [], contents: [], stats: [] };
  readonly #known = new Set<string>();
  readonly #contentOf: ContentOf;

  constructor(what: 'files' | 'directories', contentOf: ContentOf) {
    this.#what = what;
    this.#contentOf = contentOf;
  }

  add(path: string): void {
    if (this.#known.has(path)) return;
    this.#known.add(path);
    const nowMs = Date.now();
    const stat = statOf(path);
    this.seen.paths.push(path);
    this.seen.contents.push(this.#contentOf(path, stat));
    writeStat(this.seen.stats, this.seen.stats.length, stat, nowMs);
  }

  /**
   * A file with another stat may have had any content in between. A directory with the same names has not: a name that
   * came and went was traced by whoever took it for real.
   */
  markDisturbed(made?: ReadonlyMap<string, string>): string[] {
    const { paths, contents, stats } = this.seen;
    return paths.filter((path, i) => {
      const nowMs = Date.now();
      const stat = statOf(path);
      if (hasStat(stats, i * statWidth, stat)) return false;
      const mayBeEqual = this.#what === 'directories' || contents[i] === absent;
      const now = mayBeEqual ? this.#contentOf(path, stat) : undefined;
      const isOurs = made !== undefined && directoryContent(path, stat, made.get(path) ?? '') === contents[i];
      if (now !== undefined && (now === contents[i] || isOurs)) {
        contents[i] = now;
        writeStat(stats, i * statWidth, stat, nowMs);
        return false;
      }
      contents[i] = disturbed;
      stats[i * statWidth + 5] = 0;
      return true;
    });
  }
}

type ContentOf = (path: string, stat: Stats | undefined) => string;

function sweep({ paths, contents, stats }: Seen, changed: string[], contentOf: ContentOf): void {
  for (let i = 0, at = 0; i < paths.length; i++, at += statWidth) {
    const path = paths[i] as string;
    const nowMs = Date.now();
    const stat = statOf(path);
    if (hasStat(stats, at, stat) && stats[at + 5] === 1) continue;
    if (contentOf(path, stat) === contents[i]) writeStat(stats, at, stat, nowMs);
    else changed.push(path);
  }
}

function fileContent({ cache }: World, path: string, stat: Stats | undefined): string {
  return stat?.isFile() === true ? (cache.hashFile(path)?.sha256 ?? absent) : absent;
}

/**
 * Names and kinds. __pycache__ does not count: running the sources makes it, and nothing is ever packed from there.
 * Files of editors do count, as a file next to a module is data to be packed whatever its name.
 */
function directoryContent(path: string, stat: Stats | undefined, made?: string): string {
  if (stat?.isDirectory() !== true) return absent;
  try {
    const entries = readdirSync(path, { withFileTypes: true })
      .filter(({ name }) => name !== '__pycache__' && (made === undefined || !isMade(name, made)))
      .map((entry) => (entry.isFile() ? 'f' : entry.isDirectory() ? 'd' : 'o') + entry.name);
    return sha256Of(entries.toSorted().join('/'));
  } catch {
    return absent;
  }
}

/** What a first build adds to folders that it has listed: the one for its outputs, and what building a project leaves. */
const isMade = (name: string, made: string): boolean => name === made || /\.egg-info$/.test(name);

/** By folder, the name below it that leads to the outputs. */
function madeBelow(outputs: readonly string[]): ReadonlyMap<string, string> {
  const made = new Map<string, string>();
  for (const output of outputs)
    for (let path = output; dirname(path) !== path && !made.has(dirname(path)); path = dirname(path))
      made.set(dirname(path), basename(path));
  return made;
}

function variableContent({ environment }: World, name: string): string | null {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  return value === undefined ? null : sha256Of(value);
}

/** Nothing at a path is written as zeros: no file has inode 0. */
function writeStat(stats: number[], at: number, stat: Fingerprint | undefined, nowMs: number): void {
  stats[at] = stat?.dev ?? 0;
  stats[at + 1] = stat?.ino ?? 0;
  stats[at + 2] = stat?.size ?? 0;
  stats[at + 3] = stat?.mtimeMs ?? 0;
  stats[at + 4] = stat?.ctimeMs ?? 0;
  stats[at + 5] = stat === undefined || !isRacy(stat, nowMs) ? 1 : 0;
}

function hasStat(stats: readonly number[], at: number, stat: Fingerprint | undefined): boolean {
  if (stat === undefined) return stats[at + 1] === 0;
  return (
    stats[at + 3] === stat.mtimeMs &&
    stats[at + 4] === stat.ctimeMs &&
    stats[at + 2] === stat.size &&
    stats[at + 1] === stat.ino &&
    stats[at] === stat.dev
  );
}
