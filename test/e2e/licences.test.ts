// Licences of real programs: the report, the policy, the document inside and beside, bills of materials, and PyOxidizer's commands.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import type { LicencesReport } from '../../protocol/licence-requests.ts';
import { pythons } from '../daemon/python/python-rig.ts';
import { oxd, type OxdResult, stopDaemon } from './oxd.ts';

const folder = mkdtempSync(join(tmpdir(), 'oxd-licences-'));
/** By itself: what is written beside wheels makes pip look at them again. */
const wheels = join(folder, 'wheels');
const environment = { OXD_PYTHON_DISTRIBUTION: pythons['3.11'] };
const run = (args: readonly string[]): OxdResult => oxd(args, { cwd: folder, environment });
const output = join(folder, 'build/x86_64-unknown-linux-gnu/debug');

type Options = {
  readonly requirements?: readonly string[];
  /** Lines of make_exe() before the executable is made, with `policy`. */
  readonly policy?: readonly string[];
  /** Lines with `exe`. */
  readonly exe?: readonly string[];
  readonly code?: string;
  readonly install?: readonly string[];
};

function writeConfig(options: Options): void {
  const { requirements = ['first'], policy = [], exe = [], code = 'import app', install = [] } = options;
  const list = JSON.stringify(['--no-index', '--find-links', wheels, ...requirements]);
  writeFileSync(
    join(folder, 'pyoxidizer.bzl'),
    `
def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
${policy.map((line) => `    ${line}\n`).join('')}
    config = dist.make_python_interpreter_config()
    config.run_command = ${JSON.stringify(code)}
    exe = dist.to_python_executable(name = "prog", packaging_policy = policy, config = config)
    exe.add_python_resources(exe.pip_install(${list}))
    exe.add_python_resources(exe.read_package_root(path = CWD, packages = ["app"]))
${exe.map((line) => `    ${line}\n`).join('')}
    return exe

def make_install(exe):
    files = FileManifest()
    files.add_python_resource("bin", exe)
${install.map((line) => `    ${line}\n`).join('')}
    return files

register_target("exe", make_exe, default = True)
register_target("install", make_install, depends = ["exe"])
resolve_targets()
`,
  );
}

function report(args: readonly string[] = []): LicencesReport {
  const result = run(['licenses', '--json', ...args]);
  assert.equal(result.code, 0, result.stdout + result.stderr);
  return JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '') as LicencesReport;
}
const licenceOf = ({ components }: LicencesReport, name: string): string | undefined => {
  const licence = components.find((component) => component.name === name)?.licence;
  return licence?.is === 'expression' ? licence.expression : licence?.is;
};

