// What pip's result depends on besides the index: the files that its arguments name, and its settings.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputFailure } from '../../protocol/failure.ts';
import type { Sha256 } from '../../cache/cache.ts';
import type { Context } from '../context.ts';
import { type LockedInstall, lockReference, lockedInstall } from './lock-file.ts';
import type { ProjectFiles } from './project-layout.ts';

export type PipRequest = {
  readonly args: readonly string[];
  /** Absolute; relative paths in `args` start here: the config's folder. */
  readonly directory: string;
  readonly extraEnvironment?: Readonly<Record<string, string>>;
};

export type PipInputs = {
  /** As pip gets them: editable installs made plain, for a link to a folder cannot be packed. */
  readonly args: readonly string[];
  /** Path as named, and the SHA-256 of a file, or of the names and contents of a folder's files. */
  readonly files: readonly (readonly [path: string, sha256: string])[];
  /** Settings that choose packages or change how they are built; not those of the transport. */
  readonly settings: Readonly<Record<string, string>>;
  /** The projects among the arguments; their files are in `files` too. */
  readonly projects: readonly ProjectFiles[];
  /** The lock files among the arguments, by the word that names one. */
  readonly locks: ReadonlyMap<string, LockedInstall>;
  /** Requirements that no hash pins: another day they may come to something else. */
  readonly unpinned: readonly string[];
};

/** Where packages go is for us to say. */
const ownOptions = ['--target', '-t', '--prefix', '--root', '--user', '--report', '--dry-run', '--python'];

/** Variables that change what a source distribution compiles to. */
const buildVariables = [
  'CC',
  'CXX',
  'CFLAGS',
  'CXXFLAGS',
  'CPPFLAGS',
  'LDFLAGS',
  'SOURCE_DATE_EPOCH',
  'RUSTFLAGS',
];
/** Settings that choose packages; looked at also while they are unset. */
const indexVariables = [
  'PIP_INDEX_URL',
  'PIP_EXTRA_INDEX_URL',
  'PIP_FIND_LINKS',
  'PIP_NO_INDEX',
  'PIP_CONSTRAINT',
  'PIP_REQUIREMENT',
  'PIP_PRE',
  'PIP_NO_BINARY',
  'PIP_ONLY_BINARY',
  'PIP_CONFIG_FILE',
];
/** Settings of pip that cannot change a result. */
const transport =
  /^PIP_(CERT|CLIENT_CERT|DEFAULT_TIMEOUT|TIMEOUT|RETRIES|PROXY|CACHE_DIR|NO_CACHE_DIR|DISABLE_PIP_VERSION_CHECK|NO_INPUT|QUIET|VERBOSE|NO_COLOR|PROGRESS_BAR|LOG|TRUSTED_HOST|ROOT_USER_ACTION|KEYRING_PROVIDER)$/;

/** Reads what the arguments name, through the stat cache, and tells the trace. */
export function pipInputs(context: Context, request: PipRequest): PipInputs {
  const reader = new InputReader(context);
  const args = reader.arguments(request.args, request.directory, { inFile: false });
  const settings: Record<string, string> = { ...request.extraEnvironment };
  for (const name of new Set([...indexVariables, ...buildVariables, ...Object.keys(context.environment)])) {
    if (!name.startsWith('PIP_') && !buildVariables.includes(name)) continue;
    if (transport.test(name)) continue;
    context.trace.variable(name);
    const value = context.environment[name];
    if (value !== undefined) settings[name] ??= value;
  }
  const links = settings['PIP_FIND_LINKS']?.split(/\s+/) ?? [];
  for (const folder of links) reader.findLinks(folder, request.directory);
  for (const name of ['PIP_CONSTRAINT', 'PIP_REQUIREMENT'])
    for (const file of settings[name]?.split(/\s+/) ?? []) reader.requirements(file, request.directory);
  for (const path of configFiles(context, settings)) reader.optionalFile(path);
  return {
    args,
    files: reader.files(),
    settings,
    projects: reader.projects,
    locks: reader.locks,
    unpinned: request.args.includes('--require-hashes') ? [] : reader.unpinned,
  };
}

