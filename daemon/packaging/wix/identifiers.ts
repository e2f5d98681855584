// GUIDs and Ids of installers. They are those that PyOxidizer gives: an installer of ours upgrades what one of its
// installers left on a machine, and components keep their GUIDs, as Windows Installer wants it.
import { uuid5, uuidNamespaces } from '../uuid5.ts';

const componentNamespace = 'https://github.com/indygreg/PyOxidizer/tugger/wix';

export const upgradeCodeOf = (product: string): string =>
  uuid5(uuidNamespaces.dns, `tugger.upgrade_code.${product}`);
export const bundleUpgradeCodeOf = (name: string): string =>
  uuid5(uuidNamespaces.dns, `tugger.bundle.${name}`);
export const pathComponentGuidOf = (product: string): string =>
  uuid5(uuidNamespaces.dns, `tugger.path_component.${product}`);

/** `path` is where a file is installed, below the root. */
export const componentGuid = (prefix: string, path: string): string =>
  uuid5(uuidNamespaces.url, `${componentNamespace}/${prefix}/component/${path}`);
export const componentId = (prefix: string, path: string): string =>
  `${prefix}.component.${inId(componentGuid(prefix, path))}`;
export const fileId = (prefix: string, path: string): string =>
  `${prefix}.file.${inId(uuid5(uuidNamespaces.url, `${componentNamespace}/${prefix}/file/${path}`))}`;
/** Folders have no GUID: any name that is always the same will do. */
export const directoryId = (prefix: string, path: string): string =>
  `${prefix}.dir.${inId(uuid5(uuidNamespaces.url, `${componentNamespace}/${prefix}/directory/${path}`))}`;

/** The group of all components of the installed files. */
export const rootGroupId = (prefix: string): string => `${prefix}.group.ROOT`;

const inId = (guid: string): string => guid.toLowerCase().replaceAll('-', '_');

/** An Id has 72 characters at most, and the longest of ours adds 47 to the prefix. */
export const prefixLengthMax = 72 - '.component.'.length - 36;
