// Folders of the tests of one-step builds: scripts, a project with a backend of its own, and wheels that pip finds.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OxdResult, oxd, stopDaemon } from './oxd.ts';

export const root = realpathSync(mkdtempSync(join(tmpdir(), 'oxd-one-step-')));
export const wheels = join(root, 'wheels');
const makeWheel = fileURLToPath(new URL('../daemon/python/wheel.py', import.meta.url));
export const triple = 'x86_64-unknown-linux-gnu';

/** pip finds what the tests have made, and nothing else. */
export const environment = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels, PIP_CONFIG_FILE: '/dev/null' };

export function wheel(name: string, version: string, ...rest: string[]): string {
  mkdirSync(wheels, { recursive: true });
  execFileSync('python3', ['-I', makeWheel, wheels, name, version, ...rest]);
  return join(wheels, `${name}-${version}-py3-none-any.whl`);
}

/** Writes files into a folder of its own and returns the folder. */
export function workspace(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(root, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export const run = (cwd: string, args: readonly string[], more: Record<string, string> = {}): OxdResult =>
  oxd(args, { cwd, environment: { ...environment, ...more } });

/** Names of the steps that a command ran. */
export function steps(
  cwd: string,
  args: readonly string[],
): { code: number | null; outcome: string; names: string[] } {
  const { code, stdout } = run(cwd, [...args, '--json']);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; name?: string; outcome?: string });
  return {
    code,
    outcome: events.at(-1)?.outcome ?? '',
    names: events.flatMap(({ event, name }) =>
      event === 'step-started' && name !== undefined ? [name] : [],
    ),
  };
}

/** A project whose backend, of a few lines, makes a wheel of src/, with the version that stands in the package. */
export const project = {
  'pyproject.toml': `[build-system]
requires = []
build-backend = "backend"
backend-path = ["tools"]
[project]
name = "greet"
dynamic = ["version"]
requires-python = ">=3.10"
dependencies = ["alpha"]
[project.optional-dependencies]
more = ["beta"]
[project.scripts]
greet = "greet.cli:main"
[project.gui-scripts]
shout = "greet.cli:shout"
[dependency-groups]
dev = [{include-group = "test"}]
test = ["beta"]
`,
  'tools/backend.py': `import os, re, subprocess, sys
def build_wheel(folder, config_settings=None, metadata_directory=None):
    files = {}
    for at, _, names in os.walk('src'):
        for name in names:
            path = os.path.join(at, name)
            if not path.endswith('.pyc'):
                files[os.path.relpath(path, 'src')] = open(path).read()
    version = re.search("'(.*)'", files['greet/__init__.py'])[1]
    files['greet-' + version + '.dist-info/entry_points.txt'] = (
        '[console_scripts]\\ngreet = greet.cli:main\\n[gui_scripts]\\nshout = greet.cli:shout\\n')
    subprocess.check_call([sys.executable, ${JSON.stringify(makeWheel)}, folder, 'greet', version, '--requires=alpha',
        "--requires=beta; extra == 'more'", '--header=Provides-Extra: more', *(name + '=' + text for name, text in files.items())])
    return 'greet-' + version + '-py3-none-any.whl'
`,
  'src/greet/__init__.py': "__version__ = '1.0'\n",
  'src/greet/cli.py': `import importlib.metadata, importlib.util
def main():
    print('greet', importlib.metadata.version('greet'), importlib.util.find_spec('beta') is not None)
    return 3
def shout():
    print('SHOUT')
`,
};

/** alpha, beta, and packages with two scripts and with one. */
export function makeWheels(): void {
  wheel('alpha', '1.0', 'alpha.py=x = 1\n');
  wheel('beta', '2.0', 'beta/__init__.py=', 'beta/__main__.py=print("beta runs")\n');
  wheel(
    'several',
    '1.0',
    'several.py=def one(): print("one")\ndef two(): print("two")\n',
    'several-1.0.dist-info/entry_points.txt=[console_scripts]\none = several:one\ntwo = several:two\n',
    '--requires=single',
  );
  wheel(
    'single',
    '1.0',
    'single.py=import sys\ndef main(): print("single", sys.argv[1:]); return 4\n',
    'single-1.0.dist-info/entry_points.txt=[console_scripts]\nsingle-tool = single:main\n',
  );
}

export function leave(): void {
  stopDaemon();
  rmSync(root, { recursive: true, force: true });
}
