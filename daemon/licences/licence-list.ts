// The SPDX licence list, read when it is first asked: a build whose licences are known needs none of it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

type ListedLicence = { readonly name: string; readonly osiApproved: boolean };

const require = createRequire(import.meta.url);
let ids: ReadonlyMap<string, string> | undefined;
let exceptions: ReadonlyMap<string, string> | undefined;

const list = (): Readonly<Record<string, ListedLicence>> => require('spdx-license-list') as never;

/** The identifier as the list writes it, whatever its case; undefined when it has no such licence. */
export function licenceId(word: string): string | undefined {
  ids ??= new Map(Object.keys(list()).map((id) => [id.toLowerCase(), id]));
  return ids.get(word.toLowerCase());
}

export function exceptionId(word: string): string | undefined {
  exceptions ??= new Map(
    [
      ...(require('spdx-exceptions') as readonly string[]),
      ...(require('spdx-exceptions/deprecated.json') as readonly string[]),
    ].map((id) => [id.toLowerCase(), id]),
  );
  return exceptions.get(word.toLowerCase());
}

export const licenceIds = (): readonly string[] => Object.keys(list());
export const licenceName = (id: string): string | undefined => list()[id]?.name;
export const isOsiApproved = (id: string): boolean => list()[id]?.osiApproved === true;

/** The text of a listed licence, with placeholders where a name belongs; undefined when the list has none. */
export function licenceText(id: string): string | undefined {
  if (list()[id] === undefined) return undefined;
  const path = require.resolve(`spdx-license-list/licenses/${id}.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { licenseText?: string }).licenseText;
}

/** Licences that ask of what is made with the component, or of changes to it, to come under the same licence. */
const copyleftFamilies =
  /^(A?GPL|LGPL|LGPLLR|GFDL|MPL|EPL|EUPL|CDDL|CPL|IPL|OSL|CPAL|SSPL|QPL|RPL|RPSL|APSL|APL|MS-RL|Sleepycat|CECILL-(?!B|1)|CC-BY-(NC-)?SA|ODbL|NPOSL|SISSL|Watcom|YPL|CAL|copyleft-next)(-|$)/;

export const isCopyleft = (id: string): boolean => copyleftFamilies.test(id);
