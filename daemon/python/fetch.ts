// What `oxd python install` and `extract` do: an archive into the cache, or into a folder of the user's.
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { environmentFailure, inputFailure } from '../../protocol/failure.ts';
import type { PythonRequest, PythonSummary } from '../../protocol/python-requests.ts';
import type { Context } from '../context.ts';
import type { Distribution } from './distribution.ts';
import { knownDistributions } from './known-distributions.ts';
import { isArchiveName, namedDistribution } from './named-distribution.ts';
import { matchesVersion, parseVersion } from './python-version.ts';
import { archiveDistribution } from './standalone.ts';

/** Fetches the archive of a version, or takes the one that is named, unpacks it into the cache and says what it is. */
export async function installPython(context: Context, { python }: PythonRequest): Promise<PythonSummary> {
  const { version, executable, reason } = await archiveOf(context, python);
  return { version, executable, reason };
}

/** Puts the archive's contents, unchanged, into the folder `into`. */
export async function extractPython(
  context: Context,
  { python, into }: PythonRequest & { readonly into: string },
): Promise<{ readonly archive: string }> {
  if (existsSync(into) && readdirSync(into).length > 0)
    throw inputFailure(`Cannot extract to "${into}": it is not empty`, { hint: 'name a new folder' });
  const distribution = await archiveOf(context, python);
  // The folder "python" with all that was in the archive: install_only ones have no level between.
  let root = dirname(dirname(distribution.executable));
  if (existsSync(join(root, '../PYTHON.json'))) root = dirname(root);
  try {
    mkdirSync(into, { recursive: true });
    cpSync(root, join(into, 'python'), { recursive: true, verbatimSymlinks: true });
  } catch (cause) {
    throw environmentFailure(`Cannot extract to "${into}": ${(cause as Error).message}`, { cause });
  }
  return { archive: distribution.reason };
}

async function archiveOf(context: Context, python: string | undefined): Promise<Distribution> {
  if (python !== undefined && (isArchiveName(python) || /^https?:/.test(python)))
    return namedDistribution(context, python, 'the argument');
  if (python?.startsWith('/') === true)
    throw inputFailure(`Cannot take "${python}" for an archive`, {
      hint: 'its name ends in .tar.zst or .tar.gz',
    });
  const wanted = parseVersion(python);
  const machine = process.arch === 'arm64' ? 'aarch64-' : 'x86_64-';
  const known = knownDistributions.filter(({ triple }) => triple.startsWith(machine));
  const archive = known.find(({ version }) => matchesVersion(version, wanted));
  if (archive === undefined) {
    const versions = [...new Set(known.map(({ version }) => version))].join(', ');
    throw inputFailure(`Cannot install Python ${python}: no archive of it is known`, {
      hint: `known are ${versions}; or name a URL with "#sha256=" behind it`,
    });
  }
  return archiveDistribution(context, archive);
}
