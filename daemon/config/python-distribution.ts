import { ConfigError, ConfigObject, type Plain } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { passesExtensionFilter } from './extension-filter.ts';
import type { ConfigHost, DistributionFlavor, DistributionSummary } from './host.ts';
import { PythonInterpreterConfig } from './interpreter-config.ts';
import { executableArguments, extensionModuleFilter, modernFilter, places } from './executable-arguments.ts';
import { parseResourcesPolicy } from './location.ts';
import { PythonPackagingPolicy } from './packaging-policy.ts';
import { bool, choice, dictOf, legacy, optional, str, withDefault } from './parameter.ts';
import { PythonExecutable } from './python-executable.ts';
import { finderMethods } from './resource-finder.ts';
import { resourceObjects, type ResourceObject } from './resource-object.ts';

/** A CPython to package with. Looked for on first use, so that naming one costs nothing. */
export class PythonDistribution extends ConfigObject {
  override readonly typeName = 'PythonDistribution';
  readonly #request: Parameters<ConfigHost['resolveDistribution']>[0];
  #summary: DistributionSummary | undefined;

  constructor(request: Parameters<ConfigHost['resolveDistribution']>[0]) {
    super();
    this.#request = request;
  }

  summary(evaluation: Evaluation): DistributionSummary {
    this.#summary ??= evaluation.outlet.ask('resolveDistribution', this.#request);
    return this.#summary;
  }

  /** The standard library as resource values. */
  resources(evaluation: Evaluation, policy: PythonPackagingPolicy | undefined): readonly ResourceObject[] {
    const { distribution } = this.summary(evaluation);
    const set = evaluation.outlet.ask('distributionResources', { distribution });
    const all = { id: set.set, rows: evaluation.rows(set) };
    return resourceObjects(evaluation, all, policy) as readonly ResourceObject[];
  }
}

const flavors = {
  standalone: 'standalone',
  standalone_static: 'standalone_static',
  'standalone-static': 'standalone_static',
  standalone_dynamic: 'standalone_dynamic',
  'standalone-dynamic': 'standalone_dynamic',
} as const satisfies Record<string, DistributionFlavor>;
const flavorNames = [...(Object.keys(flavors) as (keyof typeof flavors)[]), 'windows_embeddable'] as const;

function flavorOf(name: (typeof flavorNames)[number]): DistributionFlavor {
  if (name === 'windows_embeddable')
    throw new ConfigError(
      'the flavor "windows_embeddable" is gone since PyOxidizer 0.8',
      'use "standalone", which has all of its modules too',
    );
  return flavors[name];
}

export const defaultPythonDistribution = declareFunction({
  name: 'default_python_distribution',
  doc: 'The best Python distribution for the build target: an archive if one is at hand or can be downloaded, else a CPython installed on this machine. `python_version` is "3.X" or "3.X.Y". With `standalone_dynamic` libpython is a library of the program; otherwise it is linked in, where there is a Python for that.',
  parameters: {
    flavor: withDefault(choice(flavorNames), 'standalone'),
    build_target: optional(str),
    python_version: optional(str),
  },
  returns: 'PythonDistribution',
  call(evaluation, { flavor, build_target, python_version }) {
    if (python_version !== undefined && !/^3\.\d+(\.\d+)?$/.test(python_version))
      throw new ConfigError(
        `invalid python_version ${JSON.stringify(python_version)}`,
        'write "3.11" or "3.11.7"',
      );
    return new PythonDistribution({
      flavor: flavorOf(flavor),
      triple: build_target ?? evaluation.request.triple,
      ...(python_version === undefined ? {} : { version: python_version }),
    });
  },
});

const construct = declareFunction({
  name: 'PythonDistribution',
  doc: 'A python-build-standalone archive, given by its SHA-256 and either a path or a URL.',
  parameters: {
    sha256: str,
    local_path: optional(str),
    url: optional(str),
    flavor: withDefault(choice(flavorNames), 'standalone'),
  },
  returns: 'PythonDistribution',
  call(evaluation, { sha256, local_path, url, flavor }) {
    if (!/^[0-9a-fA-F]{64}$/.test(sha256))
      throw new ConfigError(`sha256 is not a SHA-256: ${JSON.stringify(sha256)}`, 'give its 64 hex digits');
    if (local_path !== undefined && url !== undefined)
      throw new ConfigError('cannot define both local_path and url', 'give one of them');
    if (local_path === undefined && url === undefined)
      throw new ConfigError('must define one of local_path or url');
    return new PythonDistribution({
      flavor: flavorOf(flavor),
      triple: evaluation.request.triple,
      archive: {
        sha256: sha256.toLowerCase(),
        ...(local_path === undefined ? {} : { path: evaluation.absolute(local_path) }),
        ...(url === undefined ? {} : { url }),
      },
    });
  },
});

const { method } = membersOf<PythonDistribution>();

