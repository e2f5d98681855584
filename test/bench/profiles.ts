// What --release and the allocators cost and bring: size, start-up, and a program that allocates much.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { section, show } from './report.ts';
import { timeInTurn } from './stopwatch.ts';
import { basePython, build, freshFolder } from './workshop.ts';

export const profiles = { profiles: compareProfiles };

/** A million small objects, thrice: more than pymalloc's arenas hold at once. */
const work = 'for _ in range(3): [{"key": str(n), "list": [n, n + 1]} for n in range(200000)]';

const variants = [
  { name: 'debug', release: false, allocator: undefined },
  { name: 'release', release: true, allocator: undefined },
  { name: 'release, jemalloc', release: true, allocator: 'jemalloc' },
  { name: 'release, mimalloc', release: true, allocator: 'mimalloc' },
  { name: 'release, snmalloc', release: true, allocator: 'snmalloc' },
] as const;

function compareProfiles(): void {
  const programs = variants.map(({ name, release, allocator }) => {
    const folder = freshFolder('profile');
    const lines =
      allocator === undefined
        ? ''
        : `config.allocator_backend = "${allocator}"\n    config.allocator_mem = True\n    config.allocator_obj = True\n    `;
    writeFileSync(
      join(folder, 'pyoxidizer.bzl'),
      `def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_command = "import sys; exec(sys.argv[1])"
    ${lines}return dist.to_python_executable(name = "program", config = config)

register_target("exe", make_exe)
resolve_targets()
`,
    );
    build('build', ...(release ? ['--release'] : []), '--path', folder);
    const profile = release ? 'release' : 'debug';
    return { name, path: join(folder, `build/x86_64-unknown-linux-gnu/${profile}/exe/program`) };
  });
  const python = basePython();
  const rows = programs.map(({ path }) => path);
  const starts = timeInTurn(python, 40, [
    ...rows.map((path) => ({ argv: [path, 'pass'] })),
    { argv: [python, '-I', '-c', 'pass'] },
  ]);
  const works = timeInTurn(python, 5, [
    ...rows.map((path) => ({ argv: [path, work] })),
    { argv: [python, '-I', '-c', work] },
  ]);
  for (const [title, values, rival] of [
    ['start-up by profile and allocator', starts, starts.at(-1)],
    ['a million small objects, by profile and allocator', works, works.at(-1)],
  ] as const) {
    section(title);
    for (const [index, { name }] of programs.entries())
      show({
        work: name,
        ours: values[index] ?? Number.NaN,
        rival: rival ?? Number.NaN,
        rivalName: 'python -I -c',
        unit: 'ms',
      });
  }
  section('size by profile and allocator');
  const sizes = rows.map((path) => statSync(path).size / 1e6);
  for (const [index, { name }] of programs.entries())
    show({
      work: name,
      ours: sizes[index] ?? Number.NaN,
      rival: sizes[0] ?? Number.NaN,
      rivalName: 'debug',
      unit: 'MB',
      // What --release is for.
      ...(name === 'release' ? { ratioMax: 0.97 } : {}),
    });
}
