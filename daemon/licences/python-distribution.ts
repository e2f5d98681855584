// CPython itself, and the libraries that an archive of python-build-standalone links into it, from PYTHON.json.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Licence } from '../../protocol/licences.ts';
import type { Distribution } from '../python/distribution.ts';
import type { ExtensionInfo, StandaloneInfo } from '../python/standalone-info.ts';
import { standaloneInfo } from '../python/standalone.ts';
import type { LicenceText, TextedComponent } from './component.ts';
import type { LinkedExtension } from './inputs.ts';
import { debianOwners } from './debian-packages.ts';
import { anyOf, normalExpression } from './expression.ts';

export const pythonId = 'python:CPython';
export const extensionId = (name: string): string => `extension-module:${name}`;

/** Which extension modules of a distribution are in a program. */
export type ExtensionsInside = {
  /** Names of those that are packed as files. */
  readonly packed: readonly string[] | 'all';
  /** Those that are linked in; null where libpython has all that it was made with. */
  readonly linked: readonly LinkedExtension[] | null;
};

/** The interpreter, and each extension module inside that brings a licence of its own. */
export function distributionComponents(
  distribution: Distribution,
  inside: ExtensionsInside,
): readonly TextedComponent[] {
  const info = standaloneInfo(distribution);
  const root = dirname(dirname(dirname(distribution.executable)));
  const extensions = Object.entries(info?.build_info?.extensions ?? {}).flatMap(([name, variants]) => {
    const variant = variantInside(name, variants, inside);
    return variant === undefined ? [] : extensionComponents(root, name, variant);
  });
  return [
    {
      ...interpreter(distribution, root, info),
      needs: extensions.map(({ id }) => id),
    },
    ...extensions,
  ];
}

function variantInside(
  name: string,
  variants: readonly ExtensionInfo[],
  { packed, linked }: ExtensionsInside,
): ExtensionInfo | undefined {
  const [first] = variants;
  if (packed === 'all' || packed.includes(name)) return first;
  // A library of its own is no part of libpython.
  if (linked === null) return (first?.shared_lib ?? undefined) === undefined ? first : undefined;
  const chosen = linked.find((one) => one.name === name);
  return chosen && variants.find(({ variant = 'default' }) => variant === chosen.variant);
}

function interpreter(
  { version, stdlib }: Distribution,
  root: string,
  info: StandaloneInfo | undefined,
): TextedComponent {
  const declared = info?.licenses?.map((id) => normalExpression(id) ?? id);
  const named = info?.license_path === undefined ? [] : [join(root, info.license_path)];
  const texts = textsOf([...named, join(stdlib, 'LICENSE.txt')], 1);
  const owner =
    texts.length > 0 ? undefined : debianOwners([join(stdlib, 'os.py')]).get(join(stdlib, 'os.py'));
  return {
    id: pythonId,
    kind: 'python',
    name: 'CPython',
    version,
    purl: `pkg:generic/cpython@${version}`,
    // As CPython's own bill of materials says it.
    licence: {
      is: 'expression',
      expression: declared === undefined || declared.length === 0 ? 'PSF-2.0' : anyOf(declared),
    },
    source: declared === undefined ? "CPython's own licence" : 'PYTHON.json',
    homepage: 'https://www.python.org/',
    sha256: null,
    needs: [],
    usedBy: [],
    texts:
      owner?.copyright === undefined
        ? texts
        : [{ name: `copyright of ${owner.name}`, text: owner.copyright }],
  };
}

function extensionComponents(root: string, name: string, variant: ExtensionInfo): TextedComponent[] {
  const declared = variant.licenses ?? [];
  const isPublic = variant.license_public_domain === true;
  if (declared.length === 0 && !isPublic) return [];
  const expressions = declared.map((id) => normalExpression(id));
  const licence: Licence = expressions.some((expression) => expression === undefined)
    ? { is: 'unknown', said: declared }
    : declared.length === 0
      ? { is: 'public-domain' }
      : { is: 'expression', expression: anyOf(expressions.flatMap((expression) => expression ?? [])) };
  return [
    {
      id: extensionId(name),
      kind: 'extension-module',
      name,
      version: null,
      purl: null,
      licence,
      source: 'PYTHON.json',
      homepage: null,
      sha256: null,
      needs: [],
      usedBy: (variant.links ?? []).map(({ name: library }) => `lib${library}`),
      texts: textsOf((variant.license_paths ?? []).map((path) => join(root, path))),
    },
  ];
}

/** Those that are there, at most so many. */
function textsOf(paths: readonly string[], atMost = paths.length): LicenceText[] {
  return paths
    .filter((path) => existsSync(path))
    .slice(0, atMost)
    .map((path) => ({ name: basename(path), text: readFileSync(path, 'utf8') }));
}
