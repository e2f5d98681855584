// Packages of several calls that bring the same file: what is added last counts, which may be meant, and is told.
import { readFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { isHarmless, recorded } from '../python/file-owners.ts';
import type { Resource } from '../python/resource.ts';

export type AddedSet = {
  readonly subject: string;
  /** All of the set: its RECORD files say whose a file is. */
  readonly resources: readonly Resource[];
  readonly added: readonly Resource[];
};

/** Of pairs of packages that are told about. */
const pairsMax = 8;

/** One hint for each pair of packages. */
export function tellHidden(context: Context, sets: readonly AddedSet[]): void {
  if (sets.length < 2) return;
  const owners = new Map<string, { readonly set: AddedSet; readonly resource: Resource }>();
  const pairs = new Map<
    string,
    { readonly first: string; readonly last: string; readonly paths: string[] }
  >();
  for (const set of sets)
    for (const resource of set.added) {
      const { path } = resource;
      const before = owners.get(path);
      owners.set(path, { set, resource });
      if (before === undefined || before.resource.content.sha256 === resource.content.sha256) continue;
      if (isHarmless(path, () => textOf(context, resource))) continue;
      const first = ownerOf(context, before.set, path);
      const last = ownerOf(context, set, path);
      const key = JSON.stringify([first, last]);
      const pair = pairs.get(key) ?? { first, last, paths: [] };
      pair.paths.push(path);
      pairs.set(key, pair);
    }
  for (const { first, last, paths } of [...pairs.values()].slice(0, pairsMax)) {
    const more = paths.length === 1 ? '' : ` and ${paths.length - 1} more`;
    const message = `"${paths[0]}"${more} of ${first} gives way to that of ${last}, which is added later`;
    const hint = 'leave one of the packages out if that is not meant';
    context.report({ event: 'diagnostic', diagnostic: { severity: 'hint', source: 'oxd', message, hint } });
  }
}

/** "six 1.16.0", or what the set was made of. */
function ownerOf(context: Context, { subject, resources }: AddedSet, path: string): string {
  for (const resource of resources) {
    const { what } = resource;
    if (what.kind !== 'distribution-resource' || what.name !== 'RECORD') continue;
    for (const [name] of recorded(textOf(context, resource)))
      if (name === path) return `${what.package} ${what.version}`;
  }
  return subject;
}

const textOf = (context: Context, { content }: Resource): string =>
  content.at === 'file'
    ? readFileSync(content.path, 'utf8')
    : (context.cache.blobs.get(content.sha256)?.toString('utf8') ?? '');
