// What the builders of Windows installers have in common.
import { posix } from 'node:path';

import type { SigningOrder } from '../packaging/signing/signing-order.ts';
import { prefixLengthMax } from '../packaging/wix/identifiers.ts';
import { wixArchitectures } from '../packaging/wix/msi-source.ts';
import { ConfigError } from './config-object.ts';
import type { FunctionDeclaration } from './declaration.ts';
import { membersOf } from './declaration.ts';
import type { Buildable } from './buildable.ts';
import type { Evaluation } from './evaluation.ts';
import { FileContent, writeContent } from './file-content.ts';
import type { InstallerValue } from './installer-value.ts';
import { choice, str, withDefault, type Parameter } from './parameter.ts';
import type { FileManifestValue } from './resolved-target.ts';
import { signingOrder } from './signing.ts';

export const arch = choice(wixArchitectures);
export const archParameter = withDefault(arch, 'x64');

/** What Ids begin with. */
export const idPrefix: Parameter<string> = {
  type: 'str',
  expected: `letters, digits, "_" and ".", ${prefixLengthMax} at most and first a letter,`,
  read: (value) =>
    typeof value === 'string' && value.length <= prefixLengthMax && /^[A-Za-z_][\w.]*$/.test(value)
      ? { is: value }
      : undefined,
};

/** Windows Installer compares three numbers, of 8, 8 and 16 bits; a fourth one is shown. */
export const productVersion: Parameter<string> = {
  type: 'str',
  expected: 'a version of two to four numbers, such as "1.2.3", below 256, 256 and 65536',
  read(value) {
    if (typeof value !== 'string' || !/^\d+(\.\d+){1,3}$/.test(value)) return undefined;
    const limits = [255, 255, 65535, 65535];
    return value.split('.').every((part, at) => Number(part) <= limits[at]!) ? { is: value } : undefined;
  },
};

export const filled: Parameter<string> = {
  type: 'str',
  expected: 'a text that is not empty',
  read: (value) => (typeof value === 'string' && value.trim() !== '' ? { is: value } : undefined),
};

/** The file that is made. */
export const installerName: Parameter<string> = {
  type: 'str',
  expected: 'the name of a file',
  read: (value) =>
    typeof value === 'string' && /^[^\\/:*?"<>|\r\n]+$/.test(value) && !/^\.+$/.test(value)
      ? { is: value }
      : undefined,
};

/** Windows does not start what was built for another system. */
export function checkPrograms(evaluation: Evaluation, filename: string, files: FileManifestValue): void {
  const { triple } = evaluation.request;
  if (triple.includes('windows')) return;
  for (const entry of files.entries) {
    const program =
      entry.kind === 'executable'
        ? entry.executable
        : entry.kind === 'file' && entry.content.at === 'executable'
          ? entry.content.executable
          : undefined;
    if (program !== undefined)
      throw new ConfigError(
        `cannot put ${program.name} into ${filename}: it is built for ${triple}, and Windows does not start it`,
        'build the program on Windows, and add its files from there with a FileManifest',
      );
  }
}

/** What signers say about an installer that is made. */
export const installerOrder = (
  evaluation: Evaluation,
  folder: string,
  filename: string,
): SigningOrder | undefined =>
  signingOrder(evaluation, {
    action: 'windows-installer-creation',
    filename,
    path: posix.join(folder, filename),
    kind: filename.toLowerCase().endsWith('.msi') ? 'msi' : 'pe',
  });

/** An installer, before it is known whether it can be made here. */
export type Installer = Buildable & { readonly value: (evaluation: Evaluation) => InstallerValue };

const contentOf = (self: Installer, evaluation: Evaluation): FileContent => {
  const installer = self.value(evaluation);
  return new FileContent(installer.filename, { at: 'installer', installer }, false);
};

const { method } = membersOf<Installer>();

/** `to_file_content()` and `write_to_directory()`. */
export const installerMethods: readonly FunctionDeclaration[] = [
  method({
    name: 'to_file_content',
    doc: 'The installer as a file that can be added elsewhere. An error when it cannot be made here.',
    generation: 'modern',
    parameters: {},
    returns: 'FileContent',
    call: (self, _values, evaluation) => contentOf(self, evaluation),
  }),
  method({
    name: 'write_to_directory',
    doc: 'Writes the installer into a folder, once all is built; an error when it cannot be made here. A relative path starts at the build path. Returns the path of the file.',
    generation: 'modern',
    parameters: { path: str },
    returns: 'str',
    call: (self, { path }, evaluation) => writeContent(evaluation, contentOf(self, evaluation), path),
  }),
];
