import type { SigningAction } from '../packaging/signing/signing-order.ts';
import { ConfigObject } from './config-object.ts';
import { membersOf, type TypeDeclaration } from './declaration.ts';
import { bool, optional, str } from './parameter.ts';

/** What a signer's callback is asked about. */
export class CodeSigningRequest extends ConfigObject {
  override readonly typeName = 'CodeSigningRequest';
  readonly action: SigningAction;
  readonly filename: string;
  readonly path: string | undefined;
  defer = false;
  preventSigning = false;

  constructor(action: SigningAction, filename: string, path: string | undefined) {
    super();
    this.action = action;
    this.filename = filename;
    this.path = path;
  }
}

const { attribute } = membersOf<CodeSigningRequest>();

export const codeSigningRequestType: TypeDeclaration = {
  name: 'CodeSigningRequest',
  doc: 'Something that can be signed, as the callback of a CodeSigner gets it.',
  generation: 'modern',
  attributes: [
    attribute({
      name: 'action',
      doc: 'What happens to it: `file-manifest-install`, `macos-application-bundle-creation`, `windows-installer-creation`, `windows-installer-file-added` or `python-executable-creation`. The last one is for programs that have a signature, which those for Linux have not.',
      generation: 'modern',
      check: str,
      get: (self) => self.action,
    }),
    attribute({
      name: 'filename',
      doc: 'Its name, without folders.',
      generation: 'modern',
      check: str,
      get: (self) => self.filename,
    }),
    attribute({
      name: 'path',
      doc: 'Where it is in its manifest, or where it will be written.',
      generation: 'modern',
      check: optional(str),
      get: (self) => self.path,
    }),
    attribute({
      name: 'defer',
      doc: 'Leave it to the next signer.',
      generation: 'modern',
      check: bool,
      default: 'False',
      get: (self) => self.defer,
      set: (self, value) => {
        self.defer = value;
      },
    }),
    attribute({
      name: 'prevent_signing',
      doc: 'Let nobody sign it.',
      generation: 'modern',
      check: bool,
      default: 'False',
      get: (self) => self.preventSigning,
      set: (self, value) => {
        self.preventSigning = value;
      },
    }),
  ],
  methods: [],
};
