import { statSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Distribution } from './distribution.ts';
import { localDistribution } from './local.ts';
import { archiveDistribution } from './standalone.ts';

/**
 * The distribution that a word stands for: a URL of an archive with "#sha256=…" behind it, or the absolute path of an
 * archive (the same may follow), of a Python, or of its folder. `namedBy` says who wrote the word, for errors.
 */
export async function namedDistribution(
  context: Context,
  named: string,
  namedBy: string,
): Promise<Distribution> {
  const [place = '', sha256] = named.split('#sha256=');
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    throw inputFailure(`Cannot read "${sha256}" as a SHA-256: want 64 hex digits`);
  if (/^https?:\/\//.test(place)) {
    if (sha256 !== undefined) return archiveDistribution(context, { sha256, url: place });
    throw inputFailure(`${namedBy} names a URL without its SHA-256`, {
      hint: 'write it behind the URL, as "#sha256=" and 64 hex digits',
    });
  }
  if (!place.startsWith('/')) throw inputFailure(`${namedBy} is "${named}": want an absolute path or a URL`);
  context.trace.file(place);
  if (isArchiveName(place)) {
    const file = context.cache.hashFile(place);
    if (file === undefined)
      throw inputFailure(`Cannot read the Python archive "${place}": there is no such file`);
    return archiveDistribution(context, { sha256: sha256 ?? file.sha256, path: place });
  }
  const programs = [place, join(place, 'bin/python3')];
  const program = programs.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  if (program === undefined) throw inputFailure(`${namedBy} is "${named}": there is no such Python`);
  const python = await localDistribution(context, program);
  if (python.outcome === 'usable') return python.distribution;
  throw environmentFailure(`Cannot pack the Python ${program}: ${python.reason}`);
}

/** Whether a path is that of an archive, by its name. */
export const isArchiveName = (path: string): boolean => /\.(tar|tgz)(\.\w+)?(#|$)/.test(path);
