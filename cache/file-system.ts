import { statfsSync } from 'node:fs';

/** statfs(2) types of file systems that several machines may write to, from linux/magic.h and the drivers' sources. */
const networkTypes = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x01021997, '9p'],
  [0x5346414f, 'afs'],
  [0x00c36400, 'ceph'],
  [0x0bd00bd0, 'lustre'],
  [0x73757245, 'coda'],
  [0x47504653, 'gpfs'],
  [0x786f4256, 'vboxsf'],
]);

/**
 * The name of the network file system a folder is on, or undefined. FUSE counts as local: containers have their whole
 * disk on it, and a database that suffers there is found damaged and replaced.
 */
export function networkFileSystemOf(folder: string): string | undefined {
  try {
    return networkTypeName(statfsSync(folder).type);
  } catch {
    // Gone, or not for us to look at: whoever uses it next will say so better.
    return undefined;
  }
}

/** Takes the 32-bit type with or without a sign: platforms differ. */
export const networkTypeName = (type: number): string | undefined => networkTypes.get(type >>> 0);
