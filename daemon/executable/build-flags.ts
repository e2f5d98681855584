import type { Context } from '../context.ts';

/** Variables that reach rustc or the linker, and so belong to the key. */
const reachesTheLink =
  /^(RUSTFLAGS|CARGO_ENCODED_RUSTFLAGS|CARGO_(BUILD|TARGET|PROFILE)_(?!\w*DIR$).*|CC|CFLAGS|LDFLAGS|LIBRARY_PATH)$/;
/** Told to the trace also when they are not set: setting one is a change. */
const usualFlags = [
  'RUSTFLAGS',
  'CARGO_ENCODED_RUSTFLAGS',
  'CARGO_BUILD_TARGET',
  'CC',
  'CFLAGS',
  'LDFLAGS',
  'LIBRARY_PATH',
];

/** What of the environment changes generated code or the link; tells the trace. */
export function buildFlags(context: Context): Readonly<Record<string, string>> {
  const given = Object.keys(context.environment).filter((name) => reachesTheLink.test(name));
  for (const name of new Set([...usualFlags, ...given])) context.trace.variable(name);
  return Object.fromEntries(given.toSorted().map((name) => [name, context.environment[name] ?? '']));
}