suite('licences', { concurrency: false }, () => {
  before(() => {
    mkdirSync(wheels);
    const wheel = (name: string, ...rest: readonly string[]): void => {
      const script = join(import.meta.dirname, '../daemon/python/wheel.py');
      execFileSync(pythons['3.11'], [script, wheels, name, '1.0', `${name}/__init__.py=pass`, ...rest]);
    };
    wheel(
      'first',
      '--header=License-Expression: MIT',
      '--requires=second',
      '--requires=third',
      'first-1.0.dist-info/licenses/LICENSE=First may be used by everybody',
    );
    wheel('second', '--header=License-Expression: GPL-3.0-only OR BSD-3-Clause');
    wheel('third', '--header=License: GPL-3.0-only');
    wheel('strange', '--header=License: Ask Bob');
    mkdirSync(join(folder, 'app'));
    writeFileSync(join(folder, 'app/__init__.py'), 'x = 1\n');
  });
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the report names every kind of component, with its licence and what needs it', () => {
    writeConfig({});
    const found = report();
    assert.equal(found.subject, 'prog');
    assert.equal(licenceOf(found, 'first'), 'MIT');
    assert.equal(licenceOf(found, 'second'), 'GPL-3.0-only OR BSD-3-Clause');
    assert.equal(licenceOf(found, 'CPython'), 'PSF-2.0');
    assert.equal(licenceOf(found, 'libc'), 'MIT OR Apache-2.0');
    assert.equal(licenceOf(found, 'oxd-runtime'), 'MIT');
    assert.equal(licenceOf(found, 'pyo3-build-config'), undefined, 'only what is linked');
    const first = found.components.find(({ name }) => name === 'first');
    assert.deepEqual(first?.needs, ['package:second', 'package:third']);
    assert.equal(first.purl, 'pkg:pypi/first@1.0');
    assert.match(first.sha256 ?? '', /^[0-9a-f]{64}$/);
  });

  test('as a table', () => {
    const { stdout, code } = run(['licenses']);
    assert.equal(code, 0);
    assert.match(stdout, /^Software licensing summary of prog: \d+ components, \d+ licences$/m);
    assert.match(stdout, /^ {4}1 {2}yes {3}yes {8}GPL-3\.0-only\n +third 1\.0$/m);
    assert.match(stdout, /^ {4}1 {2}yes {3}no {9}GPL-3\.0-only OR BSD-3-Clause\n +second 1\.0$/m);
  });

  test('--deny fails with who brings the licence and who needs it', () => {
    writeConfig({ policy: ['policy.extension_module_filter = "no-copyleft"'] });
    const { stdout, stderr, code } = run(['licenses', '--deny', 'GPL-3.0-only']);
    assert.equal(code, 1);
    assert.match(stdout, /^Software licensing summary/);
    assert.match(
      stderr,
      /^error: The licence policy refuses one component\n {2}third 1\.0: GPL-3\.0-only is denied; needed by first 1\.0$/m,
    );
    assert.equal(run(['licenses', '--deny', 'AGPL-3.0-only']).code, 0);
  });

  test('--allow, unknown licences, and a word that is none', () => {
    writeConfig({ requirements: ['strange'], policy: ['policy.extension_module_filter = "minimal"'] });
    assert.equal(run(['licenses']).code, 0);
    const unknown = run(['licenses', '--deny', 'unknown']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /strange 1\.0: "Ask Bob" is unknown, which is denied/);
    const allowed = ['MIT', 'PSF-2.0', 'BSD-3-Clause', 'unknown'].flatMap((entry) => ['--allow', entry]);
    assert.equal(run(['licenses', ...allowed]).code, 0);
    const mistake = run(['licenses', '--deny', 'GPL']);
    assert.equal(mistake.code, 1);
    assert.match(mistake.stderr, /Cannot read "GPL" as a licence/);
  });

  test('a filter that keeps copyleft out does so', () => {
    writeConfig({ requirements: ['strange'], policy: ['policy.extension_module_filter = "no-copyleft"'] });
    assert.equal(run(['licenses', '--deny', 'copyleft']).code, 0);
    writeConfig({ requirements: ['strange'] });
    const all = run(['licenses', '--deny', 'copyleft']);
    assert.equal(all.code, 1);
    assert.match(
      all.stderr,
      /libreadline\S* \S+: GPL-3\.0-or-later is denied; needed by CPython 3\.11\.\d+ \(readline\)/,
    );
  });

  test('a build fails for what the config denies, and writes nothing', () => {
    writeConfig({
      exe: ['exe.licenses_denied = ["GPL-3.0-only"]'],
      policy: ['policy.extension_module_filter = "minimal"'],
    });
    const refused = run(['build']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /third 1\.0: GPL-3\.0-only is denied; needed by first 1\.0/);
    assert.equal(existsSync(join(output, 'exe/prog')), false);
    writeConfig({
      exe: ['exe.licenses_denied = ["GPL-3.0-only"]', 'exe.licenses_clarified = {"third": "ISC"}'],
      policy: ['policy.extension_module_filter = "minimal"'],
    });
    const clarified = run(['build']);
    assert.equal(clarified.code, 0, clarified.stderr);
    assert.match(clarified.stderr, /^licences: \d+ components; `oxd licenses` shows all$/m);
    const denied = run(['build', '--deny-license', 'ISC']);
    assert.equal(denied.code, 1);
    assert.match(denied.stderr, /third 1\.0: ISC is denied/);
    assert.equal(run(['build']).code, 0, 'the other build is as it was');
  });

  test('the document is in the executable, and an edit does not make it again', () => {
    const code =
      'import app, os; print(open(os.path.join(os.path.dirname(app.__file__), "../COPYING.txt")).read())';
    writeConfig({ code });
    const built = run(['build']);
    assert.equal(built.code, 0, built.stderr);
    const said = execFileSync(join(output, 'exe/prog'), { encoding: 'utf8' });
    assert.match(said, /^prog holds the following software/);
    assert.match(said, /^ {2}first 1\.0: MIT$/m);
    assert.match(said, /First may be used by everybody/);
    assert.match(said, /PYTHON SOFTWARE FOUNDATION LICENSE/i, "CPython's own words");
    assert.match(said, /Text of GPL-3\.0-only, for components that bring none/);
    writeFileSync(join(folder, 'app/__init__.py'), 'x = 2\n');
    const again = run(['build']);
    assert.equal(again.code, 0, again.stderr);
    assert.doesNotMatch(again.stderr, /reading licences|components/);
  });

  test('an install layout has it beside the executable, with what lies there', () => {
    writeConfig({
      exe: ['exe.licenses_filename = "LICENSES"'],
      install: [
        `files.add_python_resources("lib", exe.pip_install(["--no-index", "--find-links", ${JSON.stringify(wheels)}, "strange"]))`,
      ],
    });
    const built = run(['build', 'install']);
    assert.equal(built.code, 0, built.stderr);
    assert.match(
      readFileSync(join(output, 'install/bin/LICENSES'), 'utf8'),
      /^ {2}strange 1\.0: unknown: Ask Bob$/m,
    );
    assert.equal(licenceOf(report(['--target', 'install']), 'strange'), 'unknown');
    writeConfig({ exe: ['exe.licenses_filename = None'] });
    assert.equal(run(['build', 'install']).code, 0);
    assert.equal(existsSync(join(output, 'install/bin/LICENSES')), false);
    assert.equal(existsSync(join(output, 'install/bin/COPYING.txt')), false);
  });

  test('bills of materials', async () => {
    writeConfig({});
    const file = join(folder, 'bill.json');
    for (const format of ['cyclonedx', 'spdx', 'text', 'json', 'table']) {
      const { stdout, code } = run(['licenses', '--format', format, '--output', file]);
      assert.deepEqual([stdout, code], ['', 0]);
      const written = readFileSync(file, 'utf8');
      assert.equal(run(['licenses', '--format', format]).stdout, written, `${format} is the same again`);
      if (format === 'cyclonedx') {
        assert.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(written), null);
        assert.match(written, /"purl": "pkg:deb\/|"purl": "pkg:cargo\/libc@/);
      }
      if (format === 'spdx') assert.match(written, /"spdxVersion": "SPDX-2.3"/);
    }
    assert.equal(run(['licenses', '--format', 'xml']).code, 64);
  });

  test('a script without a config', () => {
    mkdirSync(join(folder, 'alone'));
    writeFileSync(join(folder, 'alone/tool.py'), 'import json\nprint(json.dumps(1))\n');
    const found = report(['alone/tool.py']);
    assert.equal(found.subject, 'tool');
    assert.equal(licenceOf(found, 'CPython'), 'PSF-2.0');
    assert.equal(run(['licenses', 'alone/tool.py', '--deny', 'PSF-2.0']).code, 1);
  });

  test('crates of a Cargo project join the report', () => {
    mkdirSync(join(folder, 'crate/src'), { recursive: true });
    // Of another project, above: none of ours.
    writeFileSync(join(folder, 'Cargo.lock'), 'version = 4\n');
    writeFileSync(join(folder, 'crate/src/lib.rs'), '');
    writeFileSync(
      join(folder, 'crate/Cargo.toml'),
      '[package]\nname = "mine"\nversion = "0.3.0"\nedition = "2021"\nlicense = "Zlib"\n[features]\nmore = ["dep:libc"]\n[dependencies]\nlibc = { version = "0.2", optional = true }\n[workspace]\n',
    );
    writeConfig({ exe: ['exe.add_cargo_manifest_licensing("crate/Cargo.toml", features = ["more"])'] });
    const mine = report().components.find(({ name }) => name === 'mine');
    assert.deepEqual(mine?.licence, { is: 'expression', expression: 'Zlib' });
    assert.match(mine.needs.join(' '), /^crate:libc@0\.2\.\d+ crate:std$/);
    writeConfig({ exe: ['exe.add_cargo_manifest_licensing("nowhere/Cargo.toml")'] });
    assert.match(run(['build']).stderr, /Cannot read the Cargo manifest ".*nowhere\/Cargo\.toml"/);
    assert.ok(existsSync(join(folder, 'crate/Cargo.lock')));
    const alone = run(['rust-project-licensing', 'crate']);
    assert.match(alone.stdout, /^ {2}mine 0\.3\.0 +Zlib \(Cargo\.toml\)$/m);
    assert.doesNotMatch(alone.stdout, /libc/);
    assert.match(run(['rust-project-licensing', '--all-features', 'crate']).stdout, /^ {2}libc /m);
    assert.match(
      run(['rust-project-licensing', '--unified-license', 'crate/Cargo.toml']).stdout,
      /^mine holds the following software[\s\S]*Text of Zlib, for components that bring none/,
    );
    const manifest = readFileSync(join(folder, 'crate/Cargo.toml'), 'utf8');
    writeFileSync(join(folder, 'crate/Cargo.toml'), manifest.replace('"0.2"', '"=0.2.100"'));
    const lock = readFileSync(join(folder, 'crate/Cargo.lock'), 'utf8');
    const stale = run(['rust-project-licensing', 'crate']);
    assert.equal(stale.code, 1);
    assert.match(stale.stderr, /its Cargo\.lock is not up to date/);
    assert.equal(readFileSync(join(folder, 'crate/Cargo.lock'), 'utf8'), lock);
  });

  test('an installed Python tells of itself and of the libraries that it needs', () => {
    const { stdout, code, stderr } = run(['python-distribution-licenses', pythons['3.11']]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Licences of CPython 3\.11\.\d+$/m);
    assert.match(stdout, /^ {2}CPython 3\.11\.\d+ +PSF-2\.0 /m);
    assert.match(stdout, /^ {2}libz\S* .+ Zlib /m);
  });
});
