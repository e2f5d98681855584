import { posix } from 'node:path';

import { Buildable, buildMethod } from './buildable.ts';
import { ConfigError } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { selection } from './executable-contents.ts';
import { FileContent, placeOf, userFile } from './file-content.ts';
import type { DistributionId, ResourceSetId } from './host.ts';
import { relativePath } from './location.ts';
import { bool, object, oneOf, optional, str, withDefault } from './parameter.ts';
import { PythonExecutable } from './python-executable.ts';
import { resource, resources, type ResourceObject } from './resource-object.ts';
import { signingOrders } from './signing.ts';
import type { FileManifestValue, ManifestEntry, PythonExecutableValue } from './resolved-target.ts';

type Entry =
  | { readonly kind: 'content'; readonly content: FileContent }
  | {
      readonly kind: 'resource';
      readonly prefix: string;
      readonly set: ResourceSetId;
      readonly index: number;
      readonly isSource: boolean;
      readonly isExecutable: boolean;
    }
  | { readonly kind: 'executable'; readonly prefix: string; readonly executable: PythonExecutableValue };

/** Files and where they go, relative to a root that is not known yet. Nothing is written before the build. */
export class FileManifest extends Buildable {
  override readonly typeName = 'FileManifest';
  /** By path. Bytecode isn't listed: it follows from the sources. */
  readonly #entries = new Map<string, Entry>();
  /** The last executable that was added. */
  #run: string | undefined;

  addFile(path: string, content: FileContent): void {
    if (path === '') throw new ConfigError('a file in a manifest needs a name');
    this.#put(path, { kind: 'content', content });
  }

  addExecutable(prefix: string, executable: PythonExecutable, evaluation: Evaluation): void {
    const path = posix.join(prefix, executable.name);
    this.#put(path, { kind: 'executable', prefix, executable: executable.value(evaluation) });
    this.#run = path;
  }

  addResource(prefix: string, { row, origin }: ResourceObject): void {
    const isSource = row.kind === 'module-source';
    const path = posix.join(prefix, row.path);
    if (origin.at === 'inline') {
      const name = posix.basename(path);
      this.addFile(path, new FileContent(name, { at: 'text', text: origin.source }, false));
    } else
      this.#put(path, {
        kind: 'resource',
        prefix,
        set: origin.set,
        index: origin.index,
        isSource,
        isExecutable: row.isExecutable,
      });
  }

  /** Adds the files of another manifest below `prefix`; "" is the root. */
  addManifest(other: FileManifest, prefix = ''): void {
    for (const [path, entry] of other.#entries) {
      const below = 'prefix' in entry ? { ...entry, prefix: posix.join(prefix, entry.prefix) } : entry;
      this.#put(posix.join(prefix, path), below);
    }
    if (other.#run !== undefined) this.#run = posix.join(prefix, other.#run);
  }

  paths(): readonly string[] {
    return [...this.#entries.keys()].toSorted();
  }

  get(path: string): FileContent | undefined {
    const entry = this.#entries.get(path);
    if (entry === undefined) return undefined;
    const name = posix.basename(path);
    if (entry.kind === 'content') return entry.content;
    if (entry.kind === 'executable')
      return new FileContent(name, { at: 'executable', executable: entry.executable }, true);
    return new FileContent(name, { at: 'resource', set: entry.set, index: entry.index }, entry.isExecutable);
  }

  remove(path: string): FileContent | undefined {
    const content = this.get(path);
    this.#entries.delete(path);
    if (this.#run === path) this.#run = undefined;
    return content;
  }

  /** With a folder that it is installed in, signers are asked about its files. */
  override value(evaluation: Evaluation, folder?: string): FileManifestValue {
    const value = this.#unsigned(evaluation);
    const signing =
      folder === undefined ? undefined : signingOrders(evaluation, 'file-manifest-install', value);
    return signing === undefined ? value : { ...value, signing };
  }

  #unsigned(evaluation: Evaluation): FileManifestValue {
    const entries: ManifestEntry[] = [];
    const groups = new Map<
      string,
      { readonly first: Entry & { kind: 'resource' }; readonly indexes: number[] }
    >();
    for (const [path, entry] of this.#entries) {
      if (entry.kind === 'content') {
        const { content, executable } = entry.content;
        entries.push({ kind: 'file', path, content, executable });
      } else if (entry.kind === 'executable') entries.push(entry);
      else {
        const key = JSON.stringify([entry.prefix, entry.set, entry.isSource]);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { first: entry, indexes: [entry.index] });
        else group.indexes.push(entry.index);
      }
    }
    for (const { first, indexes } of groups.values()) {
      const { prefix, set } = first;
      const chosen = { prefix, set, ...selection(indexes, evaluation.count(set)) };
      entries.push({ kind: 'resources', ...chosen });
      const distribution = this.#bytecodeOf();
      if (first.isSource && distribution !== undefined)
        entries.push({ kind: 'bytecode', distribution, level: 0, ...chosen });
    }
    return { type: 'FileManifest', entries, run: this.#runnable() };
  }

  /** Bytecode is for the interpreter of the program that is in the manifest; without one nobody would read it. */
  #bytecodeOf(): DistributionId | undefined {
    for (const entry of this.#entries.values())
      if (entry.kind === 'executable') return entry.executable.distribution;
    return undefined;
  }

  #runnable(): string | undefined {
    if (this.#run !== undefined) return this.#run;
    const executables = [...this.#entries].filter(
      ([, entry]) => entry.kind === 'content' && entry.content.executable,
    );
    return executables.length === 1 ? executables[0]?.[0] : undefined;
  }

  #put(path: string, entry: Entry): void {
    // A path that is added again goes to the end: it replaces the earlier one.
    this.#entries.delete(path);
    this.#entries.set(path, entry);
  }
}

