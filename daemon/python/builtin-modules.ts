// Which of the extension modules that a distribution has as object files are linked into a program.
import type { ObjectFiles, StaticExtension } from './distribution.ts';

export type ExtensionModuleFilter = 'minimal' | 'all' | 'no-libraries' | 'no-copyleft';

export type ExtensionChoice = {
  readonly filter: ExtensionModuleFilter;
  /** Wanted variants by module name; others get the distribution's default. */
  readonly variants: Readonly<Record<string, string>>;
};

/** Of these PyOxidizer's own list says that they do not work linked in, on Linux. */
const broken = new Set(['_crypt', 'nis']);
const copyleft = /\b((A|L)?GPL-|Sleepycat)/;

/** One variant a module, in the order of their names. A variant that a module does not have is `missing`. */
export function builtinModules(
  { extensions }: ObjectFiles,
  { filter, variants }: ExtensionChoice,
): { readonly chosen: readonly StaticExtension[]; readonly missing: readonly string[] } {
  const byName = Map.groupBy(extensions, ({ name }) => name);
  const chosen: StaticExtension[] = [];
  const missing: string[] = [];
  for (const [name, all] of [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const wanted = variants[name];
    if (wanted !== undefined && !all.some(({ variant }) => variant === wanted)) missing.push(name);
    const candidates = all.filter((extension) => passes(filter, extension));
    const one = candidates.find(({ variant }) => variant === wanted) ?? candidates[0];
    if (one !== undefined && !broken.has(name)) chosen.push(one);
  }
  return { chosen, missing };
}

function passes(filter: ExtensionModuleFilter, extension: StaticExtension): boolean {
  if (extension.isRequired) return true;
  switch (filter) {
    case 'all':
      return true;
    case 'minimal':
      return false;
    case 'no-libraries':
      return !extension.libraries.some((argument) => argument.startsWith('/') || !ofGlibc.test(argument));
    case 'no-copyleft':
      // With several one may be chosen.
      return extension.licenses.length === 0 || extension.licenses.some((license) => !copyleft.test(license));
  }
}

const ofGlibc = /^-(l(pthread|dl|util|m|c|rt)|Wl,.*)$/;
