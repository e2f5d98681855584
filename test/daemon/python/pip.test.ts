import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pipInstall, pipResources } from '../../../daemon/python/pip.ts';
import { pipInputs } from '../../../daemon/python/pip-inputs.ts';
import { distributionOf, openRig, pythons } from './python-rig.ts';
import { makeWheel, offline, wheelScript } from './wheels.ts';

test('wheels become a tree, resources and a lock record; known requests start nothing', async () => {
  using rig = openRig();
  makeWheel(rig, 'alpha', '1.0', 'alpha/__init__.py=x = 1\n', 'alpha/data.txt=hi', '--requires=beta>=2');
  makeWheel(
    rig,
    'beta',
    '2.5',
    'beta.py=y = 2\n',
    'beta-2.5.dist-info/entry_points.txt=[console_scripts]\nb = beta:y\n',
  );
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  const request = { args: [...offline, 'alpha'], directory: rig.folder };
  // Settings that people have for their own installs, and that would end this one.
  const environment = {
    ...rig.context.environment,
    PIP_CONFIG_FILE: join(rig.write({ 'pip.conf': '[install]\nuser = true\n' }), 'pip.conf'),
    PIP_REQUIRE_VIRTUALENV: '1',
    PIP_PREFIX: '/nowhere',
    PYTHONHOME: '/nowhere',
  };
  await pipInstall({ ...rig.context, environment }, distribution, request);
  rig.events.splice(0);
  const result = await pipInstall(rig.context, distribution, request);
  assert.deepEqual(
    result.lock.map(({ name, version, requested, hash }) => [
      name,
      version,
      requested,
      /^sha256=\w{64}$/.test(hash ?? ''),
    ]),
    [
      ['alpha', '1.0', true, true],
      ['beta', '2.5', false, true],
    ],
  );
  assert.ok(
    rig.events.some((event) => event.event === 'output' && event.text.startsWith('Successfully installed')),
  );
  assert.deepEqual(rig.steps(), ['pip']);
  const resources = pipResources(rig.context, distribution, result);
  const paths = resources.map(({ path }) => path);
  for (const path of [
    'alpha/__init__.py',
    'alpha/data.txt',
    'beta.py',
    'bin/b',
    'alpha-1.0.dist-info/RECORD',
  ])
    assert.ok(paths.includes(path), path);
  assert.ok(!paths.some((path) => path.includes('.pyc')));
  assert.ok(resources.every(({ content }) => content.at === 'file' && existsSync(content.path)));
  assert.deepEqual(await pipInstall(rig.context, distribution, request), result);
  assert.deepEqual(rig.steps(), []);
});

const project = {
  'project/pyproject.toml':
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "proj"\nversion = "1"\n',
  // A backend of a few lines: the real ones would have to be downloaded.
  'project/backend.py': `import os, subprocess, sys
def build_wheel(folder, config_settings=None, metadata_directory=None):
    text = open('proj.py').read()
    subprocess.check_call([sys.executable, ${JSON.stringify(wheelScript)}, folder, 'proj', '1', 'proj.py=' + text])
    return 'proj-1-py3-none-any.whl'
`,
  'project/proj.py': 'one = 1\n',
};

/** What happens between two equal requests, and whether the second one is another than the first to pip. */
const changes: [name: string, args: string[], change: Record<string, string>, again: boolean][] = [
  ['nothing', ['-r', 'requirements.txt'], {}, false],
  ['a requirements file', ['-r', 'requirements.txt'], { 'requirements.txt': 'beta # now\n' }, true],
  ['a file named in it', ['-r', 'requirements.txt'], { 'more.txt': 'alpha\n#\n' }, true],
  ['the constraints', ['-cpins.txt', 'alpha'], { 'pins.txt': 'alpha==1.0\n' }, true],
  ['a file that nobody named', ['alpha'], { 'other.txt': 'x' }, false],
  ['a folder of wheels', offline, { 'wheels/new.whl': '' }, true],
  ['a wheel', ['./wheels/old.whl'], { 'wheels/old.whl': 'x' }, true],
  ['a source of a project', ['./project'], { 'project/proj.py': 'two = 2\n' }, true],
  [
    'a source of a project by URL',
    ['proj @ file://FOLDER/project'],
    { 'project/proj.py': 'two = 2\n' },
    true,
  ],
  [
    'what building leaves in a project',
    ['./project'],
    { 'project/build/x': '', 'project/x.egg-info/y': '' },
    false,
  ],
  [
    'an environment in a project',
    ['./project'],
    { 'project/env/pyvenv.cfg': '', 'project/env/x.py': '' },
    false,
  ],
  ['the config in a project', ['./project'], { 'project/pyoxidizer.bzl': 'x' }, false],
  ['a new file in a project', ['./project[extra]'], { 'project/new.py': '' }, true],
];
for (const [name, args, change, again] of changes) {
  test(`a change of ${name} is ${again ? '' : 'not '}another request`, () => {
    using rig = openRig();
    rig.write({
      ...project,
      'requirements.txt': '-r more.txt\nbeta\n',
      'more.txt': 'alpha\n',
      'pins.txt': '',
    });
    rig.write({ 'wheels/old.whl': '' });
    const request = { args: args.map((word) => word.replace('FOLDER', rig.folder)), directory: rig.folder };
    const first = pipInputs(rig.context, request);
    rig.write(change);
    const isSame = JSON.stringify(first) === JSON.stringify(pipInputs(rig.context, request));
    assert.equal(isSame, !again);
    for (const path of Object.keys(change).filter(() => again)) {
      const places = [join(rig.folder, path), join(rig.folder, path, '..')];
      assert.ok(
        places.some((place) => rig.traced.has(place)),
        `${path} is traced`,
      );
    }
  });
}

