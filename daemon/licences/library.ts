// Libraries of this machine that go into a program: packed shared ones, and archives that are linked in.
import type { Licence } from '../../protocol/licences.ts';
import type { TextedComponent } from './component.ts';
import { licenceOfCopyright } from './debian-copyright.ts';
import { type DebianPackage, debianOwners } from './debian-packages.ts';
import type { LibraryInput } from './inputs.ts';
import { knownLibraryLicence } from './known-libraries.ts';

/** With the ids of the components that need them. */
export type LibraryComponents = {
  readonly components: readonly TextedComponent[];
  /** Pairs of component ids. */
  readonly edges: readonly (readonly [user: string, library: string])[];
};

export const libraryId = (name: string): string => `library:${name}`;

export function libraryComponents(libraries: readonly LibraryInput[]): LibraryComponents {
  const owners = debianOwners(libraries.map(({ path }) => path));
  const components = libraries.map((library) => libraryComponent(library, owners.get(library.path)));
  const edges = libraries.flatMap(({ name, users }) => users.map(({ id }) => [id, libraryId(name)] as const));
  return { components, edges };
}

function libraryComponent(library: LibraryInput, owner: DebianPackage | undefined): TextedComponent {
  const { name, sha256, users } = library;
  return {
    id: libraryId(name),
    kind: 'library',
    name,
    version: owner?.version ?? null,
    purl: owner?.purl ?? null,
    ...licenceOf(name, owner),
    homepage: owner?.homepage ?? null,
    sha256,
    needs: [],
    usedBy: [...new Set(users.map(({ part }) => part))].toSorted(),
    texts:
      owner?.copyright === undefined ? [] : [{ name: `copyright of ${owner.name}`, text: owner.copyright }],
  };
}

function licenceOf(
  name: string,
  owner: DebianPackage | undefined,
): { readonly licence: Licence; readonly source: string } {
  const known = knownLibraryLicence(name);
  if (known !== undefined) return { licence: known, source: "the library's own licence" };
  if (owner?.copyright === undefined)
    return { licence: { is: 'none' }, source: 'no package of the system owns it' };
  return {
    licence: licenceOfCopyright(owner.copyright),
    source: `the copyright file of ${owner.name}`,
  };
}
