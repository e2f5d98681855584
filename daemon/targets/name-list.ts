import { GlobPattern } from '../config/glob-pattern.ts';
import type { Resource } from '../python/resource.ts';

/**
 * What `filter_resources_from_files` keeps: modules by their name, other resources by their package's, as PyOxidizer does.
 * Lines with a slash, which `oxd trim` adds, are patterns of paths in the tree; where there are any, files that are not
 * modules need both: their package, if they are of one, and a pattern.
 */
export class NameList {
  readonly #names: ReadonlySet<string>;
  readonly #patterns: readonly GlobPattern[];

  constructor(lines: readonly string[]) {
    this.#names = new Set(lines.filter((line) => !line.includes('/')));
    this.#patterns = lines.filter((line) => line.includes('/')).map((line) => new GlobPattern(`/${line}`));
  }

  /** Whether it tells about all that is packed, and not of modules alone. */
  get isWhole(): boolean {
    return this.#patterns.length > 0;
  }

  keeps({ what, path }: Resource): boolean {
    switch (what.kind) {
      case 'module-source':
      case 'module-bytecode':
      case 'extension-module':
        return this.#names.has(what.name);
      case 'package-resource':
        return this.#names.has(what.package) && this.#hasPattern(path);
      // Metadata goes by the name of a distribution, which says nothing of its modules; it is small.
      case 'distribution-resource':
      case 'file':
        return this.#hasPattern(path);
    }
  }

  #hasPattern(path: string): boolean {
    return !this.isWhole || this.#patterns.some((pattern) => pattern.matches(`/${path}`));
  }
}
