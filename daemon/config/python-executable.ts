import type { InterpreterConfig } from '../executable/interpreter-config.ts';
import { Buildable } from './buildable.ts';
import { ConfigError } from './config-object.ts';
import type { Evaluation } from './evaluation.ts';
import { ExecutableContents, type AddOverrides } from './executable-contents.ts';
import type { DistributionSummary } from './host.ts';
import type { PythonInterpreterConfig } from './interpreter-config.ts';
import type { PythonPackagingPolicy } from './packaging-policy.ts';
import { relativePath } from './location.ts';
import { isIgnored, readNames } from './resource-filter.ts';
import type { ResourceObject } from './resource-object.ts';
import type { Addition, Licensing, PythonExecutableValue } from './resolved-target.ts';

/** Everything that goes into one program. */
export class PythonExecutable extends Buildable {
  override readonly typeName = 'PythonExecutable';
  readonly name: string;
  readonly distribution: DistributionSummary;
  readonly policy: PythonPackagingPolicy;
  readonly interpreter: PythonInterpreterConfig;
  readonly contents: ExecutableContents;
  readonly #lists: string[] = [];
  licensesFilename: string | undefined = 'COPYING.txt';
  licensesDenied: readonly string[] = [];
  licensesAllowed: readonly string[] = [];
  licensesClarified: ReadonlyMap<string, string> = new Map();
  readonly cargoManifests: Licensing['manifests'][number][] = [];
  packedResourcesLoadMode = 'embedded:packed-resources';
  tclFilesPath: string | undefined;
  windowsRuntimeDllsMode: 'never' | 'when-present' | 'always' = 'when-present';
  windowsSubsystem: 'console' | 'windows' = 'console';

  constructor(parts: {
    readonly name: string;
    readonly distribution: DistributionSummary;
    readonly policy: PythonPackagingPolicy;
    readonly interpreter: PythonInterpreterConfig;
  }) {
    super();
    if (parts.name === '' || /[/\0]/.test(parts.name) || parts.name === '.' || parts.name === '..')
      throw new ConfigError(
        `cannot name an executable ${JSON.stringify(parts.name)}`,
        'use a file name without "/"',
      );
    this.name = parts.name;
    this.distribution = parts.distribution;
    this.policy = parts.policy;
    // A copy: what the config changes later is not meant for this executable.
    this.interpreter = parts.interpreter.copy();
    this.contents = new ExecutableContents(parts.policy);
  }

  add(added: readonly ResourceObject[], overrides: AddOverrides = {}): void {
    for (const one of added) this.contents.add(one, overrides);
  }

  /** Keeps what the lists name. */
  filter(evaluation: Evaluation, files: readonly string[], globs: readonly string[]): void {
    const lists = files.filter((file) => !isIgnored(evaluation, file));
    // Who looks at the program without its list wants to know that it has one.
    if (files.some((file) => evaluation.absolute(file) === evaluation.request.ignoredList))
      this.contents.filter('all');
    if (lists.length < files.length && lists.length === 0 && globs.length === 0) return;
    this.contents.filter(readNames(evaluation, lists, globs));
    this.#lists.push(...lists, ...globs);
  }

  addStandardLibrary(): void {
    this.contents.addStandardLibrary();
  }

  override value(evaluation: Evaluation): PythonExecutableValue {
    const { triple } = this.distribution;
    if (triple !== evaluation.request.triple)
      throw new ConfigError(
        `cannot build the executable ${this.name} for ${triple}: the target is ${evaluation.request.triple}`,
        'what it finds for the other platform, such as by pip_download(), can go into a FileManifest',
      );
    const interpreter = this.interpreter.toInterpreterConfig(this.distribution);
    const additions = this.contents.additions((set) => evaluation.count(set));
    return {
      type: 'PythonExecutable',
      name: this.name,
      distribution: this.distribution.distribution,
      interpreter: {
        ...interpreter,
        ...searchPathsWith(interpreter, additions),
        ...(this.#lists.length === 0 ? {} : { trimmedBy: this.#lists.join(', ') }),
      },
      additions: withBytecodeFor(interpreter.optimizationLevel ?? 0, additions),
      extensionModules: this.policy.extensionModules(),
      packedResources: packedResourcesOf(this.packedResourcesLoadMode),
      licensesFilename: this.licensesFilename,
      licensing: {
        denied: this.licensesDenied,
        allowed: this.licensesAllowed,
        clarified: Object.fromEntries(this.licensesClarified),
        manifests: this.cargoManifests,
      },
      tclFilesPath: this.tclFilesPath,
    };
  }
}

const mapped = 'binary-relative-memory-mapped:';

function packedResourcesOf(mode: string): PythonExecutableValue['packedResources'] {
  if (mode === 'none') return 'none';
  return mode.startsWith(mapped) ? { file: relativePath(mode.slice(mapped.length)) } : 'embedded';
}

/** Modules beside the executable are found where they are: each folder that resources go to is a search path. */
function searchPathsWith(
  { searchPaths = [] }: InterpreterConfig,
  additions: readonly Addition[],
): Pick<InterpreterConfig, 'searchPaths' | 'filesystemImporter'> {
  const paths = new Set(searchPaths);
  for (const addition of additions)
    if (addition.kind !== 'filter' && addition.settings.location !== 'in-memory')
      paths.add(['$ORIGIN', addition.settings.location.prefix].filter((part) => part !== '').join('/'));
  return paths.size === 0 ? {} : { searchPaths: [...paths], filesystemImporter: true };
}

/**
 * For an optimizing interpreter, modules that are packed as bytecode have it at its level too. PyOxidizer left that to the
 * config's author, whose program otherwise compiles all that it imports at each start, or finds nothing.
 */
function withBytecodeFor(level: 0 | 1 | 2, additions: readonly Addition[]): readonly Addition[] {
  return additions.map((addition) => {
    if (addition.kind === 'filter') return addition;
    const { settings } = addition;
    const [first] = settings.levels;
    if (first === undefined) return addition;
    const isThere = settings.levels.includes(level);
    // Without its source a module is one file, in the source's place.
    if (!settings.source)
      return { ...addition, settings: { ...settings, levels: [isThere || level !== 0 ? level : first] } };
    if (isThere || level === 0) return addition;
    const levels = [...settings.levels, level].toSorted((a, b) => a - b);
    return { ...addition, settings: { ...settings, levels } };
  });
}
