// The Cargo project that a config lies in: its program takes the place of our own.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { parseToml, stringAt, tableAt, tablesAt } from '../python/toml.ts';

export type RustProject = {
  /** Absolute; of Cargo.toml and the config. */
  readonly folder: string;
  /** Names of its programs. */
  readonly binaries: readonly string[];
  /** The one that `cargo run` starts, if that is clear. */
  readonly usual: string | undefined;
};

/** The project in a folder, if its program starts Python by our crate; others are no concern of a config beside them. */
export function rustProject(context: Context, folder: string): RustProject | undefined {
  const path = join(folder, 'Cargo.toml');
  context.trace.file(path);
  if (!existsSync(path)) return undefined;
  const manifest = parseToml(readFileSync(path, 'utf8'), path);
  const dependencies = Object.entries(tableAt(manifest, 'dependencies') ?? {});
  const usesOurs = dependencies.some(
    ([name, value]) =>
      name === ourCrate || (typeof value === 'object' && stringAt(value as never, 'package') === ourCrate),
  );
  if (!usesOurs) return undefined;
  const own = tableAt(manifest, 'package');
  const name = stringAt(own, 'name');
  const named = tablesAt(manifest, 'bin').flatMap((bin) => stringAt(bin, 'name') ?? []);
  const main = name !== undefined && existsSync(join(folder, 'src/main.rs')) ? [name] : [];
  const binaries = [...new Set([...main, ...named, ...foundBinaries(folder)])];
  const usual =
    stringAt(own, 'default-run') ?? (main.length === 1 || binaries.length === 1 ? binaries[0] : undefined);
  return { folder, binaries, usual };
}

const ourCrate = 'oxd-runtime';

/** `src/bin/NAME.rs` and `src/bin/NAME/main.rs`, as cargo finds them. */
function foundBinaries(folder: string): string[] {
  const bin = join(folder, 'src/bin');
  if (!existsSync(bin)) return [];
  return readdirSync(bin).flatMap((entry) => {
    if (entry.endsWith('.rs')) return [entry.slice(0, -'.rs'.length)];
    return existsSync(join(bin, entry, 'main.rs')) ? [entry] : [];
  });
}

/** The program for an executable of this name. Throws an input Failure where that is not clear. */
export function binaryFor({ folder, binaries, usual }: RustProject, name: string): string {
  const binary = binaries.includes(name) ? name : usual;
  if (binary !== undefined) return binary;
  throw inputFailure(
    binaries.length === 0
      ? `Cannot find a program in the Cargo project ${folder}`
      : `Cannot tell which program of the Cargo project ${folder} is to be "${name}": it has ${binaries.join(', ')}`,
    {
      hint:
        binaries.length === 0
          ? 'write src/main.rs'
          : 'name the executable as one of them, or set default-run in Cargo.toml',
    },
  );
}

/** Settings of cargo and rustup in a folder. */
const settings = ['.cargo/config.toml', '.cargo/config', 'rust-toolchain.toml', 'rust-toolchain'];

/**
 * Absolute paths of what cargo reads of a project, whether there or not: manifests and settings, those of folders above
 * too, and sources. What else its compilation read is known from the last one.
 */
export function projectInputs({ environment }: Context, { folder }: RustProject): readonly string[] {
  const above: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    above.push(...['Cargo.toml', 'Cargo.lock', ...settings].map((name) => join(at, name)));
    if (at === dirname(at)) break;
  }
  const home = environment['CARGO_HOME'] ?? join(environment['HOME'] ?? homedir(), '.cargo');
  const sources = join(folder, 'src');
  const files = existsSync(sources)
    ? readdirSync(sources, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
  return [...above, join(home, 'config.toml'), join(folder, 'build.rs'), ...files.toSorted()];
}

/**
 * What a program was made of, by the dependency file that cargo writes beside it: a rule of make with blanks in names
 * escaped. Without what lies in `except`.
 */
export function compiledFrom(executable: string, except: readonly string[]): readonly string[] {
  const path = `${executable}.d`;
  if (!existsSync(path)) return [];
  const [, list = ''] = /^(?:\\.|[^:\\])+:(.*)$/m.exec(readFileSync(path, 'utf8')) ?? [];
  return [...list.matchAll(/(?:\\.|\S)+/g)]
    .map(([word]) => word.replaceAll(/\\(.)/g, '$1'))
    .filter((file) => !except.some((folder) => !relative(folder, file).startsWith('..')));
}
