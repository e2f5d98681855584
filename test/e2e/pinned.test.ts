// Lock files, hashes, `--locked` and `--offline`.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { leave, makeWheels, project, run, wheels, workspace } from './one-step-rig.ts';

suite('pinned', { concurrency: false }, () => {
  makeWheels();
  after(leave);

  const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  const lock = (name: string, version: string, hash: string): string => `lock-version = "1.0"
created-by = "the tests"
[[packages]]
name = "${name}"
version = "${version}"
marker = "'x' not in extras"
wheels = [{ path = "../wheels/${name}-${version}-py3-none-any.whl", hashes = { sha256 = "${hash}" } }]
`;
  const alphaHash = sha256(join(wheels, 'alpha-1.0-py3-none-any.whl'));
  const needing = (needs: string): string =>
    `# /// script\n# dependencies = ["${needs}"]\n# ///\nimport alpha\nprint(alpha.x)\n`;
  const pinned: [name: string, files: Record<string, string>, args: string[], told: RegExp | string][] = [
    [
      'a lock',
      { 'a.py': needing('alpha'), 'pylock.toml': lock('alpha', '1.0', alphaHash) },
      ['--locked', '--offline'],
      '1\n',
    ],
    [
      'a lock of its own',
      { 'a.py': needing('alpha'), 'pylock.a.toml': lock('alpha', '1.0', alphaHash), 'pylock.toml': '' },
      ['--locked'],
      '1\n',
    ],
    [
      'hashes',
      {
        'a.py': 'import alpha\nprint(alpha.x)\n',
        'requirements.txt': `alpha==1.0 --hash=sha256:${alphaHash}\n`,
      },
      ['--locked'],
      '1\n',
    ],
    ['nothing to pin', { 'a.py': 'print(1)\n' }, ['--locked', '--offline'], '1\n'],
    ['no lock', { 'a.py': needing('alpha') }, ['--locked'], /with --locked: nothing pins alpha\n/],
    [
      'a version alone',
      { 'a.py': 'import alpha\n', 'requirements.txt': 'alpha==1.0\n' },
      ['--locked'],
      /nothing pins alpha==1\.0\n/,
    ],
    [
      'a lock that is old',
      { 'a.py': needing('alpha>=2'), 'pylock.toml': lock('alpha', '1.0', alphaHash) },
      ['--locked'],
      /it has 1\.0 for alpha>=2/,
    ],
    [
      'a lock that lacks',
      { 'a.py': needing('alpha'), 'pylock.toml': lock('beta', '2.0', alphaHash) },
      ['--locked'],
      /it has no alpha/,
    ],
    [
      'a wrong hash',
      { 'a.py': needing('alpha'), 'pylock.toml': lock('alpha', '1.0', 'a'.repeat(64)) },
      [],
      /DO NOT MATCH THE HASHES[^]*hint: what was downloaded is not what was locked/,
    ],
    [
      'a version that no wheel has',
      {
        'a.py': needing('alpha'),
        'pylock.toml': lock('alpha', '1.5', alphaHash).replace('alpha-1.5', 'alpha-1.0'),
      },
      [],
      /alpha==1\.5[^]*hint: the lock has no wheel of it/,
    ],
    [
      'no lock file',
      { 'a.py': needing('alpha'), 'pylock.toml': 'x = 1\n' },
      [],
      /its lock-version is missing/,
    ],
    [
      'nothing offline',
      { 'a.py': needing('gamma') },
      ['--offline'],
      /cannot install gamma offline[^]*PIP_FIND_LINKS/,
    ],
  ];
  for (const [index, [name, files, flags, told]] of pinned.entries())
    test(`pins: ${name}`, () => {
      const folder = workspace(`pinned-${index}`, files);
      const result = run(folder, ['run', 'a.py', ...flags]);
      if (typeof told === 'string') assert.equal(result.stdout, told, result.stderr);
      else assert.match(result.stderr, told);
    });

  test('a lock of a project pins what it depends on', () => {
    const folder = workspace('locked-project', {
      ...project,
      'pylock.toml': lock('alpha', '1.0', alphaHash),
    });
    const result = run(folder, ['run', '.', '--entry', 'shout', '--locked']);
    assert.equal(result.stdout, 'SHOUT\n', result.stderr);
    workspace('locked-project', {
      'pylock.toml': lock('beta', '2.0', sha256(join(wheels, 'beta-2.0-py3-none-any.whl'))),
    });
    const told = /does not satisfy .*: it has no alpha/;
    assert.match(run(folder, ['build', '.', '--locked']).stderr, told);
    const loose = run(folder, ['build', '.']);
    assert.deepEqual([loose.code, told.test(loose.stderr)], [0, true], loose.stderr);
  });

  test('--locked holds for configs too', () => {
    const folder = workspace('locked-config', {
      'pyoxidizer.bzl': `def make_exe():
    exe = default_python_distribution().to_python_executable(name = "x")
    exe.add_python_resources(exe.pip_install(["beta==2.0", "alpha"]))
    return exe
register_target("x", make_exe)
`,
    });
    assert.match(
      run(folder, ['build', '--locked']).stderr,
      /Cannot install beta==2\.0, alpha: no lock or hash pins/,
    );
    assert.match(run(folder, ['build'], { OXD_LOCKED: '1' }).stderr, /no lock or hash pins/);
    assert.equal(run(folder, ['build']).code, 0);
    assert.equal(run(folder, ['build', '--locked']).code, 0, 'the cache answers');
  });

  test('--offline downloads no Python', () => {
    const folder = workspace('offline-python', { 'a.py': 'print(1)\n' });
    const place = `https://127.0.0.1:9/python.tar.gz#sha256=${'a'.repeat(64)}`;
    const result = run(folder, ['build', 'a.py', '--offline'], { OXD_PYTHON_DISTRIBUTION: place });
    assert.equal(result.code, 2);
    assert.match(result.stderr, /Cannot download https:\/\/127\.0\.0\.1:9\/python\.tar\.gz offline/);
  });
});