export const pythonDistributionType: TypeDeclaration = {
  name: 'PythonDistribution',
  doc: 'An implementation of Python, and what can be done with it: make executables, find resources.',
  generation: 'both',
  construct,
  attributes: [],
  methods: [
    method({
      name: 'make_python_packaging_policy',
      doc: 'A new packaging policy with the defaults for this distribution.',
      generation: 'modern',
      parameters: {},
      returns: 'PythonPackagingPolicy',
      call: () => new PythonPackagingPolicy(),
    }),
    method({
      name: 'make_python_interpreter_config',
      doc: 'A new interpreter configuration with the defaults for this distribution.',
      generation: 'modern',
      parameters: {},
      returns: 'PythonInterpreterConfig',
      call: () => new PythonInterpreterConfig(),
    }),
    method({
      name: 'python_resources',
      doc: 'The resources of the standard library.',
      generation: 'modern',
      parameters: {},
      returns: 'list',
      call: (self, _values, evaluation) => self.resources(evaluation, new PythonPackagingPolicy()),
    }),
    method({
      name: 'to_python_executable',
      doc: 'An executable that contains this distribution and its standard library. The modern API configures it by `packaging_policy`; the other keyword arguments are the legacy API, which may also name the policy as `resources_policy`.',
      parameters: {
        name: str,
        packaging_policy: optional(places.second),
        config: optional(places.third),
        extension_module_filter: legacy(optional(places.filter), '`policy.extension_module_filter`'),
        preferred_extension_module_variants: legacy(
          optional(places.variants),
          '`policy.set_preferred_extension_module_variant(name, value)`',
        ),
        include_sources: legacy(optional(bool), '`policy.include_distribution_sources`'),
        include_resources: legacy(optional(bool), '`policy.include_distribution_resources`'),
        include_test: legacy(optional(bool), '`policy.include_test`'),
        resources_policy: legacy(
          optional(str),
          '`policy.resources_location` and `policy.resources_location_fallback`',
        ),
      },
      returns: 'PythonExecutable',
      call(self, values, evaluation) {
        const given = executableArguments(values);
        const policy = new PythonPackagingPolicy(given.policy);
        if (given.placement !== undefined) {
          const { location, fallback } = parseResourcesPolicy(given.placement);
          policy.set('location', location);
          policy.set('fallback', fallback);
        }
        if (given.filter !== undefined) policy.set('extensionModuleFilter', given.filter);
        if (given.includeSources !== undefined)
          policy.set('includeDistributionSources', given.includeSources);
        if (given.includeResources !== undefined)
          policy.set('includeDistributionResources', given.includeResources);
        if (given.includeTest !== undefined) policy.set('includeTest', given.includeTest);
        for (const [name, variant] of given.variants ?? []) policy.preferVariant(name, variant);

        const executable = new PythonExecutable({
          name: values.name,
          distribution: self.summary(evaluation),
          policy,
          interpreter: given.config ?? new PythonInterpreterConfig(),
        });
        // What is decided resource by resource is decided here; else the daemon knows what the standard library is.
        if (policy.callbacks.length > 0 || policy.settings.extensionModuleFilter !== 'all')
          executable.add(self.resources(evaluation, policy));
        else executable.addStandardLibrary();
        return executable;
      },
    }),
    method({
      name: 'extension_modules',
      doc: 'The extension modules of the standard library.',
      generation: 'legacy',
      instead: '`python_resources()`, and a look at `type(resource)`',
      parameters: {
        filter: withDefault(extensionModuleFilter, 'all'),
        preferred_variants: optional(dictOf(str)),
      },
      returns: 'list',
      call: (self, { filter }, evaluation): Plain =>
        self
          .resources(evaluation, undefined)
          .filter(
            ({ row }) =>
              row.kind === 'extension-module' && passesExtensionFilter(modernFilter(filter), row.name),
          ),
    }),
    method({
      name: 'source_modules',
      doc: 'The module sources of the standard library.',
      generation: 'legacy',
      instead: '`python_resources()`, and a look at `type(resource)`',
      parameters: {},
      returns: 'list',
      call: (self, _values, evaluation): Plain =>
        self.resources(evaluation, undefined).filter(({ row }) => row.kind === 'module-source'),
    }),
    ...['package_resources', 'resources_data'].map((name) =>
      method({
        name,
        doc: 'The data files of the packages of the standard library.',
        generation: 'legacy',
        instead: '`python_resources()`, and a look at `type(resource)`',
        parameters: { include_test: withDefault(bool, false) },
        returns: 'list',
        call: (self, { include_test }, evaluation): Plain =>
          self
            .resources(evaluation, undefined)
            .filter(({ row }) => row.kind === 'package-resource' && (include_test || !row.isTest)),
      }),
    ),
    ...finderMethods<PythonDistribution>({
      generation: 'legacy',
      instead: 'PythonExecutable',
      distribution: (self, evaluation) => self.summary(evaluation),
      policy: () => undefined,
    }).filter(({ name }) => name !== 'pip_download'),
  ],
};
