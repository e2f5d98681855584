import type { ExtensionChoice } from '../python/builtin-modules.ts';
import { Callable, ConfigObject, type Plain } from './config-object.ts';
import { membersOf, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { formatLocation, parseLocation } from './location.ts';
import { bool, callable, choice, dictOf, optional, str, type Parameter } from './parameter.ts';
import {
  attributeCategory,
  attributesOf,
  defaultPolicySettings,
  type AddAttributes,
  type PolicySettings,
} from './resource-defaults.ts';
import type { ResourceRow } from './resource-columns.ts';

/** Decides what is packed, where it goes, and in which form. */
export class PythonPackagingPolicy extends ConfigObject {
  override readonly typeName = 'PythonPackagingPolicy';
  readonly settings: PolicySettings;
  readonly variants: Map<string, string>;
  readonly callbacks: Callable[];
  /** Attributes by category; emptied when a setting changes. */
  readonly #attributes = new Map<string, AddAttributes>();

  constructor(from?: PythonPackagingPolicy) {
    super();
    this.settings = { ...(from?.settings ?? defaultPolicySettings) };
    this.variants = new Map(from?.variants);
    this.callbacks = [...(from?.callbacks ?? [])];
  }

  set<K extends keyof PolicySettings>(name: K, value: PolicySettings[K]): void {
    this.settings[name] = value;
    this.#attributes.clear();
  }

  /** Rows of one category share a record, so that twenty thousand resources cost twenty thousand pointers. */
  attributesOf(row: ResourceRow): AddAttributes {
    const category = attributeCategory(row);
    let attributes = this.#attributes.get(category);
    if (attributes === undefined) {
      attributes = attributesOf(this.settings, row);
      this.#attributes.set(category, attributes);
    }
    return attributes;
  }

  preferVariant(name: string, variant: string): void {
    this.variants.set(name, variant);
  }

  /** What of the distribution's own extension modules goes in. */
  extensionModules(): ExtensionChoice {
    return { filter: this.settings.extensionModuleFilter, variants: Object.fromEntries(this.variants) };
  }

  /** Lets the registered callbacks change a resource, in the order of their registration. */
  applyCallbacks(evaluation: Evaluation, resource: Plain): void {
    for (const callback of this.callbacks) evaluation.language.call(callback, [this, resource]);
  }
}

const { attribute, method } = membersOf<PythonPackagingPolicy>();

/** An attribute that is a setting of the same type. */
function setting<K extends keyof PolicySettings>(
  name: string,
  key: K,
  check: Parameter<PolicySettings[K]>,
  doc: string,
): ReturnType<typeof attribute> {
  return attribute({
    name,
    doc,
    generation: 'modern',
    check,
    default: shown(defaultPolicySettings[key]),
    get: (policy) => policy.settings[key],
    set: (policy, value) => policy.set(key, value),
  });
}

const shown = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);

export const packagingPolicyType: TypeDeclaration = {
  name: 'PythonPackagingPolicy',
  doc: 'Decides which resources are packed, where they go and in which form. Made by `PythonDistribution.make_python_packaging_policy()`. An executable keeps a copy of its policy: later changes do not reach it.',
  generation: 'modern',
  attributes: [
    setting('allow_files', 'allowFiles', bool, 'Whether untyped `File` resources may be added.'),
    setting(
      'allow_in_memory_shared_library_loading',
      'allowInMemorySharedLibraryLoading',
      bool,
      'Accepted for compatibility: native modules load from memory always.',
    ),
    setting(
      'bytecode_optimize_level_zero',
      'levelZero',
      bool,
      'Compile module sources without optimization.',
    ),
    setting('bytecode_optimize_level_one', 'levelOne', bool, 'Compile module sources as `python -O` does.'),
    setting('bytecode_optimize_level_two', 'levelTwo', bool, 'Compile module sources as `python -OO` does.'),
    setting(
      'extension_module_filter',
      'extensionModuleFilter',
      choice(['minimal', 'all', 'no-libraries', 'no-copyleft']),
      "Which extension modules of the standard library are packed: those the interpreter needs, all, those that need no further library, those whose licence isn't copyleft.",
    ),
    setting(
      'file_scanner_classify_files',
      'fileScannerClassifyFiles',
      bool,
      'Whether scanned files become typed resources.',
    ),
    setting(
      'file_scanner_emit_files',
      'fileScannerEmitFiles',
      bool,
      'Whether scanned files are untyped `File` resources (too).',
    ),
    setting(
      'include_classified_resources',
      'includeClassifiedResources',
      bool,
      'Default of `add_include` for typed resources.',
    ),
    setting(
      'include_distribution_sources',
      'includeDistributionSources',
      bool,
      'Whether source code of the standard library is packed. Its bytecode is packed in any case.',
    ),
    setting(
      'include_distribution_resources',
      'includeDistributionResources',
      bool,
      'Whether data files of the standard library are packed.',
    ),
    setting(
      'include_file_resources',
      'includeFileResources',
      bool,
      'Default of `add_include` for `File` resources.',
    ),
    setting(
      'include_non_distribution_sources',
      'includeNonDistributionSources',
      bool,
      'Default of `add_source` for modules that are not part of the standard library.',
    ),
    setting('include_test', 'includeTest', bool, "Whether the standard library's tests are packed."),
    attribute({
      name: 'preferred_extension_module_variants',
      doc: 'Extension module names and the variant that is wanted of each. Read-only: use `set_preferred_extension_module_variant`.',
      generation: 'modern',
      check: dictOf(str),
      default: '{}',
      get: (policy) => policy.variants,
    }),
    attribute({
      name: 'resources_location',
      doc: 'Where resources go: `in-memory` or `filesystem-relative:PREFIX`, a folder beside the executable, which is searched for modules then. The standard library stays in the executable, which needs it to start.',
      generation: 'modern',
      check: str,
      default: '"in-memory"',
      get: (policy) => formatLocation(policy.settings.location),
      set: (policy, value) => policy.set('location', parseLocation(value)),
    }),
    attribute({
      name: 'resources_location_fallback',
      doc: 'Where a resource goes that cannot be at `resources_location`.',
      generation: 'modern',
      check: optional(str),
      default: 'None',
      get: ({ settings }) =>
        settings.fallback === undefined ? undefined : formatLocation(settings.fallback),
      set: (policy, value) => policy.set('fallback', value === undefined ? undefined : parseLocation(value)),
    }),
  ],
  methods: [
    method({
      name: 'register_resource_callback',
      doc: 'Calls `func(policy, resource)` for each resource that is found or made; it may change the `add_*` attributes of the resource. Several callbacks run in the order of registration.',
      generation: 'modern',
      parameters: { func: callable },
      call(policy, { func }) {
        policy.callbacks.push(func);
      },
    }),
    method({
      name: 'set_preferred_extension_module_variant',
      doc: 'Chooses one of the variants that the distribution has of an extension module.',
      generation: 'modern',
      parameters: { name: str, value: str },
      call: (policy, { name, value }) => policy.preferVariant(name, value),
    }),
    method({
      name: 'set_resource_handling_mode',
      doc: '`classify` makes typed resources of scanned files, `files` untyped ones that keep their layout.',
      generation: 'modern',
      parameters: { mode: choice(['classify', 'files']) },
      call(policy, { mode }) {
        const files = mode === 'files';
        policy.set('fileScannerEmitFiles', files);
        policy.set('fileScannerClassifyFiles', !files);
        policy.set('allowFiles', files);
        policy.set('includeFileResources', files);
        policy.set('includeClassifiedResources', true);
      },
    }),
  ],
};
