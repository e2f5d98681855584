import { declareFunction, type TypeDeclaration } from './declaration.ts';
import { object } from './parameter.ts';
import { Snap } from './snap.ts';
import { SnapcraftBuilder, snapcraftBuilderMethods } from './snapcraft-builder.ts';

export const snapcraftBuilderType: TypeDeclaration = {
  name: 'SnapcraftBuilder',
  doc: 'Writes the folder that `snapcraft` makes a snap package of, and starts it there when it is on the machine. Otherwise the build says what to run.',
  generation: 'modern',
  construct: declareFunction({
    name: 'SnapcraftBuilder',
    doc: 'A builder for a snap.',
    generation: 'modern',
    parameters: { snap: object('Snap', Snap) },
    returns: 'SnapcraftBuilder',
    call: (_evaluation, { snap }) => new SnapcraftBuilder(snap),
  }),
  attributes: [],
  methods: snapcraftBuilderMethods,
};
