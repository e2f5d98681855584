import type { ConfigObject, Plain } from './config-object.ts';
import { membersOf, type FunctionDeclaration, type Generation } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import type { DistributionSummary, ResourceSet, ScanMode } from './host.ts';
import type { PythonPackagingPolicy } from './packaging-policy.ts';
import { dictOf, listOf, optional, str } from './parameter.ts';
import { resourceObjects } from './resource-object.ts';

type Finder<Self> = {
  readonly generation: Generation;
  readonly instead?: string;
  readonly distribution: (self: Self, evaluation: Evaluation) => DistributionSummary;
  /** undefined: the policy of the executable that the resources are added to will apply. */
  readonly policy: (self: Self) => PythonPackagingPolicy | undefined;
};

const environment = optional(dictOf(str));

/**
 * The methods that find resources. The legacy API has them on PythonDistribution, the modern one on PythonExecutable,
 * whose policy then applies at once.
 */
export function finderMethods<Self extends ConfigObject>(finder: Finder<Self>): FunctionDeclaration[] {
  const { method } = membersOf<Self>();
  const { generation } = finder;
  /** The same method on another type. */
  const instead = (name: string): string | undefined =>
    finder.instead === undefined ? undefined : `\`${finder.instead}.${name}()\``;
  const found = (evaluation: Evaluation, self: Self, ...sets: readonly ResourceSet[]): readonly Plain[] =>
    sets.flatMap((set) =>
      resourceObjects(evaluation, { id: set.set, rows: evaluation.rows(set) }, finder.policy(self)),
    );
  const scanMode = (self: Self): ScanMode => {
    const settings = finder.policy(self)?.settings;
    return {
      classify: settings?.fileScannerClassifyFiles ?? true,
      files: settings?.fileScannerEmitFiles ?? false,
    };
  };

  return [
    method({
      name: 'pip_install',
      instead: instead('pip_install'),
      doc: "Runs `pip install` with the distribution's own pip and returns what it installed. Relative paths in `args` start at the config's folder. Results are cached; equal requests install nothing again. A project among them (`.`, `./lib[extra]`) is built by its own backend, and its modules are then read where they are: an edit of one needs no pip. `-r pylock.toml` installs what a lock file of PEP 751 pins, hashes checked; extras and groups of it stand behind it, as in `pylock.toml[cli]`.",
      generation,
      parameters: { args: listOf(str), extra_envs: environment },
      returns: 'list',
      call(self, { args, extra_envs }, evaluation) {
        const { distribution } = finder.distribution(self, evaluation);
        const extraEnvironment = Object.fromEntries(extra_envs ?? []);
        const { directory } = evaluation;
        const request = { distribution, args, extraEnvironment, directory, scan: scanMode(self) };
        return found(evaluation, self, ...evaluation.outlet.ask('pipInstall', request));
      },
    }),
    method({
      name: 'pip_download',
      doc: 'Downloads wheels for the build target with `pip download` and returns what is in them, without installing. Works for targets other than this machine.',
      generation: 'modern',
      parameters: { args: listOf(str) },
      returns: 'list',
      call(self, { args }, evaluation) {
        const { distribution, triple } = finder.distribution(self, evaluation);
        const { directory } = evaluation;
        const request = { distribution, args, triple, directory, scan: scanMode(self) };
        return found(evaluation, self, evaluation.outlet.ask('pipDownload', request));
      },
    }),
    method({
      name: 'read_package_root',
      instead: instead('read_package_root'),
      doc: "Returns the resources below `path` that belong to the named top-level packages or modules. A relative path starts at the config's folder.",
      generation,
      parameters: { path: str, packages: listOf(str) },
      returns: 'list',
      call(self, { path, packages }, evaluation) {
        const { distribution } = finder.distribution(self, evaluation);
        const request = { distribution, path: evaluation.absolute(path), packages, scan: scanMode(self) };
        return found(evaluation, self, evaluation.outlet.ask('readPackageRoot', request));
      },
    }),
    method({
      name: 'read_virtualenv',
      instead: instead('read_virtualenv'),
      doc: "Returns the resources in the site-packages folder of a virtualenv, of projects that are installed there to be edited, and in folders that `.pth` files name. A relative path starts at the config's folder.",
      generation,
      parameters: { path: str },
      returns: 'list',
      call(self, { path }, evaluation) {
        const { distribution } = finder.distribution(self, evaluation);
        const request = { distribution, path: evaluation.absolute(path), scan: scanMode(self) };
        return found(evaluation, self, evaluation.outlet.ask('readVirtualenv', request));
      },
    }),
    method({
      name: 'setup_py_install',
      instead: instead('setup_py_install'),
      doc: "Builds and installs the Python project in `package_path`, of setup.py or pyproject.toml, and returns what it installed, without what it requires. `extra_global_arguments` go before the command of setup.py. A relative path starts at the config's folder.",
      generation,
      parameters: {
        package_path: str,
        extra_envs: environment,
        extra_global_arguments: optional(listOf(str)),
      },
      returns: 'list',
      call(self, { package_path, extra_envs, extra_global_arguments }, evaluation) {
        const { distribution } = finder.distribution(self, evaluation);
        const request = {
          distribution,
          path: evaluation.absolute(package_path),
          extraEnvironment: Object.fromEntries(extra_envs ?? []),
          extraGlobalArguments: extra_global_arguments ?? [],
          scan: scanMode(self),
        };
        return found(evaluation, self, ...evaluation.outlet.ask('setupPyInstall', request));
      },
    }),
  ];
}
