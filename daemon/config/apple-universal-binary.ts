import { ConfigError, ConfigObject } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import { checkedName, FileContent, userFile, writeContent } from './file-content.ts';
import { object, str } from './parameter.ts';
import type { ManifestContent } from './resolved-target.ts';

/** Files of one program or library for macOS, each for other architectures, that are to be one file. */
class AppleUniversalBinary extends ConfigObject {
  override readonly typeName = 'AppleUniversalBinary';
  readonly filename: string;
  readonly inputs: ManifestContent[] = [];

  constructor(filename: string) {
    super();
    this.filename = checkedName(filename);
  }

  content(): FileContent {
    if (this.inputs.length === 0)
      throw new ConfigError(
        `the universal binary ${this.filename} has no inputs`,
        'add a file for each architecture with add_path() or add_file()',
      );
    const { filename } = this;
    const content = { at: 'universal-binary', filename, inputs: [...this.inputs] } as const;
    return new FileContent(filename, content, true);
  }
}

const { method } = membersOf<AppleUniversalBinary>();

export const appleUniversalBinaryType: TypeDeclaration = {
  name: 'AppleUniversalBinary',
  doc: 'A program or library for macOS with the code of several architectures, joined from files that have one or more of them. Two inputs for one architecture are an error.',
  generation: 'modern',
  construct: declareFunction({
    name: 'AppleUniversalBinary',
    doc: 'A universal binary without any architecture, which is written under the name `filename`.',
    generation: 'modern',
    parameters: { filename: str },
    returns: 'AppleUniversalBinary',
    call: (_evaluation, { filename }) => new AppleUniversalBinary(filename),
  }),
  attributes: [],
  methods: [
    method({
      name: 'add_path',
      doc: 'Adds a Mach-O file from disk.',
      generation: 'modern',
      parameters: { path: str },
      call(self, { path }, evaluation) {
        self.inputs.push(userFile(evaluation, path).content);
      },
    }),
    method({
      name: 'add_file',
      doc: 'Adds a Mach-O file.',
      generation: 'modern',
      parameters: { content: object('FileContent', FileContent) },
      call(self, { content }) {
        self.inputs.push(content.content);
      },
    }),
    method({
      name: 'to_file_content',
      doc: 'The universal binary as a file that can be added elsewhere.',
      generation: 'modern',
      parameters: {},
      returns: 'FileContent',
      call: (self) => self.content(),
    }),
    method({
      name: 'write_to_directory',
      doc: 'Writes the universal binary into a folder, once all is built. A relative path starts at the build path. Returns the path of the file.',
      generation: 'modern',
      parameters: { path: str },
      returns: 'str',
      call: (self, { path }, evaluation) => writeContent(evaluation, self.content(), path),
    }),
  ],
};
