// What a build costs: nothing changed, one file edited, a new project.
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { require, section, show } from './report.ts';
import { timeInTurn } from './stopwatch.ts';
import { basePython, build, client, environment, freshFolder } from './workshop.ts';

const modules = 1_000;
const rounds = 30;

export const builds = { 'no-op': noOp, edit, 'new-project': newProject, memory };

const bareNode = [process.execPath, '-e', '0'];
const config = (body: string): string => `def make_exe():
    dist = default_python_distribution()
${body}
    return exe


register_target("exe", make_exe, default = True)

resolve_targets()
`;

function applicationOf(count: number): string {
  const folder = freshFolder('application');
  const source = join(folder, 'src/app');
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, '__init__.py'), '');
  writeFileSync(join(source, '__main__.py'), 'from app import module_0\nprint(module_0.work(1))\n');
  for (let index = 0; index < count - 2; index += 1) {
    const functions = Array.from(
      { length: 12 },
      (_, n) =>
        `def step_${n}(value):\n    """Step ${n} of module ${index}."""\n    return value * ${n + 1} + ${index}\n`,
    );
    writeFileSync(
      join(source, `module_${index}.py`),
      `${functions.join('\n\n')}\n\ndef work(value):\n    return step_1(step_2(value))\n`,
    );
  }
  writeFileSync(
    join(folder, 'pyoxidizer.bzl'),
    config(`    exe = dist.to_python_executable(name = "app", config = PythonInterpreterConfig(run_module = "app"))
    exe.add_python_resources(dist.read_package_root(CWD + "/src", ["app"]))`),
  );
  // Stats of files younger than three seconds prove nothing, and they are read again: nobody has a thousand such files.
  execFileSync('sleep', ['4']);
  return folder;
}

function noOp(): void {
  section('oxd build, nothing changed (1,000 modules)');
  const folder = applicationOf(modules);
  build('build', '--path', folder);
  const [ours, rival] = timeInTurn(basePython(), rounds * 2, [
    { argv: [process.execPath, client, 'build', '--path', folder], env: environment },
    { argv: bareNode },
  ]) as [number, number];
  show({ work: 'oxd build', ours, rival, rivalName: 'node -e 0', unit: 'ms', ratioMax: 1.5 });
}

function edit(): void {
  section('one file of 1,000 edited, executable rebuilt');
  const folder = applicationOf(modules);
  const edited = join(folder, 'src/app/module_0.py');
  build('build', '--path', folder);
  const [ours, rival] = timeInTurn(basePython(), rounds, [
    {
      argv: [process.execPath, client, 'build', '--path', folder],
      env: environment,
      // Nobody saves sooner than this after the last build; the build is asked for at once after the save.
      before: ['/bin/sh', '-c', `sleep 0.3; echo "edited = 1$(date +%N)" >> ${edited}`],
    },
    { argv: bareNode },
  ]) as [number, number];
  show({ work: 'edit, oxd build', ours, rival, rivalName: 'node -e 0', unit: 'ms', ratioMax: 3 });

  appendFileSync(edited, 'def work(value):\n    return "the edit"\n');
  const events = build('build', '--json', '--path', folder);
  require('the rebuild starts neither cargo nor pip', !/"name":"(stub|pip)"/.test(events));
  const executable = join(folder, 'build/x86_64-unknown-linux-gnu/debug/exe/app');
  require('the edit is in the executable', execFileSync(executable, { encoding: 'utf8' }) === 'the edit\n');
}

function newProject(): void {
  section('a second project with new requirements, toolchain known');
  build('build', '--path', applicationOf(2));
  // Requirements that no earlier round had: the same small wheels, in pip's own cache after the first round on both sides.
  const python = basePython();
  const target = freshFolder('pip-target');
  const requirements = ['pyflakes==3.2.0', 'six==1.16.0', 'click==8.1.7'];
  const project = freshFolder('second');
  writeFileSync(
    join(project, 'template.bzl'),
    config(`    exe = dist.to_python_executable(name = "second", config = PythonInterpreterConfig(run_eval = "import click, six"))
    exe.add_python_resources(dist.pip_install(${JSON.stringify(requirements)}, extra_envs = {"OXD_BENCH_TURN": "ROUND"}))`),
  );
  const fresh = `sed s/ROUND/$(date +%s%N)/ ${project}/template.bzl > ${project}/pyoxidizer.bzl`;
  const [ours, rival] = timeInTurn(python, 5, [
    {
      argv: [process.execPath, client, 'build', '--path', project],
      env: environment,
      before: ['/bin/sh', '-c', fresh],
    },
    {
      argv: [
        python,
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-compile',
        '--target',
        join(target, 'lib'),
        ...requirements,
      ],
      before: ['/bin/rm', '-rf', join(target, 'lib')],
    },
  ]) as [number, number];
  show({
    work: 'new requirements, oxd build',
    ours,
    rival,
    rivalName: 'pip install',
    unit: 'ms',
    surplusMax: 500,
  });
}

function memory(): void {
  section('the daemon at rest');
  const folder = freshFolder('memory');
  cpSync('examples/pyflakes', folder, { recursive: true });
  execFileSync(process.execPath, [client, 'daemon', 'restart'], { env: environment, stdio: 'ignore' });
  build('build', '--path', folder);
  // At rest: it gives memory back some seconds after the last work.
  execFileSync('sleep', ['8']);
  const status = JSON.parse(build('daemon', 'status', '--json').trim().split('\n').at(-1)!) as {
    pid: number;
  };
  const libraries = execFileSync(process.execPath, ['--input-type=module', '-e', loadLibraries], {
    encoding: 'utf8',
  });
  show({
    work: 'resident memory at rest after one build',
    ours: residentMegabytes(readFileSync(`/proc/${status.pid}/status`, 'utf8')),
    rival: residentMegabytes(libraries),
    rivalName: 'Node with the libraries loaded',
    unit: 'MB',
    valueMax: 110,
  });
}

const loadLibraries = `
  for (const name of ['better-sqlite3', 'vscode-jsonrpc/node', 'pino', 'chokidar', 'execa', 'tar']) await import(name);
  console.log((await import('node:fs')).readFileSync('/proc/self/status', 'utf8'));`;

const residentMegabytes = (status: string): number => Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