const { method } = membersOf<FileManifest>();
const content = object('FileContent', FileContent);
const executableOrResource = oneOf(resource, object('PythonExecutable', PythonExecutable));

function addPython(
  manifest: FileManifest,
  prefix: string,
  added: ResourceObject | PythonExecutable,
  evaluation: Evaluation,
): void {
  if (added instanceof PythonExecutable) manifest.addExecutable(prefix, added, evaluation);
  else manifest.addResource(prefix, added);
}

export const fileManifestType: TypeDeclaration = {
  name: 'FileManifest',
  doc: 'A set of files with their places in a folder. As a target it is written to the output folder; if it holds an executable it can be run. Paths are relative, with "/"; absolute paths and ".." are errors.',
  generation: 'both',
  construct: declareFunction({
    name: 'FileManifest',
    doc: 'An empty manifest.',
    parameters: {},
    returns: 'FileManifest',
    call: () => new FileManifest(),
  }),
  attributes: [],
  methods: [
    buildMethod,
    method({
      name: 'add_manifest',
      doc: 'Adds the files of another manifest; they replace files at the same paths.',
      parameters: { other: object('FileManifest', FileManifest) },
      call: (self, { other }) => self.addManifest(other),
    }),
    method({
      name: 'add_file',
      doc: 'Adds a file at `path`, or under its own name in the folder `directory`.',
      generation: 'modern',
      parameters: { content, path: optional(str), directory: optional(str) },
      call: (self, { content: file, path, directory }) => self.addFile(placeOf(file, path, directory), file),
    }),
    method({
      name: 'add_path',
      doc: 'Adds a file from disk at its path less the leading `strip_prefix`.',
      generation: 'modern',
      parameters: { path: str, strip_prefix: str, force_read: withDefault(bool, false) },
      call(self, { path, strip_prefix }, evaluation) {
        self.addFile(strippedPath(evaluation, path, strip_prefix), userFile(evaluation, path));
      },
    }),
    method({
      name: 'add_python_resource',
      doc: 'Adds a resource, or an executable with the files that belong beside it, in the folder `prefix`; "." is the root.',
      parameters: { prefix: str, value: executableOrResource },
      call: (self, { prefix, value }, evaluation) => addPython(self, relativePath(prefix), value, evaluation),
    }),
    method({
      name: 'add_python_resources',
      doc: 'Adds each resource in the folder `prefix`, laid out as Python finds them there. Bytecode is written beside the sources.',
      parameters: { prefix: str, values: oneOf(resources, object('PythonExecutable', PythonExecutable)) },
      call(self, { prefix, values }, evaluation) {
        const root = relativePath(prefix);
        if (values instanceof PythonExecutable) self.addExecutable(root, values, evaluation);
        else for (const value of values) self.addResource(root, value);
      },
    }),
    method({
      name: 'get_file',
      doc: 'The file at a path, or None.',
      generation: 'modern',
      parameters: { path: str },
      returns: 'FileContent | None',
      call: (self, { path }) => self.get(relativePath(path)),
    }),
    method({
      name: 'paths',
      doc: 'All paths, sorted.',
      generation: 'modern',
      parameters: {},
      returns: 'list[str]',
      call: (self) => self.paths(),
    }),
    method({
      name: 'remove',
      doc: 'Removes the file at a path and returns it, or None when there is none.',
      generation: 'modern',
      parameters: { path: str },
      returns: 'FileContent | None',
      call: (self, { path }) => self.remove(relativePath(path)),
    }),
    method({
      name: 'install',
      doc: 'Writes the files into a folder, once all is built. A relative path starts at the build path. All of them are written or, when that fails or is cancelled, none. With `replace`, files that an earlier installation wrote there and that are not part of this one are removed; what others put or changed there never is. A symbolic link in the place of a folder is an error, in the place of a file it is replaced.',
      parameters: { path: str, replace: withDefault(bool, true) },
      call(self, { path, replace }, evaluation) {
        const folder = posix.resolve(evaluation.buildPath, path);
        evaluation.installations.push({ path: folder, replace, value: self.value(evaluation, folder) });
      },
    }),
  ],
};

/** Where a file from disk goes: its absolute path less a leading folder. */
export function strippedPath(evaluation: Evaluation, path: string, prefix: string): string {
  const from = evaluation.absolute(prefix);
  const absolute = evaluation.absolute(path);
  const folder = from.endsWith('/') ? from : `${from}/`;
  if (!absolute.startsWith(folder)) throw new ConfigError(`${absolute} is not below strip_prefix ${from}`);
  return relativePath(absolute.slice(folder.length));
}
