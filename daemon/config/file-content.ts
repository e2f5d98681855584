import { posix } from 'node:path';

import { ConfigError, ConfigObject } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { relativePath } from './location.ts';
import { bool, optional, str } from './parameter.ts';
import type { ManifestContent } from './resolved-target.ts';

/** One file: its name, its bytes (or where they are), and whether it may be executed. */
export class FileContent extends ConfigObject {
  override readonly typeName = 'FileContent';
  filename: string;
  readonly content: ManifestContent;
  executable: boolean;

  constructor(filename: string, content: ManifestContent, executable: boolean) {
    super();
    this.filename = filename;
    this.content = content;
    this.executable = executable;
  }
}

/** A file of the user's, which must exist. */
export function userFile(evaluation: Evaluation, path: string): FileContent {
  const absolute = evaluation.absolute(path);
  const information = evaluation.outlet.ask('fileInformation', { path: absolute });
  if (information === null) throw new ConfigError(`cannot read ${absolute}: no such file`);
  return new FileContent(posix.basename(absolute), { at: 'file', path: absolute }, information.executable);
}

/** Has the file written into a folder, once all is built, and returns its path. A relative path starts at the build path. */
export function writeContent(evaluation: Evaluation, file: FileContent, path: string): string {
  const folder = posix.resolve(evaluation.buildPath, path);
  const { filename, content, executable } = file;
  evaluation.installations.push({
    path: folder,
    replace: false,
    value: {
      type: 'FileManifest',
      entries: [{ kind: 'file', path: filename, content, executable }],
      run: undefined,
    },
  });
  return posix.join(folder, filename);
}

/** Where a file goes that is added at `path`, or under its own name in the folder `directory`. */
export function placeOf(file: FileContent, path: string | undefined, directory: string | undefined): string {
  if (path !== undefined && directory !== undefined)
    throw new ConfigError('at most one of `path` and `directory` must be given');
  return relativePath(path ?? posix.join(directory ?? '', file.filename));
}

const { attribute, method } = membersOf<FileContent>();

export const fileContentType: TypeDeclaration = {
  name: 'FileContent',
  doc: 'A file that is not on disk yet: name, content and executable bit.',
  generation: 'modern',
  construct: declareFunction({
    name: 'FileContent',
    doc: 'Takes a file from disk by `path`, or makes one of `filename` and `content`.',
    generation: 'modern',
    parameters: {
      path: optional(str),
      filename: optional(str),
      content: optional(str),
      executable: optional(bool),
    },
    returns: 'FileContent',
    call(evaluation, { path, filename, content, executable }) {
      if (path !== undefined && content !== undefined)
        throw new ConfigError('one of `path` or `content` must be given, not both');
      if (path !== undefined) {
        const file = userFile(evaluation, path);
        return new FileContent(filename ?? file.filename, file.content, executable ?? file.executable);
      }
      if (content === undefined) throw new ConfigError('one of `path` or `content` must be given');
      if (filename === undefined)
        throw new ConfigError('`filename` must be given when `content` is', 'name the file');
      return new FileContent(checkedName(filename), { at: 'text', text: content }, executable ?? false);
    },
  }),
  attributes: [
    attribute({
      name: 'executable',
      doc: 'Whether the file may be executed.',
      generation: 'modern',
      check: bool,
      get: (self) => self.executable,
      set: (self, value) => {
        self.executable = value;
      },
    }),
    attribute({
      name: 'filename',
      doc: 'The name of the file, without folders.',
      generation: 'modern',
      check: str,
      get: (self) => self.filename,
      set: (self, value) => {
        self.filename = checkedName(value);
      },
    }),
  ],
  methods: [
    method({
      name: 'write_to_directory',
      doc: 'Writes the file into a folder, once all is built. A relative path starts at the build path. Returns the path of the file.',
      generation: 'modern',
      parameters: { path: str },
      returns: 'str',
      call: (self, { path }, evaluation) => writeContent(evaluation, self, path),
    }),
  ],
};

/** A file's name without folders. */
export function checkedName(name: string): string {
  if (name === '' || name.includes('/') || relativePath(name) === '')
    throw new ConfigError(`invalid filename ${JSON.stringify(name)}`, 'use a name without folders');
  return name;
}
