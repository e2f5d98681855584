// What packed modules cost a running program, and what packing costs all that is not packed: beside plain Python.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { section, show } from './report.ts';
import { timeInTurn } from './stopwatch.ts';
import { basePython, build, environment, freshFolder, virtualEnvironment } from './workshop.ts';

export const imports = {
  'standard-library': importStandardLibrary,
  'import-numpy': importNumpy,
  'real-files': useRealFiles,
  'many-modules': startWithManyModules,
};

/** Builds a program that runs the code of its first argument; `resources` adds to `exe`. */
function evaluator(name: string, resources: string): string {
  const folder = freshFolder(name);
  writeFileSync(
    join(folder, 'pyoxidizer.bzl'),
    `def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(
        name = "${name}",
        config = PythonInterpreterConfig(run_eval = "import sys; exec(sys.argv[1])"),
    )
    ${resources}
    return exe


register_target("exe", make_exe, default = True)

resolve_targets()
`,
  );
  build('build', '--release', '--path', folder);
  return join(folder, 'build/x86_64-unknown-linux-gnu/release/exe', name);
}

/** Imports all modules that can be imported and do nothing but that, and prints their names. */
const discoverModules = `
import contextlib, io, os, pkgutil, sys, warnings
warnings.simplefilter("ignore")
folder = os.path.dirname(os.__file__)
wanted = []
def names(path, prefix):
    for found in pkgutil.iter_modules(path, prefix):
        top, last = found.name.partition(".")[0], found.name.rpartition(".")[2]
        if top not in sys.stdlib_module_names or last.startswith("__main__") or "test" in last:
            continue
        if top in {"antigravity", "this", "idlelib", "turtledemo", "ensurepip", "tkinter", "turtle", "lib2to3"}:
            continue
        wanted.append(found.name)
        if found.ispkg:
            names([os.path.join(found.module_finder.path, last)], found.name + ".")
names([folder, os.path.join(folder, "lib-dynload")], "")
imported = []
for name in sorted(wanted):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            __import__(name)
        imported.append(name)
    except BaseException:
        pass
print("\\n".join(imported), flush=True)
os._exit(0)
`;

function importStandardLibrary(): void {
  section('importing the whole standard library');
  const python = basePython();
  const packed = evaluator('stdlib', '');
  const discover = (argv: readonly string[]): string[] =>
    execFileSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8', env: environment })
      .trim()
      .split('\n');
  const ours = new Set(discover([packed, discoverModules]));
  const modules = discover([python, '-I', '-c', discoverModules]).filter((name) => ours.has(name));
  const code = `import warnings; warnings.simplefilter("ignore")\nfor name in ${JSON.stringify(modules)}: __import__(name)\nimport os; os._exit(0)`;
  const [first, second] = timeInTurn(python, 15, [
    { argv: [packed, code] },
    { argv: [python, '-I', '-c', code] },
  ]) as [number, number];
  show({
    work: `${modules.length} modules of the standard library`,
    ours: first,
    rival: second,
    rivalName: 'python -I',
    unit: 'ms',
    ratioMax: 0.9,
  });
}

function importNumpy(): void {
  section('import numpy');
  const packed = evaluator('numpy', 'exe.add_python_resources(dist.pip_install(["numpy==2.1.3"]))');
  const plain = join(virtualEnvironment('numpy', ['numpy==2.1.3']), 'bin/python');
  const [ours, rival] = timeInTurn(basePython(), 30, [
    { argv: [packed, 'import numpy'] },
    { argv: [plain, '-I', '-c', 'import numpy'] },
  ]) as [number, number];
  show({ work: 'import numpy', ours, rival, rivalName: 'python -I', unit: 'ms', ratioMax: 1 });
}

/** A tree of 200 folders with 20 files each. Starting the interpreter is measured beside and does not count. */
function useRealFiles(): void {
  section('files outside of the executable');
  const python = basePython();
  const packed = evaluator('walker', '');
  const tree = freshFolder('tree');
  for (let folder = 0; folder < 200; folder++) {
    mkdirSync(join(tree, `folder-${folder}`));
    for (let file = 0; file < 20; file++)
      writeFileSync(join(tree, `folder-${folder}`, `file-${file}.txt`), `${folder} ${file}\n`);
  }
  const start = 'import os, sys';
  const work: [name: string, code: string][] = [
    [
      'os.walk over 4,200 entries, 40 times',
      `for _ in range(40):\n for entry in os.walk(${JSON.stringify(tree)}): pass`,
    ],
    [
      'open, read, close of 4,000 files, 8 times',
      `files = [os.path.join(folder, name) for folder, _, names in os.walk(${JSON.stringify(tree)}) for name in names]\nfor _ in range(8):\n for path in files:\n  with open(path, "rb") as file: file.read()`,
    ],
  ];
  for (const [name, code] of work) {
    const [ours, rival, ourStart, rivalStart] = timeInTurn(python, 25, [
      { argv: [packed, `${start}\n${code}`] },
      { argv: [python, '-I', '-c', `${start}\n${code}`] },
      { argv: [packed, start] },
      { argv: [python, '-I', '-c', start] },
    ]) as [number, number, number, number];
    show({
      work: name,
      ours: ours - ourStart,
      rival: rival - rivalStart,
      rivalName: 'python -I',
      unit: 'ms',
      ratioMax: 1.02,
    });
  }
}

function startWithManyModules(): void {
  section('start, by how many modules are packed');
  const programOf = (count: number): string => {
    const sources = freshFolder(`modules-${count}`);
    mkdirSync(join(sources, 'many'));
    writeFileSync(join(sources, 'many/__init__.py'), '');
    for (let number = 0; number < count; number++)
      writeFileSync(join(sources, `many/module_${number}.py`), `def answer():\n    return ${number}\n`);
    return evaluator(
      `many-${count}`,
      `exe.add_python_resources(exe.read_package_root(path = ${JSON.stringify(sources)}, packages = ["many"]))`,
    );
  };
  const [few, many] = [programOf(100), programOf(20_000)];
  const code = 'import many.module_42, many.module_99';
  const [ours, rival] = timeInTurn(basePython(), 200, [{ argv: [many, code] }, { argv: [few, code] }]) as [
    number,
    number,
  ];
  show({
    work: '20,000 packed modules',
    ours,
    rival,
    rivalName: '100 packed modules',
    unit: 'ms',
    ratioMax: 1.05,
  });
}
