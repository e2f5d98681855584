import { posix } from 'node:path';

import { ConfigError } from './config-object.ts';
import type { Location } from './resolved-target.ts';

const fileSystemPrefix = 'filesystem-relative:';

/** Reads "in-memory" and "filesystem-relative:PREFIX". */
export function parseLocation(text: string): Location {
  if (text === 'in-memory') return 'in-memory';
  if (text.startsWith(fileSystemPrefix)) return { prefix: relativePath(text.slice(fileSystemPrefix.length)) };
  throw new ConfigError(
    `unable to parse resource location ${JSON.stringify(text)}`,
    'use "in-memory" or "filesystem-relative:PREFIX"',
  );
}

/** As `parseLocation` reads it. */
export const formatLocation = (location: Location): string =>
  location === 'in-memory' ? location : fileSystemPrefix + location.prefix;

/** The legacy `resources_policy`: where resources go, and where to otherwise. */
export function parseResourcesPolicy(text: string): { location: Location; fallback: Location | undefined } {
  const [name, prefix] = splitOnce(text, ':');
  if (name === 'in-memory-only' && prefix === undefined)
    return { location: 'in-memory', fallback: undefined };
  if (name === 'filesystem-relative-only' && prefix !== undefined)
    return { location: { prefix: relativePath(prefix) }, fallback: undefined };
  if (name === 'prefer-in-memory-fallback-filesystem-relative' && prefix !== undefined)
    return { location: 'in-memory', fallback: { prefix: relativePath(prefix) } };
  throw new ConfigError(
    `invalid value for Python Resources Policy: ${text}`,
    'use "in-memory-only", "filesystem-relative-only:PREFIX" or "prefer-in-memory-fallback-filesystem-relative:PREFIX"',
  );
}

/** A path below some root, normalized, with "/"; "." and "" are the root itself, which is "". */
export function relativePath(path: string): string {
  const normal = posix.normalize(path.replaceAll('\\', '/'));
  if (posix.isAbsolute(normal) || /^[A-Za-z]:/.test(normal))
    throw new ConfigError(`path must be relative: ${path}`, 'leave out the leading "/"');
  if (normal === '..' || normal.startsWith('../'))
    throw new ConfigError(`path must not leave its folder: ${path}`, 'leave out the ".."');
  return normal === '.' || normal === './' ? '' : normal.replace(/\/$/, '');
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
