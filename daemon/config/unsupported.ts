import { declareFunction, type FunctionDeclaration } from './declaration.ts';

/** Globals of PyOxidizer that are known, and refused at the line that calls them. */
const names: readonly (readonly [name: string, what: string])[] = [
  ['code_signer_from_pfx_file', 'code signing'],
  ['code_signer_from_windows_store_auto', 'code signing'],
  ['code_signer_from_windows_store_sha1_thumbprint', 'code signing'],
  ['code_signer_from_windows_store_subject', 'code signing'],
];

export const unsupported: readonly FunctionDeclaration[] = names.map(([name, what]) =>
  declareFunction({
    name,
    doc: `Makes ${what}. Not supported yet.`,
    generation: 'modern',
    parameters: {},
    unchecked: true,
    call: (evaluation) => evaluation.notSupportedYet(`${name}()`),
  }),
);
