// Makes the next image quick: while nothing else happens, a copy of the last one is put aside, so that an edit writes
// only what changed and renames. Copying 40 MB takes 12 ms, and replacing a file with one whose blocks are not yet
// allocated takes as long again on ext4: both are done before the user saves.
import { open, copyFile, rm, stat } from 'node:fs/promises';
import { type Image, type ImageLayer, type Prepared, writeImage } from './image.ts';

type Stage = {
  /** What the copy holds that a later image must have in common with it. */
  readonly key: string;
  readonly prepared: Prepared;
  /** False when the copy could not be made. */
  readonly ready: Promise<boolean>;
};

/** A copy takes as much disk as its image: for the few programs that somebody is working on. */
const stagesMax = 4;

/** Keeps one prepared file for each output that was written lately. */
export class ImageStage {
  readonly #scratch: () => string;
  /** By output; the one used longest ago first. */
  readonly #stages = new Map<string, Stage>();

  /** `scratch` names new files, best on the outputs' file system. */
  constructor(scratch: () => string) {
    this.#scratch = scratch;
  }

  /** As `writeImage`. */
  async write(image: Image, signal: AbortSignal): Promise<number> {
    const stage = this.#stages.get(image.output);
    this.#stages.delete(image.output);
    const key = keyOf(image);
    if (stage !== undefined) {
      if (stage.key === key && (await stage.ready)) {
        try {
          return await writeImage(image, signal, stage.prepared);
        } catch (error) {
          // The cache is on another file system: this way is closed for good.
          if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
          return await writeImage(image, signal);
        }
      }
      void remove(stage);
    }
    return await writeImage(image, signal);
  }

  /** Begins the copy for the next write. To be called when the caller has its answer. */
  prepare(image: Image): void {
    if (this.#stages.has(image.output)) return;
    const prepared = { path: this.#scratch(), layers: stableLayers(image).length };
    const ready = copyUnchanged(image.output, prepared.path);
    this.#stages.set(image.output, { key: keyOf(image), prepared, ready });
    for (const [output, stage] of this.#stages) {
      if (this.#stages.size <= stagesMax) break;
      this.#stages.delete(output);
      void remove(stage);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stages = [...this.#stages.values()];
    this.#stages.clear();
    await Promise.all(stages.map(remove));
  }
}

/** The first layers whose contents come from the cache: the others change with every edit. */
function stableLayers({ layers }: Image): readonly ImageLayer[] {
  const volatile = layers.findIndex(({ content }) => content.at === 'bytes');
  return volatile === -1 ? layers : layers.slice(0, volatile);
}

const keyOf = (image: Image): string =>
  [image.stub, ...stableLayers(image).map(({ sha256 }) => sha256)].join('\n');

/** Copies a file to disk; false when it could not be, or when somebody changed it meanwhile. */
async function copyUnchanged(from: string, to: string): Promise<boolean> {
  try {
    const before = await stat(from, { bigint: true });
    await copyFile(from, to);
    // Blocks are allocated now instead of in the rename.
    await using copy = await open(to, 'r+');
    await copy.datasync();
    const after = await stat(from, { bigint: true });
    return before.ino === after.ino && before.mtimeNs === after.mtimeNs && before.size === after.size;
  } catch {
    return false;
  }
}

async function remove(stage: Stage): Promise<void> {
  await stage.ready;
  await rm(stage.prepared.path, { force: true });
}
