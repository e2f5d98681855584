// What the built programs cost: start-up and size, beside plain Python and PyInstaller.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { section, show } from './report.ts';
import { timeInTurn } from './stopwatch.ts';
import { basePython, build, freshFolder, virtualEnvironment, workshop } from './workshop.ts';

export const programs = { start: startPyflakes, empty: startEmpty };

const built = 'build/x86_64-unknown-linux-gnu/release/exe';

function startPyflakes(): void {
  section('start of pyflakes --version');
  const folder = freshFolder('pyflakes');
  writeFileSync(
    join(folder, 'pyoxidizer.bzl'),
    `def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(name = "pyflakes", config = PythonInterpreterConfig(run_module = "pyflakes"))
    exe.add_python_resources(dist.pip_install(["pyflakes==3.2.0"]))
    return exe


register_target("exe", make_exe, default = True)

resolve_targets()
`,
  );
  build('build', '--release', '--path', folder);
  const ours = join(folder, built, 'pyflakes');
  const plain = virtualEnvironment('pyflakes', ['pyflakes==3.2.0']);
  const [oneDir, oneFile] = pyInstaller();
  const [packed, python, directory, file] = timeInTurn(basePython(), 40, [
    { argv: [ours, '--version'] },
    { argv: [join(plain, 'bin/python'), '-I', '-m', 'pyflakes', '--version'] },
    { argv: [oneDir, '--version'] },
    { argv: [oneFile, '--version'] },
  ]) as [number, number, number, number];
  show({
    work: 'packed pyflakes',
    ours: packed,
    rival: python,
    rivalName: 'python -I -m pyflakes',
    unit: 'ms',
    ratioMax: 0.85,
  });
  show({
    work: 'packed pyflakes',
    ours: packed,
    rival: directory,
    rivalName: 'PyInstaller one-dir',
    unit: 'ms',
  });
  show({ work: 'packed pyflakes', ours: packed, rival: file, rivalName: 'PyInstaller one-file', unit: 'ms' });

  section('size of the executable');
  const megabytes = (path: string): number => statSync(path).size / 1e6;
  show({
    work: 'packed pyflakes',
    ours: megabytes(ours),
    rival: megabytes(oneFile),
    rivalName: 'PyInstaller one-file',
    unit: 'MB',
  });
  const trimmed = trim(folder);
  show({
    work: 'packed pyflakes, trimmed',
    ours: megabytes(trimmed),
    rival: megabytes(oneFile),
    rivalName: 'PyInstaller one-file',
    unit: 'MB',
    valueMax: 10,
  });
}

/** By what three runs of it use; test/e2e/trim-pyflakes.test.ts has pyflakes' own tests pass on such a one. */
function trim(folder: string): string {
  const source = join(folder, 'bad.py');
  writeFileSync(source, 'import os\n');
  const scenarios = ['--version', source, '-'].flatMap((args) => ['--scenario', args]);
  const lines = build('trim', '--json', '--release', '--path', folder, ...scenarios)
    .trimEnd()
    .split('\n');
  return (JSON.parse(lines.at(-1) ?? '') as { program: string }).program;
}

/** Pyflakes by PyInstaller, built once: the one-dir program and the one-file program. */
function pyInstaller(): [string, string] {
  const folder = join(workshop, 'pyinstaller');
  const programs: [string, string] = [join(folder, 'dir/pyflakes/pyflakes'), join(folder, 'file/pyflakes')];
  if (programs.every((path) => existsSync(path))) return programs;
  const python = join(
    virtualEnvironment('pyinstaller', ['pyflakes==3.2.0', 'pyinstaller==6.22.0']),
    'bin/python',
  );
  execFileSync('mkdir', ['-p', folder]);
  writeFileSync(join(folder, 'main.py'), 'from pyflakes.api import main\nmain()\n');
  for (const [mode, place] of [
    ['--onedir', 'dir'],
    ['--onefile', 'file'],
  ] as const) {
    execFileSync(
      python,
      [
        '-m',
        'PyInstaller',
        '--log-level',
        'ERROR',
        mode,
        '--name',
        'pyflakes',
        '--distpath',
        join(folder, place),
        '--workpath',
        join(folder, `work-${place}`),
        '--specpath',
        folder,
        'main.py',
      ],
      { cwd: folder, stdio: 'inherit' },
    );
  }
  return programs;
}

function startEmpty(): void {
  section('start of an empty program');
  const folder = freshFolder('empty');
  writeFileSync(
    join(folder, 'pyoxidizer.bzl'),
    `def make_exe():
    dist = default_python_distribution()
    return dist.to_python_executable(name = "empty", config = PythonInterpreterConfig(run_eval = "pass"))


register_target("exe", make_exe, default = True)

resolve_targets()
`,
  );
  build('build', '--release', '--path', folder);
  const python = basePython();
  const [ours, rival] = timeInTurn(python, 100, [
    { argv: [join(folder, built, 'empty')] },
    { argv: [python, '-I', '-S', '-c', 'pass'] },
  ]) as [number, number];
  show({
    work: 'run_eval = "pass"',
    ours,
    rival,
    rivalName: 'python -I -S -c pass',
    unit: 'ms',
    ratioMax: 0.9,
  });
}
