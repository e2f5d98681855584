// The arguments of to_python_executable(): three generations of them, which can only be told apart by their types.
import type { ExtensionModuleFilter } from '../python/builtin-modules.ts';
import { PythonInterpreterConfig } from './interpreter-config.ts';
import { PythonPackagingPolicy } from './packaging-policy.ts';
import { bool, choice, dictOf, object, oneOf, str } from './parameter.ts';

export const extensionModuleFilter = choice(['all', 'minimal', 'no-libraries', 'no-copyleft', 'no-gpl']);
type FilterName = ExtensionModuleFilter | 'no-gpl';
export const modernFilter = (filter: FilterName): ExtensionModuleFilter =>
  filter === 'no-gpl' ? 'no-copyleft' : filter;

const policy = object('PythonPackagingPolicy', PythonPackagingPolicy);
const config = object('PythonInterpreterConfig', PythonInterpreterConfig);
type Variants = ReadonlyMap<string, string>;

/** 0.6 has the config second, and all that follows one place earlier. 0.7 has the name of a policy there. */
export const places = {
  second: oneOf(oneOf(policy, config), str),
  third: oneOf(config, extensionModuleFilter),
  filter: oneOf(extensionModuleFilter, dictOf(str)),
  variants: oneOf(dictOf(str), bool),
};

export type Given = {
  readonly packaging_policy?: PythonPackagingPolicy | PythonInterpreterConfig | string | undefined;
  readonly config?: PythonInterpreterConfig | FilterName | undefined;
  readonly extension_module_filter?: FilterName | Variants | undefined;
  readonly preferred_extension_module_variants?: Variants | boolean | undefined;
  readonly include_sources?: boolean | undefined;
  readonly include_resources?: boolean | undefined;
  readonly include_test?: boolean | undefined;
  readonly resources_policy?: string | undefined;
};

export type ExecutableArguments = {
  readonly policy: PythonPackagingPolicy | undefined;
  /** As 0.7 names places: "in-memory-only". */
  readonly placement: string | undefined;
  readonly config: PythonInterpreterConfig | undefined;
  readonly filter: ExtensionModuleFilter | undefined;
  readonly variants: Variants | undefined;
  readonly includeSources: boolean | undefined;
  readonly includeResources: boolean | undefined;
  readonly includeTest: boolean | undefined;
};

export function executableArguments(given: Given): ExecutableArguments {
  const second = given.packaging_policy;
  const { config: third, extension_module_filter: fourth } = given;
  const fifth = given.preferred_extension_module_variants;
  const filter = typeof third === 'string' ? third : typeof fourth === 'string' ? fourth : undefined;
  // A bool in the place of the variants: so many were given by position, as of 0.6.
  const [includeSources, includeResources, includeTest] =
    typeof fifth !== 'boolean'
      ? [given.include_sources, given.include_resources, given.include_test]
      : given.include_sources === undefined
        ? [fifth, given.include_resources, given.include_test]
        : [fifth, given.include_sources, given.include_resources ?? given.include_test];
  return {
    policy: second instanceof PythonPackagingPolicy ? second : undefined,
    placement: given.resources_policy ?? (typeof second === 'string' ? second : undefined),
    config:
      third instanceof PythonInterpreterConfig
        ? third
        : second instanceof PythonInterpreterConfig
          ? second
          : undefined,
    filter: filter === undefined ? undefined : modernFilter(filter),
    variants: typeof fourth === 'object' ? fourth : typeof fifth === 'object' ? fifth : undefined,
    includeSources,
    includeResources,
    includeTest,
  };
}
