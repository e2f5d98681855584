import { nearestName } from '../starlark/spelling.ts';
import { ConfigError, type Callable, type Opaque, type Plain } from './config-object.ts';
import { declareFunction } from './declaration.ts';
import type { Evaluation, Place } from './evaluation.ts';
import { bool, callable, listOf, optional, str, withDefault } from './parameter.ts';
import { checkedTargetName } from './target-name.ts';

type Target = {
  readonly name: string;
  readonly callable: Callable;
  readonly depends: readonly string[];
  readonly registeredAt: Place | undefined;
  //  waiting --resolve--> resolving --function returned--> resolved
  state:
    | { readonly at: 'waiting' }
    | { readonly at: 'resolving' }
    | { readonly at: 'resolved'; readonly value: Opaque };
};

/** The targets of one config: registered while it runs, resolved once each. */
export class Targets {
  readonly #targets = new Map<string, Target>();
  #default: string | undefined;
  #defaultIsExplicit = false;
  #defaultBuildScript: string | undefined;
  /** In the order of first being asked for. */
  readonly requested = new Set<string>();

  register(
    target: Omit<Target, 'state'>,
    options: { readonly isDefault: boolean; readonly isBuildScript: boolean },
  ): void {
    this.#targets.set(checkedTargetName(target.name), { ...target, state: { at: 'waiting' } });
    // The first registered target is the default one until another says so; the last that says so wins.
    if (options.isDefault || this.#default === undefined) {
      if (options.isDefault || !this.#defaultIsExplicit) this.#default = target.name;
      this.#defaultIsExplicit ||= options.isDefault;
    }
    if (options.isBuildScript) this.#defaultBuildScript = target.name;
  }

  get names(): readonly { readonly name: string; readonly default: boolean }[] {
    return [...this.#targets.keys()].map((name) => ({ name, default: name === this.#default }));
  }

  get(name: string): Target {
    const target = this.#targets.get(name);
    if (target !== undefined) return target;
    const nearest = nearestName(name, this.#targets.keys());
    const known = [...this.#targets.keys()].join(', ');
    throw new ConfigError(
      `target ${name} does not exist`,
      nearest !== undefined
        ? `did you mean "${nearest}"?`
        : known === ''
          ? 'the config registers no targets'
          : `the config has: ${known}`,
    );
  }

  /** The names that a request without names means. */
  defaultNames(buildScript: boolean): readonly string[] {
    const name = buildScript ? (this.#defaultBuildScript ?? this.#default) : this.#default;
    return name === undefined ? [] : [name];
  }

  /** Calls the target's function with what its dependencies returned, or answers what it returned before. */
  resolve(evaluation: Evaluation, name: string, path: readonly string[] = []): Opaque {
    const target = this.get(name);
    if (target.state.at === 'resolved') return target.state.value;
    if (target.state.at === 'resolving')
      throw new ConfigError(`target ${name} depends on itself: ${[...path, name].join(' -> ')}`);
    target.state = { at: 'resolving' };
    const inputs = target.depends.map((depend) => this.resolve(evaluation, depend, [...path, name]));
    const value = evaluation.language.call(target.callable, inputs);
    target.state = { at: 'resolved', value };
    return value;
  }

  /** Resolves what was asked for on the command line, or the default. */
  resolveRequested(evaluation: Evaluation): void {
    const { targets, buildScript } = evaluation.request;
    if (targets === 'none') return;
    const names = targets.length > 0 ? targets : this.defaultNames(buildScript ?? false);
    for (const name of names) this.get(name);
    for (const name of names) {
      this.requested.add(name);
      this.resolve(evaluation, name);
    }
  }
}

export const registerTarget = declareFunction({
  name: 'register_target',
  doc: 'Registers a named target. `callable` makes its value when the target is resolved; it gets what the targets in `depends` returned, positionally and in that order. The first target is the default one until another is registered with `default=True`.',
  parameters: {
    target: str,
    callable,
    depends: optional(listOf(str)),
    default: withDefault(bool, false),
    default_build_script: withDefault(bool, false),
  },
  call(evaluation, values) {
    evaluation.targets.register(
      {
        name: values.target,
        callable: values.callable,
        depends: values.depends ?? [],
        registeredAt: evaluation.outlet.place(),
      },
      { isDefault: values.default, isBuildScript: values.default_build_script },
    );
  },
});

export const resolveTarget = declareFunction({
  name: 'resolve_target',
  doc: 'Resolves one target, once, with all it depends on, and returns its value.',
  parameters: { target: str },
  returns: 'any',
  call: (evaluation, { target }): Plain => evaluation.targets.resolve(evaluation, target),
});

export const resolveTargets = declareFunction({
  name: 'resolve_targets',
  doc: 'Resolves the targets that were asked for on the command line, or the default one.',
  parameters: {},
  call(evaluation) {
    evaluation.targets.resolveRequested(evaluation);
  },
});

export const setBuildPath = declareFunction({
  name: 'set_build_path',
  doc: "Sets the folder for what is built: absolute, or relative to the config's folder. The default is `build`.",
  parameters: { path: str },
  call(evaluation, { path }) {
    evaluation.buildPath = evaluation.absolute(path);
  },
});
