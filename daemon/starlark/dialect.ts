/**
 * Switches of the language. All off is the specification's language (plus sets, floats and bytes, which are always on);
 * each one on only makes more programs valid, but for `globalReassign`, under which a file's own top level must bind a
 * name before using it.
 */
export type DialectOptions = {
  /** `if`, `for` and (with `while`) `while` outside functions. */
  readonly topLevelControl?: boolean;
  /** Globals may be bound again, also by `+=`. */
  readonly globalReassign?: boolean;
  /** Functions may call themselves, to a bounded depth. */
  readonly recursion?: boolean;
  readonly while?: boolean;
  /** `load` makes globals of the file, which it exports in turn. */
  readonly loadBindsGlobally?: boolean;
  /** `{1, 2}` is a set, as in the dialect of starlark-rust 0.3. */
  readonly setDisplays?: boolean;
  /** The `set` built-in; on unless `false`. */
  readonly set?: boolean;
};

/** The switches as flags and batch requests name them. Those without an option are always on. */
const switches: Readonly<Record<string, keyof DialectOptions | undefined>> = {
  set: undefined,
  float: undefined,
  lambda: undefined,
  nesteddef: undefined,
  bitwise: undefined,
  globalreassign: 'globalReassign',
  recursion: 'recursion',
  while: 'while',
  toplevelcontrol: 'topLevelControl',
  loadbindsglobally: 'loadBindsGlobally',
  setdisplays: 'setDisplays',
};

/** The names of the switches that can be turned on. */
export const switchNames: readonly string[] = Object.keys(switches).filter(
  (name) => switches[name] !== undefined,
);

/** Options from the names of switches; `unknown` is the first that is none. */
export function dialectOf(names: readonly string[]): {
  options: DialectOptions;
  unknown: string | undefined;
} {
  const unknown = names.find((name) => !Object.hasOwn(switches, name));
  const options = names.flatMap((name) => switches[name] ?? []).map((option) => [option, true] as const);
  return { options: Object.fromEntries(options), unknown };
}
