import { statSync } from 'node:fs';
import type { SizesResult } from '../../protocol/trim-requests.ts';
import type { Context } from '../context.ts';
import { partsOf } from '../executable/analyze-sizes.ts';
import { openImage } from '../executable/image-reader.ts';

/** What two executables of one program differ in. */
export function trimmedSizes(
  _context: Context,
  { before, after }: { readonly before: string; readonly after: string },
): SizesResult {
  const [old, now] = [parts(before), parts(after)];
  const dropped = [...old].map(([name, bytes]) => ({ name, before: bytes, after: now.get(name) ?? 0 }));
  return {
    before: statSync(before).size,
    after: statSync(after).size,
    dropped: dropped
      .filter((part) => part.after < part.before)
      .toSorted((a, b) => b.before - b.after - (a.before - a.after) || (a.name < b.name ? -1 : 1)),
  };
}

/** Stored bytes by package; by module where the standard library is concerned, by file for system libraries. */
function parts(path: string): ReadonlyMap<string, number> {
  using image = openImage(path);
  const sizes = new Map<string, number>();
  const nameOf = partsOf(image);
  for (const file of image.files) {
    const name = nameOf(file.path);
    sizes.set(name, (sizes.get(name) ?? 0) + file.stored);
  }
  return sizes;
}