test('a local project leaves no name of its folder, and -e means the same as without', async () => {
  const trees: string[] = [];
  for (const args of [['./project'], ['-e', './project']]) {
    using rig = openRig();
    rig.write(project);
    const distribution = await distributionOf(rig.context, pythons['3.11']);
    const { tree } = await pipInstall(rig.context, distribution, { args, directory: rig.folder });
    const folder = rig.context.cache.trees.path(tree) ?? '';
    for (const name of readdirSync(join(folder, 'proj-1.dist-info')))
      assert.ok(!readFileSync(join(folder, 'proj-1.dist-info', name), 'utf8').includes(rig.folder), name);
    assert.ok(!readFileSync(join(folder, 'proj-1.dist-info/RECORD'), 'utf8').includes('direct_url'));
    trees.push(tree);
  }
  assert.equal(new Set(trees).size, 1, 'equal bytes from two folders');
});

const settings: [
  name: string,
  environment: Record<string, string>,
  extra: Record<string, string>,
  again: boolean,
][] = [
  ['the index', { PIP_EXTRA_INDEX_URL: 'http://127.0.0.1:1/simple' }, {}, true],
  ['a compiler flag', { CFLAGS: '-O1' }, {}, true],
  ['a variable for the build', {}, { WITH_X: '1' }, true],
  ['the time to wait', { PIP_DEFAULT_TIMEOUT: '7' }, {}, false],
  ['what has nothing to do with it', { EDITOR: 'vi' }, {}, false],
];
for (const [name, environment, extraEnvironment, again] of settings) {
  test(`${name} in the environment is ${again ? '' : 'not '}another request`, () => {
    using rig = openRig();
    const request = { args: ['alpha'], directory: rig.folder };
    const first = pipInputs(rig.context, request);
    const context = { ...rig.context, environment: { ...rig.context.environment, ...environment } };
    const second = pipInputs(context, { ...request, extraEnvironment });
    assert.equal(JSON.stringify(first) === JSON.stringify(second), !again);
    for (const variable of Object.keys(environment).filter(() => again)) assert.ok(rig.traced.has(variable));
  });
}

type Told = { readonly message: RegExp; readonly hint: RegExp; readonly kind: string };
const failures: [name: string, args: string[], environment: Record<string, string>, told: Told][] = [
  [
    'a package that is not there',
    [...offline, 'gamma==9'],
    {},
    {
      message:
        /^pip cannot install .*gamma==9\nERROR: Could not find a version .*\nERROR: No matching distribution found for gamma==9$/,
      hint: /check the name and version/,
      kind: 'input',
    },
  ],
  [
    'versions that exclude each other',
    [...offline, 'alpha==1.0', 'alpha==2.0'],
    {},
    {
      // pip says it on two streams, whose order is anybody's guess.
      message: /^(?=[^]*ERROR: )(?![^]*To fix)[^]*The conflict is caused by:\n.* alpha==1\.0\n.* alpha==2\.0/,
      hint: /loosen/,
      kind: 'input',
    },
  ],
  [
    'an index that does not answer',
    ['--retries', '1', 'alpha'],
    { PIP_INDEX_URL: 'http://127.0.0.1:1/simple', PIP_EXTRA_INDEX_URL: '' },
    { message: /No matching distribution found for alpha/, hint: /check the network/, kind: 'environment' },
  ],
  [
    'an unknown option',
    ['--frobnicate'],
    {},
    { message: /no such option: --frobnicate/, hint: /^$/, kind: 'input' },
  ],
  [
    'a project that does not build',
    [...offline, './broken'],
    {},
    { message: /ZeroDivisionError/, hint: /^$/, kind: 'input' },
  ],
];
for (const [name, args, environment, told] of failures) {
  test(`pip's own words tell ${name}`, async () => {
    using rig = openRig();
    rig.write({
      'broken/pyproject.toml': project['project/pyproject.toml'],
      'broken/backend.py': 'def build_wheel(*a, **k):\n    1 / 0\n',
    });
    for (const version of ['1.0', '2.0']) makeWheel(rig, 'alpha', version, 'alpha.py=x = 1\n');
    const distribution = await distributionOf(rig.context, pythons['3.11']);
    const context = { ...rig.context, environment: { ...rig.context.environment, ...environment } };
    await assert.rejects(
      pipInstall(context, distribution, { args, directory: rig.folder }),
      (error: Error & { kind?: string; hint?: string; logFile?: string }) => {
        assert.match(error.message, told.message);
        assert.match(error.hint ?? '', told.hint);
        assert.equal(error.kind, told.kind);
        assert.ok(error.message.split('\n').length < 40);
        assert.ok(readFileSync(error.logFile ?? '', 'utf8').length > 0);
        return true;
      },
    );
  });
}

