import { posix } from 'node:path';

/**
 * A pattern over absolute paths: `*` and `?` within a component, `[a-z]` and `[!a-z]`, `**` for any number of
 * components. As in Rust's glob crate, which PyOxidizer uses, wildcards match names that start with a dot too.
 */
export class GlobPattern {
  readonly text: string;
  /** The longest leading directory without wildcards. */
  readonly root: string;
  readonly #components: readonly (RegExp | '**')[];

  constructor(text: string) {
    this.text = text;
    const components = posix.normalize(text).split('/').slice(1);
    const firstWild = components.findIndex((component) => /[*?[]/.test(component));
    const fixed = firstWild < 0 ? components.length - 1 : firstWild;
    this.root = '/' + components.slice(0, fixed).join('/');
    this.#components = components.map((component) =>
      component === '**' ? '**' : componentPattern(component),
    );
  }

  matches(path: string): boolean {
    return this.#match(path.split('/').slice(1), 0, 0) === 'yes';
  }

  /** Whether a file below the directory could match. */
  mayMatchBelow(directory: string): boolean {
    return this.#match(directory.split('/').slice(1), 0, 0) !== 'no';
  }

  /** 'partly': the path ended before the pattern did. */
  #match(names: readonly string[], at: number, component: number): 'yes' | 'partly' | 'no' {
    const pattern = this.#components[component];
    const name = names[at];
    if (pattern === undefined) return name === undefined ? 'yes' : 'no';
    if (name === undefined) return 'partly';
    if (pattern !== '**') return pattern.test(name) ? this.#match(names, at + 1, component + 1) : 'no';
    // A last "**" takes every file below; elsewhere it stands for none, one or more components.
    if (component === this.#components.length - 1) return 'yes';
    const none = this.#match(names, at, component + 1);
    if (none === 'yes') return none;
    const more = this.#match(names, at + 1, component);
    return more === 'no' ? none : more;
  }
}

function componentPattern(component: string): RegExp {
  const source = component.replaceAll(/\[(!?)([^\]]+)\]|[\s\S]/g, (part, not?: string, set?: string) => {
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll(/[\\\]^]/g, String.raw`\$&`)}]`;
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`);
  });
  return new RegExp(`^${source}$`, 'u');
}
