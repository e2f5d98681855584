// Copies of executables made while nobody waits, so that the next image needs its last layer only: copying the thirty
// megabytes below it takes longer than all else that an edit of one file costs.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { constants, copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha256 } from '../../cache/cache.ts';
import type { ImageLayer, Prepared } from '../executable/image.ts';

/** What a file of ours holds, or will hold once `copied` is settled. */
type Preparation = {
  readonly path: string;
  readonly parts: readonly Sha256[];
  readonly copied: Promise<boolean>;
};

/** Programs that are being edited at a time; each costs as much disk as the program. */
const preparationsMax = 4;

export class PreparedImages {
  readonly #prepared = new Map<string, Preparation>();
  readonly #built = new Set<string>();

  /** A prepared file for `output`, if there is one that begins as it shall; the caller uses it up. */
  async take(output: string, stub: Sha256, layers: readonly ImageLayer[]): Promise<Prepared | undefined> {
    const preparation = this.#prepared.get(output);
    if (preparation === undefined) return undefined;
    this.#prepared.delete(output);
    const { path, parts, copied } = preparation;
    const isThere = (await copied) && existsSync(path);
    if (!isThere || parts[0] !== stub) {
      rmSync(path, { force: true });
      return undefined;
    }
    let kept = 0;
    while (kept < layers.length && parts[kept + 1] === layers[kept]?.sha256) kept += 1;
    return { path, layers: kept };
  }

  /**
   * Copies what was just built, beside the build's folder `buildPath` and not into it: that one is for shipping. A
   * program that was built once only may never be built again.
   */
  prepare(buildPath: string, output: string, stub: Sha256, layers: readonly ImageLayer[]): void {
    if (!this.#built.has(output)) {
      this.#built.add(output);
      return;
    }
    const path = join(
      buildPath,
      '.prepared',
      `${layers.at(-1)?.sha256.slice(0, 16) ?? 'empty'}-${process.pid}`,
    );
    const copied = (async () => {
      try {
        mkdirSync(dirname(path), { recursive: true });
        await copyFile(output, path, constants.COPYFILE_FICLONE);
        return true;
      } catch {
        return false; // a full disk, say: the next build copies for itself
      }
    })();
    this.#prepared.set(output, { path, parts: [stub, ...layers.map(({ sha256 }) => sha256)], copied });
    for (const oldest of this.#prepared.keys()) {
      if (this.#prepared.size <= preparationsMax) break;
      void this.#discard(oldest);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#prepared.keys()].map((output) => this.#discard(output)));
  }

  async #discard(output: string): Promise<void> {
    const preparation = this.#prepared.get(output);
    this.#prepared.delete(output);
    if (preparation === undefined) return;
    await preparation.copied;
    rmSync(dirname(preparation.path), { recursive: true, force: true });
  }
}