/** Where pip reads its configuration (pip._internal.configuration, on Linux). */
function configFiles(context: Context, settings: Readonly<Record<string, string>>): string[] {
  const { HOME = '/', XDG_CONFIG_HOME = join(HOME, '.config') } = context.environment;
  const named = settings['PIP_CONFIG_FILE'];
  return [
    '/etc/xdg/pip/pip.conf',
    '/etc/pip.conf',
    join(HOME, '.pip/pip.conf'),
    join(XDG_CONFIG_HOME, 'pip/pip.conf'),
    ...(named === undefined ? [] : [named]),
  ];
}

/** A project with more files has a data folder or an environment in it, which pip would copy as well. */
const projectFilesMax = 100_000;
/** What tools leave in any folder of a project; none of it is a source. */
const neverSources = /^(\.git|\.hg|\.svn|__pycache__|node_modules|\.[a-z]+_cache|.*\.egg-info|.*\.pyc)$/;
/** What building leaves in its top folder; further down, these are names of packages like any other. */
const notSourcesOnTop = /^(build|dist|target|\.tox|\.nox|\.eggs|pyoxidizer\.bzl)$/;

class InputReader {
  readonly #context: Context;
  readonly #files = new Map<string, string>();
  readonly projects: ProjectFiles[] = [];
  readonly locks = new Map<string, LockedInstall>();
  readonly unpinned: string[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  files(): (readonly [string, string])[] {
    return [...this.#files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  arguments(args: readonly string[], directory: string, where: { readonly inFile: boolean }): string[] {
    const passed: string[] = [];
    const words = args.flatMap(splitOption);
    for (let index = 0; index < words.length; index += 1) {
      const word = words[index] ?? '';
      const value = words[index + 1];
      if (ownOptions.includes(word) && !where.inFile)
        throw inputFailure(
          `Cannot pass ${word} to pip: where packages go is decided by what they are added to`,
        );
      if (word === '-e' || word === '--editable') {
        if (!where.inFile) continue; // the path that follows is installed as it is now
        throw inputFailure(`Cannot pack the editable install of "${value ?? ''}" in a requirements file`, {
          hint: 'write its path without -e',
        });
      }
      passed.push(word);
      if (value !== undefined && /^(-r|-c|--requirement|--constraint)$/.test(word))
        this.requirements(value, directory, { isConstraint: /^(-c|--constraint)$/.test(word) });
      else if (value !== undefined && /^(-f|--find-links)$/.test(word)) this.findLinks(value, directory);
      else if (!word.startsWith('-')) {
        const isLocal = this.#requirement(word, directory);
        const isWhole = isLocal && args.includes('--no-deps');
        if (!where.inFile && !isWhole && !takesValue.test(words[index - 1] ?? '')) this.unpinned.push(word);
      }
    }
    return passed;
  }

  requirements(file: string, directory: string, { isConstraint = false } = {}): void {
    if (/^https?:/.test(file)) {
      if (!isConstraint) this.unpinned.push(file);
      return;
    }
    if (lockReference(file) !== undefined) {
      this.#lock(file, directory);
      return;
    }
    const path = resolve(directory, file.startsWith('file:') ? fileURLToPath(file) : file);
    if (this.#files.has(path)) return; // files may name each other in a circle
    if (!this.optionalFile(path)) throw inputFailure(`Cannot read the requirements file "${path}"`);
    const lines = readFileSync(path, 'utf8')
      .replaceAll(/\\\r?\n/g, ' ')
      .split(/\r?\n/);
    for (const line of lines) {
      const words = line.replace(/(^|\s)#.*$/, '').trim();
      if (words === '') continue;
      if (!isConstraint && !words.startsWith('-') && !/--hash[= ]|#sha(256|384|512)=/.test(words))
        this.unpinned.push(words.split(/\s*;/)[0] ?? words);
      this.arguments(words.split(/\s+/), join(path, '..'), { inFile: true });
    }
  }

  #lock(word: string, directory: string): void {
    const { file = '', selected = [] } = lockReference(word) ?? {};
    const path = resolve(directory, file);
    if (!this.optionalFile(path)) throw inputFailure(`Cannot read the lock file "${path}"`);
    const install = lockedInstall(path, readFileSync(path, 'utf8'), selected);
    for (const local of install.files) this.optionalFile(local);
    this.locks.set(word, install);
  }

  findLinks(place: string, directory: string): void {
    if (place === '' || /^https?:/.test(place)) return;
    const path = resolve(directory, place.startsWith('file:') ? fileURLToPath(place) : place);
    this.#context.trace.directory(path);
    const sizeOf = (name: string): number | undefined =>
      statSync(join(path, name), { throwIfNoEntry: false })?.size;
    const names = list(path).map((name) => `${name} ${sizeOf(name)}`);
    this.#files.set(path, names.join('\n'));
  }

  optionalFile(path: string): boolean {
    this.#context.trace.file(path);
    const hash = this.#context.cache.hashFile(path);
    if (hash !== undefined) this.#files.set(path, hash.sha256);
    return hash !== undefined;
  }

  /** A path as pip tells one: it has a slash or starts with a point, or is an archive that is there. False for no path. */
  #requirement(word: string, directory: string): boolean {
    const named = word.replace(/^[\w.-]+(\[[^\]]*\])?\s*@\s*/, '').replace(/\[[\w\s,.-]*\]$/, '');
    if (/^[a-z+]+:/.test(named) && !named.startsWith('file:')) return false;
    const path = resolve(directory, named.startsWith('file:') ? fileURLToPath(named) : named);
    const isPath = named.includes('/') || named.startsWith('.');
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true && isPath) this.#project(path);
    else if (found?.isFile() === true && (isPath || /\.(whl|zip|tar\.\w+|tgz)$/.test(path)))
      return this.optionalFile(path);
    else {
      if (isPath && !word.includes('@') && !word.startsWith('-')) this.#context.trace.file(path);
      return false;
    }
    return true;
  }

  #project(root: string): void {
    if (this.#files.has(root)) return;
    this.#files.set(root, 'project');
    const files = new Map<string, Sha256>();
    this.projects.push({ root, files });
    let count = 0;
    const visit = (folder: string): void => {
      this.#context.trace.directory(folder);
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (neverSources.test(entry.name)) continue;
        if (folder === root && notSourcesOnTop.test(entry.name)) continue;
        if (entry.isDirectory() && list(path).includes('pyvenv.cfg')) continue;
        if (entry.isDirectory()) visit(path);
        else if (entry.isFile() && ++count <= projectFilesMax && this.optionalFile(path))
          files.set(relative(root, path), this.#files.get(path) as Sha256);
      }
    };
    visit(root);
    if (count > projectFilesMax)
      throw inputFailure(`Cannot install "${root}": it holds more than ${projectFilesMax} files`, {
        hint: 'name the folder of the project itself',
      });
  }
}

/** Options of pip whose value may stand in the next word, and is no requirement. */
const takesValue =
  /^-([ircfe]|-index-url|-requirement|-constraint|-find-links|-editable|-extra-index-url|-platform|-abi|-implementation|-python-version|-no-binary|-only-binary|-upgrade-strategy|-config-settings|-global-option|-progress-bar|-proxy|-timeout|-retries|-cert|-client-cert|-trusted-host|-src|-cache-dir|-log|-hash|-use-feature)$/;

/** "--requirement=x" and "-rx" as two words. */
function splitOption(word: string): string[] {
  const long =
    /^(--(?:requirement|constraint|find-links|editable|target|prefix|root|report|python))=(.*)$/s.exec(word);
  const short = /^(-[rcfet])(.+)$/s.exec(word);
  const match = long ?? short;
  return match?.[1] === undefined || match[2] === undefined ? [word] : [match[1], match[2]];
}

function list(path: string): string[] {
  try {
    return readdirSync(path).toSorted();
  } catch {
    return [];
  }
}
