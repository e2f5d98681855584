import { ConfigError, ConfigObject } from './config-object.ts';
import type { Evaluation } from './evaluation.ts';
import { ExecutableContents, type AddOverrides } from './executable-contents.ts';
import type { DistributionSummary } from './host.ts';
import type { PythonInterpreterConfig } from './interpreter-config.ts';
import type { PythonPackagingPolicy } from './packaging-policy.ts';
import type { ResourceObject } from './resource-object.ts';
import type { PythonExecutableValue } from './resolved-target.ts';

/** Everything that goes into one program. */
export class PythonExecutable extends ConfigObject {
  override readonly typeName = 'PythonExecutable';
  readonly name: string;
  readonly distribution: DistributionSummary;
  readonly policy: PythonPackagingPolicy;
  readonly interpreter: PythonInterpreterConfig;
  readonly contents: ExecutableContents;
  licensesFilename: string | undefined = 'COPYING.txt';
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

  addStandardLibrary(): void {
    this.contents.addStandardLibrary();
  }

  value(evaluation: Evaluation): PythonExecutableValue {
    return {
      type: 'PythonExecutable',
      name: this.name,
      distribution: this.distribution.distribution,
      interpreter: this.interpreter.toInterpreterConfig(this.distribution),
      additions: this.contents.additions((set) => evaluation.count(set)),
      licensesFilename: this.licensesFilename,
      tclFilesPath: this.tclFilesPath,
    };
  }
}
