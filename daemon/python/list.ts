import type { InstalledPython, PythonsReport } from '../../protocol/python-requests.ts';
import type { Context } from '../context.ts';
import { pythonCandidates } from './candidates.ts';
import { knownDistributions } from './known-distributions.ts';
import { localDistribution } from './local.ts';
import { isUnpacked } from './standalone.ts';

/** Every CPython of this machine, the newest first, and the archives that are known for it. Nothing is fetched. */
export async function listPythons(context: Context): Promise<PythonsReport> {
  const installed: InstalledPython[] = [];
  for (const { path } of pythonCandidates(context)) {
    context.signal.throwIfAborted();
    const python = await localDistribution(context, path);
    if (python.outcome === 'usable') {
      const { version, linking } = python.distribution;
      installed.push({ path, version, linking: linking.kind });
    } else {
      const { version, reason } = python;
      installed.push({ path, ...(version === undefined ? {} : { version }), refused: reason });
    }
  }
  const machine = process.arch === 'arm64' ? 'aarch64-' : 'x86_64-';
  const known = knownDistributions
    .filter(({ triple }) => triple.startsWith(machine))
    .map((archive) => ({ ...archive, isCached: isUnpacked(context, archive.sha256) }));
  return { installed: installed.toSorted(newestFirst), known };
}

/** Those that cannot be packed come last. */
function newestFirst(a: InstalledPython, b: InstalledPython): number {
  if ((a.refused === undefined) !== (b.refused === undefined)) return a.refused === undefined ? -1 : 1;
  return (b.version ?? '').localeCompare(a.version ?? '', 'en', { numeric: true });
}
