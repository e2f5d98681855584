import type { Sha256 } from '../../cache/cache.ts';

/** Bytes of packed files from the last builds, least recently used goes first: an edit reads one file, not a thousand. */
export class PieceMemory {
  readonly #bytesMax: number;
  readonly #pieces = new Map<Sha256, Buffer>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get(sha256: Sha256): Buffer | undefined {
    const piece = this.#pieces.get(sha256);
    if (piece !== undefined) {
      this.#pieces.delete(sha256);
      this.#pieces.set(sha256, piece);
    }
    return piece;
  }

  put(sha256: Sha256, piece: Buffer): void {
    if (piece.length > this.#bytesMax / 4 || this.#pieces.has(sha256)) return;
    this.#pieces.set(sha256, piece);
    this.#bytes += piece.length;
    for (const [oldest, { length }] of this.#pieces) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#pieces.delete(oldest);
      this.#bytes -= length;
    }
  }
}