const refused: [args: string[], message: RegExp][] = [
  [['--target', 'x', 'alpha'], /Cannot pass --target to pip/],
  [['-tx', 'alpha'], /Cannot pass -t to pip/],
  [['--prefix=x', 'alpha'], /Cannot pass --prefix to pip/],
  [['--user', 'alpha'], /Cannot pass --user to pip/],
  [['-r', 'absent.txt'], /Cannot read the requirements file ".*absent\.txt"/],
  [['-r', 'editable.txt'], /Cannot pack the editable install of "\.\/x" in a requirements file/],
];
for (const [args, message] of refused) {
  test(`refuses ${args.join(' ')}`, async () => {
    using rig = openRig();
    rig.write({ 'editable.txt': '-e ./x\n' });
    const distribution = await distributionOf(rig.context, pythons['3.11']);
    await assert.rejects(pipInstall(rig.context, distribution, { args, directory: rig.folder }), message);
    assert.deepEqual(rig.steps(), []);
  });
}

test('cancelling ends pip and all that it started', async () => {
  using rig = openRig();
  rig.write({
    'slow/pyproject.toml': project['project/pyproject.toml'],
    'slow/backend.py':
      'import os, subprocess\ndef build_wheel(*a, **k):\n    p = subprocess.Popen(["sleep", "1000"]); open("pid", "w").write(str(p.pid) + "\\n"); p.wait()\n',
  });
  const distribution = await distributionOf(rig.context, pythons['3.11']);
  const installing = pipInstall(rig.context, distribution, {
    args: ['--no-index', './slow'],
    directory: rig.folder,
  });
  const pidFile = join(rig.folder, 'slow/pid');
  const pid = async (): Promise<number> => {
    while (!existsSync(pidFile) || !readFileSync(pidFile, 'utf8').endsWith('\n'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    return Number(readFileSync(pidFile, 'utf8'));
  };
  const sleeper = await Promise.race([pid(), installing.then(() => assert.fail('pip came to an end'))]);
  rig.abort.abort();
  await assert.rejects(installing, { name: 'AbortError' });
  const isAlive = (): boolean =>
    existsSync(`/proc/${sleeper}/stat`) && !/\) Z /.test(readFileSync(`/proc/${sleeper}/stat`, 'utf8'));
  for (const start = performance.now(); isAlive() && performance.now() - start < 3_000;)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(!isAlive(), 'the build is gone');
  const finished = rig.events.find((event) => event.event === 'step-finished');
  assert.ok(finished?.event === 'step-finished' && finished.outcome === 'cancelled');
});

for (const [name, python] of Object.entries(pythons)) {
  test(`the pip of ${name} installs from PyPI`, async (t) => {
    using rig = openRig();
    const distribution = await distributionOf(rig.context, python);
    const request = { args: ['six==1.16.0'], directory: rig.folder };
    const result = await pipInstall(rig.context, distribution, request).catch(
      (error: Error & { kind?: string }) => {
        if (error.kind !== 'environment') throw error;
        return undefined;
      },
    );
    if (result === undefined) return t.skip('no index can be reached');
    assert.deepEqual(
      result.lock.map(({ name, version }) => `${name} ${version}`),
      ['six 1.16.0'],
    );
    assert.ok(pipResources(rig.context, distribution, result).some(({ path }) => path === 'six.py'));
  });
}
