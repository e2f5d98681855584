import { type FSWatcher, existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

import { codeParts, stampOf } from './code-stamp.ts';

/**
 * Knows whether the code in a folder has changed since this process loaded it, so that who works on oxd, or updates it,
 * never talks to the code of a minute ago.
 */
export class OwnCode {
  readonly #folder: string;
  readonly #stamp: string;
  readonly #watchers: FSWatcher[] = [];
  /** Whether a look is due. It takes most of a millisecond, which each command would wait for. */
  #isDirty = false;

  constructor(folder: string) {
    this.#folder = folder;
    try {
      for (const watched of foldersOf(folder))
        this.#watchers.push(watch(watched, { persistent: false }, () => (this.#isDirty = true)));
    } catch {
      // No watches left: look each time.
      this.close();
      this.#isDirty = true;
    }
    this.#stamp = stampOf(folder);
  }

  hasChanged(): boolean {
    if (!this.#isDirty) return false;
    this.#isDirty = this.#watchers.length === 0;
    return stampOf(this.#folder) !== this.#stamp;
  }

  close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }
}

const foldersOf = (folder: string): string[] =>
  codeParts
    .map((part) => join(folder, part))
    .filter((part) => existsSync(part))
    .flatMap((part) => [
      part,
      ...readdirSync(part, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name)),
    ]);
