import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

const parts = ['daemon', 'cache', 'protocol'] as const;

/**
 * Knows whether the code in a checkout has changed since this process loaded it, so that who works on oxd never talks to
 * the code of a minute ago. A published package does not change under its version: then there is nothing to follow.
 */
export class OwnCode {
  readonly #checkout: string;
  readonly #stamp: string;
  readonly #watchers: FSWatcher[] = [];
  /** Whether a look is due. It takes most of a millisecond, which each command would wait for. */
  #isDirty = false;

  constructor(checkout: string) {
    this.#checkout = checkout;
    try {
      for (const folder of foldersOf(checkout))
        this.#watchers.push(watch(folder, { persistent: false }, () => (this.#isDirty = true)));
    } catch {
      // No watches left: look each time.
      this.close();
      this.#isDirty = true;
    }
    this.#stamp = stampOf(checkout);
  }

  hasChanged(): boolean {
    if (!this.#isDirty) return false;
    this.#isDirty = this.#watchers.length === 0;
    return stampOf(this.#checkout) !== this.#stamp;
  }

  close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }
}

const foldersOf = (checkout: string): string[] =>
  parts.flatMap((part) => [
    join(checkout, part),
    ...readdirSync(join(checkout, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name)),
  ]);

/** Another for each state of the sources. */
function stampOf(checkout: string): string {
  let newest = 0;
  let files = 0;
  for (const part of parts) {
    for (const entry of readdirSync(join(checkout, part), { recursive: true })) {
      const name = String(entry);
      if (!name.endsWith('.ts')) continue;
      const found = statSync(join(checkout, part, name), { throwIfNoEntry: false });
      newest = Math.max(newest, found?.mtimeMs ?? 0);
      files++;
    }
  }
  return `${files} ${newest}`;
}
