// Two packages that bring the same file with different contents: pip lets the one that comes last win, without a word.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import { readMetadata } from './classify.ts';

type Owner = { readonly package: string; readonly hash: string };

/** Never imported as part of an application, and brought by mistake so often that nobody should have to care. */
const clutter =
  /^(?:bin|tests?|testing|docs?|examples?|benchmarks?|scripts|tools)\/|^[^/]+\.(?:md|rst|txt|cfg|toml)$|^LICENSE/i;
/** Packages of before PEP 420 share an __init__.py that says so, each in words of its own. */
const namespaceWords = /declare_namespace|extend_path/;

/** Throws an input Failure that names the file and both packages. `root` is where pip has installed them. */
export function checkOwners(root: string): void {
  const owners = new Map<string, Owner>();
  for (const folder of readdirSync(root).filter((name) => name.endsWith('.dist-info'))) {
    const record = join(root, folder, 'RECORD');
    if (!existsSync(record)) continue;
    const metadata = readMetadata(join(root, folder, 'METADATA'), folder);
    const owner = `${metadata.package} ${metadata.version}`;
    for (const [path, hash] of recorded(readFileSync(record, 'utf8'))) {
      const other = owners.get(path);
      if (other === undefined) owners.set(path, { package: owner, hash });
      else if (other.hash !== hash && !isHarmless(path, () => readFileSync(join(root, path), 'utf8')))
        throw twoOwners(path, other.package, owner);
    }
  }
}

/** The files of a package and their hashes, by its RECORD. PEP 376: "path,sha256=…,size"; a path with a comma is quoted. Files without a hash change when they are installed. */
export function* recorded(text: string): Generator<readonly [path: string, hash: string]> {
  for (const line of text.split(/\r?\n/)) {
    const [, quoted, plain, hash] = /^(?:"((?:[^"]|"")*)"|([^,]*)),(sha256=[^,]+),/.exec(line) ?? [];
    const path = quoted?.replaceAll('""', '"') ?? plain;
    if (path !== undefined && hash !== undefined && !path.startsWith('..')) yield [path, hash];
  }
}

/** Whether it matters little which of two packages a file is of; `read` gives its text. */
export function isHarmless(path: string, read: () => string): boolean {
  if (clutter.test(path) || path.endsWith('.pyc')) return true;
  return path.endsWith('__init__.py') && namespaceWords.test(read());
}

const twoOwners = (path: string, first: string, second: string): Error =>
  inputFailure(`Cannot pack "${path}": ${first} and ${second} both bring it, with different contents`, {
    hint: 'leave one of the packages out, or take versions that agree; to have both all the same, install each by a call of its own: what is added last counts',
  });
