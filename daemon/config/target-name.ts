import { ConfigError } from './config-object.ts';

/** What is built goes into a folder of that name. */
export function checkedTargetName(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/'))
    throw new ConfigError(`cannot name a target "${name}"`, 'use a file name without "/"');
  return name;
}
