import type { Image } from '../executable/image.ts';
import { ImageStage } from '../executable/image-stage.ts';

/** After the answer to who asked for the build; long before a person saves again. */
const prepareDelayMs = 30;
/** More than anybody works on. Programs of an install layout have a new folder each time and never come again. */
const rememberedMax = 64;

/** Writes executables. One that was written before is being worked on: its next image is prepared while nobody waits. */
export class Images {
  readonly #stage: ImageStage;
  readonly #written = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();

  /** `scratch` names new files on the cache's file system. */
  constructor(scratch: () => string) {
    this.#stage = new ImageStage(scratch);
  }

  async write(image: Image, signal: AbortSignal): Promise<void> {
    await this.#stage.write(image, signal);
    const isVolatile = image.layers.some(({ content }) => content.at === 'bytes');
    if (isVolatile && this.#written.has(image.output)) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#stage.prepare(image);
      }, prepareDelayMs);
      this.#timers.add(timer);
    }
    this.#written.add(image.output);
    for (const oldest of this.#written) {
      if (this.#written.size <= rememberedMax) break;
      this.#written.delete(oldest);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#stage[Symbol.asyncDispose]();
  }
}
