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
