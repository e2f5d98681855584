import type { SnapcraftCall } from '../packaging/snapcraft.ts';
import { Buildable, buildMethod } from './buildable.ts';
import { membersOf, type FunctionDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { FileManifest } from './file-manifest.ts';
import { bool, listOf, object, optional, str } from './parameter.ts';
import type { SnapValue } from './resolved-target.ts';
import type { SnapFields } from './snap-fields.ts';
import { yamlText } from './yaml-text.ts';

/** A folder that `snapcraft` makes a package of. */
export class SnapcraftBuilder extends Buildable {
  override readonly typeName = 'SnapcraftBuilder';
  readonly snap: SnapFields;
  readonly files = new FileManifest();
  readonly calls: SnapcraftCall[] = [];

  constructor(snap: SnapFields) {
    super();
    this.snap = snap;
  }

  override value(evaluation: Evaluation): SnapValue {
    return {
      type: 'SnapcraftBuilder',
      yaml: yamlText(this.snap.yaml()),
      files: this.files.value(evaluation),
      calls: [...this.calls],
    };
  }
}

const { method } = membersOf<SnapcraftBuilder>();

export const snapcraftBuilderMethods: readonly FunctionDeclaration[] = [
  method({
    name: 'add_invocation',
    doc: 'Adds a call of `snapcraft` with these arguments. With `purge_build`, what earlier calls left in the folder is removed before; left out, the first call does so.',
    generation: 'modern',
    parameters: { args: listOf(str), purge_build: optional(bool) },
    call(self, { args, purge_build }) {
      self.calls.push({ args, purge: purge_build ?? self.calls.length === 0 });
    },
  }),
  method({
    name: 'add_file_manifest',
    doc: 'Adds files that the parts of the snap take as their source.',
    generation: 'modern',
    parameters: { manifest: object('FileManifest', FileManifest) },
    call: (self, { manifest }) => self.files.addManifest(manifest),
  }),
  buildMethod,
];
