import { inputFailure } from '../../protocol/failure.ts';
import { supportedMinors } from './candidates.ts';

export type Version = { readonly minor: number; readonly patch: number | undefined };

/** "3.11" or "3.11.7"; undefined takes any. Throws a Failure for other words, and for versions that cannot be packed. */
export function parseVersion(text: string | undefined): Version | undefined {
  if (text === undefined) return undefined;
  const match = /^3\.(\d{1,3})(?:\.(\d{1,3}))?$/.exec(text);
  if (match === null)
    throw inputFailure(`Cannot read "${text}" as a Python version`, {
      hint: 'write it as "3.11" or "3.11.7"',
    });
  const minor = Number(match[1]);
  const { first, last } = supportedMinors;
  if (minor < first || minor > last)
    throw inputFailure(`Cannot pack Python ${text}: only 3.${first} to 3.${last} are supported`);
  return { minor, patch: match[2] === undefined ? undefined : Number(match[2]) };
}

/** Whether a full version is what is wanted. */
export function matchesVersion(version: string, wanted: Version | undefined): boolean {
  if (wanted === undefined) return true;
  const [, minor, patch] = version.split('.').map(Number);
  return minor === wanted.minor && (wanted.patch === undefined || patch === wanted.patch);
}
