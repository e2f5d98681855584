// Why cargo failed, told by its own words, and the way out.
import type { Diagnostic } from '../../protocol/diagnostic.ts';
import { Failure, environmentFailure, inputFailure } from '../../protocol/failure.ts';

export type CargoEnd = {
  /** What it printed and what its compilers had to say, in order. */
  readonly words: string;
  /** "ended with code 101". */
  readonly ending: string;
  readonly diagnostics: readonly Diagnostic[];
  /** A file with all of the words. */
  readonly logFile: string;
  readonly isOffline: boolean;
};

/** Enough of cargo's own words to see the cause. */
const linesMax = 40;

type Cause = {
  readonly pattern: RegExp;
  readonly failure: (found: RegExpExecArray, end: CargoEnd) => Failure;
};

/** In this order: what stands first would be taken for what stands later. */
const causes: readonly Cause[] = [
  {
    pattern: /(?:the lock file|cannot update the lock file) (\S+) (?:needs to be updated|because --locked)/,
    failure: ([, file], { logFile }) =>
      inputFailure(`Cannot keep to the lock file ${file}: Cargo.toml wants something else`, {
        hint: 'bring it up to date with `cargo update --workspace`, or build without --locked',
        logFile,
      }),
  },
  {
    pattern:
      /(?:rustc (\S+) is not supported by|requires rustc (\S+) or newer|feature `edition\d+` is required)/,
    failure: (_, end) =>
      environmentFailure(`This Rust is too old for a crate\n${errorsOf(end.words)}`, {
        hint: 'update it: `rustup update`',
        logFile: end.logFile,
      }),
  },
  {
    pattern:
      /failed to (?:parse|load) manifest|failed to read `[^`]*Cargo\.toml`|could not parse input as TOML/,
    failure: (_, { words, logFile }) =>
      inputFailure(`Cannot read a manifest\n${errorsOf(words)}`, {
        hint: 'correct Cargo.toml, or the path of the dependency that it names',
        logFile,
      }),
  },
  {
    pattern:
      /failed to download|failed to get|could not resolve host|spurious network|--offline|network failure/i,
    failure: (_, { words, logFile, isOffline }) =>
      environmentFailure(`Cannot fetch a crate\n${errorsOf(words)}`, {
        hint: isOffline
          ? 'build once with the network: crates are fetched once'
          : 'check the network or the [source] settings of cargo',
        logFile,
      }),
  },
  {
    pattern: /no matching package|failed to select a version/,
    failure: (_, { words, logFile }) =>
      inputFailure(`Cannot find a crate\n${errorsOf(words)}`, {
        hint: 'check its name, version and features in Cargo.toml',
        logFile,
      }),
  },
  {
    pattern: /linker `([^`]+)` not found/,
    failure: ([, linker], { logFile }) =>
      environmentFailure(`Cannot link: "${linker}" is not installed`, {
        hint: 'install a C compiler, such as the package gcc',
        logFile,
      }),
  },
  {
    pattern: /linking with `[^`]+` failed/,
    failure: (_, { words, logFile }) => {
      const { reasons, hint } = linkerWords(words);
      return environmentFailure(`Cannot link the program\n${reasons}`, { hint, logFile });
    },
  },
];

export function cargoFailure(end: CargoEnd): Failure {
  const { words, ending, diagnostics, logFile } = end;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const count = errors.length === 1 ? 'one error' : `${errors.length} errors`;
    return inputFailure(`Cannot compile the Rust code: ${count}`, { diagnostics: errors, logFile });
  }
  const tail = words.split('\n').slice(-linesMax).join('\n');
  for (const { pattern, failure } of causes) {
    const found = pattern.exec(tail) ?? pattern.exec(words);
    if (found !== null) return failure(found, end);
  }
  return new Failure('environment', `cargo ${ending}\n${tail}`, { logFile });
}

/** Before its error cargo only tells of what it did, and of its retries. */
function errorsOf(words: string): string {
  const lines = words.slice(Math.max(0, words.search(/^error/m))).split('\n');
  return lines.slice(0, linesMax).join('\n').trimEnd();
}

/** Of a page that begins with the whole command line, what the linker says. */
function linkerWords(words: string): { readonly reasons: string; readonly hint: string } {
  const said = words
    .split('\n')
    .map((line) => line.replace(/^\s*=\s*note:\s*/, '').trim())
    .filter((line) =>
      /undefined (reference|symbol)|cannot find|unable to find library|multiple definition|relocation|No space left|(ld|lld|mold)\S*: error/.test(
        line,
      ),
    )
    // Each name once: it is told for every place that uses it.
    .map((line) => line.replace(/^(?:\/\S*\/)?(?:[\w.-]*ld[\w.-]*): /, '').replace(/^error: /, ''));
  const reasons = [...new Set(said)].slice(0, 10);
  const library = reasons
    .map((line) => /(?:cannot find|unable to find library) -l(\S+?)(?::|$)/.exec(line)?.[1])
    .find(Boolean);
  return {
    reasons: reasons.length === 0 ? errorsOf(words) : reasons.join('\n'),
    hint:
      library === undefined
        ? 'a function that nothing defines belongs to a library: link it with cargo:rustc-link-lib=NAME in build.rs'
        : `install the library ${library} with its files for development, such as lib${library}-dev`,
  };
}
