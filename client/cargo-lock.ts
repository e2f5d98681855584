/**
 * The Cargo.lock of a new project that depends on our crate alone: the versions that the crate itself is tested with, out of
 * its own lock file, without those of features that the project does not use.
 */
export function projectLock(
  runtime: { readonly manifest: string; readonly lock: string },
  name: string,
): string {
  const [head = '', ...blocks] = runtime.lock.split('[[package]]\n');
  const packages = new Map(blocks.map((block) => [/^name = "(.*)"$/m.exec(block)?.[1] ?? '', block]));
  const own = packages.get(runtimeName);
  if (own === undefined) throw new Error('the lock file of the runtime does not have it');
  const unused = unusedCrates(runtime.manifest);
  packages.set(
    runtimeName,
    own.replaceAll(/^ "(.+)",\n/gm, (line, crate: string) => (unused.has(crate) ? '' : line)),
  );
  const wanted = new Set<string>();
  const want = (one: string): void => {
    if (wanted.has(one)) return;
    wanted.add(one);
    for (const needed of dependenciesOf(packages.get(one) ?? '')) want(needed);
  };
  want(runtimeName);
  const block = `name = "${name}"\nversion = "0.1.0"\ndependencies = [\n "${runtimeName}",\n]\n`;
  const rows = [...wanted].map((one) => [one, packages.get(one)?.trimEnd() ?? ''] as const);
  const sorted = [...rows, [name, block.trimEnd()] as const].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${head}${sorted.map(([, text]) => `[[package]]\n${text}\n`).join('\n')}`;
}

const runtimeName = 'oxd-runtime';

/** Names; a version behind one would tell apart two of the same name. */
const dependenciesOf = (block: string): string[] =>
  [...block.matchAll(/^ "([^" ]+)(?: [^"]*)?",$/gm)].map(([, name = '']) => name);

/** Optional dependencies of a manifest that its default features leave out. */
function unusedCrates(manifest: string): ReadonlySet<string> {
  const features = new Map(
    [...manifest.matchAll(/^([\w-]+) = \[([^\]]*)\]/gm)].map(([, feature = '', list = '']) => [
      feature,
      [...list.matchAll(/"([^"]+)"/g)].map(([, item = '']) => item),
    ]),
  );
  const isCrate = (item: string): boolean => item.startsWith('dep:');
  const unused = new Set([...features.values()].flat().filter(isCrate));
  const use = (item: string): void => {
    unused.delete(item);
    for (const further of features.get(item) ?? []) use(further);
  };
  use('default');
  return new Set([...unused].map((item) => item.slice('dep:'.length)));
}
