// `oxd analyze`: what an executable needs of the machine that runs it, and what its size is made of.
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { type FailureData, failureData } from '../../protocol/failure-data.ts';
import { Failure, inputFailure } from '../../protocol/failure.ts';
import { isOnEveryMachine } from '../python/system-libraries.ts';
import { DamagedElf, type ElfDemands, elfDemands } from './analyze-elf.ts';
import { compareGlibc, type GlibcVersion, glibcOf, type Release, releasesWith } from './analyze-glibc.ts';
import { type SizeOf, sizesByPart } from './analyze-sizes.ts';
import { findPayload } from './elf.ts';
import { type ReadAt, readerOf } from './file-bytes.ts';
import { openImage } from './image-reader.ts';

type NeededLibrary = {
  readonly name: string;
  readonly verdict: 'ok' | 'problematic';
  /** Packed files that need it, sorted; empty when the executable itself does. */
  readonly neededBy: readonly string[];
};

export type Analysis = {
  /** In bytes. */
  readonly size: number;
  /** Absent for a file that oxd did not build. */
  readonly pythonVersion?: string;
  /** Libraries that the machine must have, by name. */
  readonly libraries: readonly NeededLibrary[];
  /** Null when nothing in it asks for glibc. */
  readonly glibc: null | {
    readonly minimum: string;
    /** What the executable alone needs to start: the rest counts when it is loaded. Null when it asks for none. */
    readonly toStart: string | null;
    /** As for libraries. */
    readonly neededBy: readonly string[];
    readonly releases: readonly Release[];
  };
  /** "none" is a static executable or an object file. */
  readonly libc: 'glibc' | 'musl' | 'other' | 'none';
  /** Absent for a file that oxd did not build. The largest first. */
  readonly sizes?: readonly SizeOf[];
};

type AnalysisAnswer =
  | { readonly analysis: Analysis }
  | { readonly failure: FailureData & { readonly message: string } };

/** Errors come as data: whoever loads this beside itself has its own class Failure. */
export function answerAnalysis(path: string): AnalysisAnswer {
  try {
    return { analysis: analyze(path) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { failure: { ...failureData(error), message: error.message } };
  }
}

/** Reads an ELF file. Throws a Failure when it cannot be read, is none, or is damaged. */
function analyze(path: string): Analysis {
  const file = openRegular(path);
  try {
    const read = readerOf(file);
    const own = demandsOf(path, read);
    if (own === undefined)
      throw inputFailure(`"${path}" is not an ELF file`, {
        hint: 'name an executable or a shared library of Linux',
      });
    const size = fstatSync(file).size;
    const payload = isImage(read) ? findPayload(read) : undefined;
    if (payload === undefined) return { size, ...needs([{ path: null, demands: own }], new Set(), false) };
    if (payload.offset + payload.length > size) throw damaged(path, 'it is cut short');
    using image = openImage(path);
    const asking: Asking[] = [{ path: null, demands: own }];
    for (const packed of image.files) {
      if (!packed.executable && !/\.so(?:\.\d+)*$/.test(packed.path)) continue;
      const bytes = image.read(packed);
      const demands = demandsOf(`${path}/${packed.path}`, (offset, length) =>
        bytes.subarray(offset, offset + length),
      );
      if (demands !== undefined) asking.push({ path: packed.path, demands });
    }
    const names = new Set(image.files.map((packed) => packed.path.slice(packed.path.lastIndexOf('/') + 1)));
    return {
      size,
      pythonVersion: image.config.pythonVersion,
      ...needs(asking, names, true),
      sizes: sizesByPart(image, size, payload.length),
    };
  } finally {
    closeSync(file);
  }
}

type Asking = { readonly path: string | null; readonly demands: ElfDemands };

function needs(
  asking: readonly Asking[],
  packed: ReadonlySet<string>,
  isPython: boolean,
): Pick<Analysis, 'libraries' | 'glibc' | 'libc'> {
  const libraries = new Map<string, Asking[]>();
  let minimum: GlibcVersion | undefined;
  let highest: Asking[] = [];
  for (const one of asking) {
    for (const name of one.demands.needed) {
      // The interpreter inside of an executable of ours is libpython to its extension modules.
      if (packed.has(name) || (isPython && /^libpython3[.\d]*\.so/.test(name))) continue;
      libraries.set(name, [...(libraries.get(name) ?? []), one]);
    }
    const wanted = newestOf(one);
    if (wanted === undefined) continue;
    const order = minimum === undefined ? 1 : compareGlibc(wanted, minimum);
    if (order > 0) [minimum, highest] = [wanted, []];
    if (order >= 0) highest.push(one);
  }
  return {
    libraries: [...libraries].toSorted(byName).map(([name, by]) => ({
      name,
      verdict: isOnEveryMachine(name) && !name.startsWith('libpython') ? 'ok' : 'problematic',
      neededBy: paths(by),
    })),
    glibc:
      minimum === undefined
        ? null
        : {
            minimum: minimum.join('.'),
            toStart: (asking[0] && newestOf(asking[0]))?.join('.') ?? null,
            neededBy: paths(highest),
            releases: releasesWith(minimum),
          },
    libc: libcOf(asking, minimum !== undefined),
  };
}

const newestOf = ({ demands }: Asking): GlibcVersion | undefined =>
  demands.versions
    .map(glibcOf)
    .filter((version) => version !== undefined)
    .toSorted(compareGlibc)
    .at(-1);

function libcOf(asking: readonly Asking[], hasVersions: boolean): Analysis['libc'] {
  const all = asking.flatMap(({ demands: { needed, loader } }) => [...needed, loader ?? '']);
  if (hasVersions) return 'glibc';
  if (all.some((name) => /(?:^|\/)(?:libc\.musl-|ld-musl-)/.test(name))) return 'musl';
  if (all.some((name) => name === 'libc.so.6' || /\/ld-linux/.test(name))) return 'glibc';
  return all.every((name) => name === '') ? 'none' : 'other';
}

/** Empty when the executable itself is among them: what is packed then changes nothing. */
const paths = (asking: readonly Asking[]): string[] =>
  asking.some(({ path }) => path === null) ? [] : asking.flatMap(({ path }) => path ?? []);

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function demandsOf(path: string, read: ReadAt): ElfDemands | undefined {
  try {
    return elfDemands(read);
  } catch (cause) {
    if (!(cause instanceof DamagedElf)) throw cause;
    throw damaged(path, cause.message, cause);
  }
}

const damaged = (path: string, what: string, cause?: unknown): Failure =>
  inputFailure(`"${path}" is damaged: ${what}`, { hint: 'build it or copy it again', cause });

/** Whether the last loaded segment begins as an image does; openImage then says what is wrong with the rest. */
function isImage(read: ReadAt): boolean {
  const head = read(0, 20);
  if (head[4] !== 2 || head[5] !== 1) return false;
  const payload = findPayload(read);
  return payload !== undefined && read(payload.offset, 6).toString('latin1') === 'OXDIMG';
}

function openRegular(path: string): number {
  try {
    // Opening a pipe would wait for its writer.
    if (statSync(path).isFile()) return openSync(path, 'r');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : message;
    throw inputFailure(`Cannot read "${path}": ${reason}`, { cause });
  }
  throw inputFailure(`Cannot analyze "${path}": it is not a file`, { hint: 'name the executable itself' });
}
