// The WiX source of the files that an installer installs: a component for each, and the folders that they are in.
import { posix } from 'node:path';
import { xml, xmlText, type Xml } from '../xml.ts';
import { componentGuid, componentId, directoryId, fileId, rootGroupId } from './identifiers.ts';
import { wixNamespace, type WixArchitecture } from './msi-source.ts';

/** Where files to be installed are, in the folder of the installer. */
export const stagedFolder = 'staged_files';

/** `paths` are relative to the folder whose Id is `root`. */
export function installFilesSource(
  { idPrefix, arch }: { readonly idPrefix: string; readonly arch: WixArchitecture },
  root: string,
  paths: readonly string[],
): string {
  const sorted = paths.toSorted();
  const folders = new Set(['']);
  for (const path of sorted)
    for (let above = posix.dirname(path); above !== '.'; above = posix.dirname(above)) folders.add(above);
  const parentOf = (path: string): string => (posix.dirname(path) === '.' ? '' : posix.dirname(path));
  const idOf = (folder: string): string => (folder === '' ? root : directoryId(idPrefix, folder));

  const references = [...folders].toSorted().map((folder): Xml => {
    const inner = [...folders].filter((child) => child !== '' && parentOf(child) === folder).toSorted();
    return xml(
      'DirectoryRef',
      { Id: idOf(folder) },
      inner.map((child) => xml('Directory', { Id: idOf(child), Name: posix.basename(child) })),
      sorted.filter((path) => parentOf(path) === folder).map((path) => componentOf(idPrefix, arch, path)),
    );
  });
  const group = xml(
    'ComponentGroup',
    { Id: rootGroupId(idPrefix) },
    sorted.map((path) => xml('ComponentRef', { Id: componentId(idPrefix, path) })),
  );
  const filled = references.filter(({ children }) => children.length > 0);
  return xmlText(
    xml('Wix', { xmlns: wixNamespace }, xml('Fragment', {}, filled), xml('Fragment', {}, group)),
  );
}

const componentOf = (idPrefix: string, arch: WixArchitecture, path: string): Xml =>
  xml(
    'Component',
    {
      Id: componentId(idPrefix, path),
      Guid: componentGuid(idPrefix, path),
      Win64: arch === 'x86' ? 'no' : 'yes',
    },
    xml('File', { Id: fileId(idPrefix, path), KeyPath: 'yes', Source: `${stagedFolder}/${path}` }),
  );
