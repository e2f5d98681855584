// Wheels, judged by those who take them: pip, twine, check-wheel-contents, wheel, and Python's own zipfile.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { freshEnvironment, pythonTools, runTool } from '../support/python-tools.ts';
import { oxd, stopDaemon } from './oxd.ts';

const metadata = `Metadata-Version: 2.1
Name: Greeter-Tool
Version: 1.0
Summary: Greets
License: MIT
Requires-Python: >=3.8
Description-Content-Type: text/markdown

It greets.
`;

const modules = `
def make_wheel():
    wheel = PythonWheelBuilder("Greeter-Tool", "1.0")
    wheel.root_is_purelib = True
    wheel.add_file_dist_info(FileContent(filename="METADATA", content=METADATA))
    wheel.add_file_dist_info(FileContent(filename="entry_points.txt",
        content="[console_scripts]\\ngreet = greeter_tool:main\\n"))
    wheel.add_file(FileContent(path="greeter_tool.py"))
    wheel.add_file(FileContent(filename="ü, x.txt", content="data"), directory="greeter_tool_data")
    wheel.add_file(FileContent(filename="__init__.py", content=""), directory="greeter_tool_data")
    wheel.add_file_data("data", FileContent(filename="greet.1", content="man"), path="share/man/man1/greet.1")
    return wheel

register_target("wheel", make_wheel)
`;

const program = `
def make_program():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_command = "import sys; print('packed', sys.argv[1:])"
    exe = dist.to_python_executable(name="packed-tool", config=config)
    wheel = PythonWheelBuilder("packed_tool", "2.0")
    wheel.generator = "PyOxidizer (%s)" % "2.0"
    wheel.tag = "py3-none-manylinux2014_x86_64"
    wheel.add_file_data("scripts", exe.to_file_manifest(".").get_file("packed-tool"))
    return wheel

register_target("wheel", make_program)
`;

suite('wheels', { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-wheel-'));
  const environment = join(folder, 'environment');
  before(() => freshEnvironment(environment));
  after(() => {
    stopDaemon();
    rmSync(folder, { recursive: true, force: true });
  });

  const project = (name: string, config: string): string => {
    const workspace = join(folder, name);
    mkdirSync(workspace, { recursive: true });
    writeFileSync(join(workspace, 'pyoxidizer.bzl'), `METADATA = """${metadata}"""\n${config}`);
    writeFileSync(join(workspace, 'greeter_tool.py'), 'def main():\n    print("hello")\n');
    return workspace;
  };
  const build = (workspace: string, environment: Record<string, string> = {}): string => {
    const built = oxd(['build', '--path', workspace], { environment });
    assert.equal(built.code, 0, built.stderr);
    const output = join(workspace, 'build/x86_64-unknown-linux-gnu/debug/wheel');
    const names = readdirSync(output);
    assert.equal(names.length, 1, names.join());
    return join(output, names[0] ?? '');
  };

  test('pip installs it, and its script runs', () => {
    const wheel = build(project('modules', modules));
    assert.match(wheel, /\/greeter_tool-1\.0-py3-none-any\.whl$/);
    const installed = runTool(environment, 'pip', ['install', '--no-index', wheel]);
    assert.equal(installed.code, 0, installed.text);
    assert.equal(runTool(environment, 'greet', []).text, 'hello\n');
    const shown = runTool(environment, 'pip', ['show', '--files', 'greeter-tool']);
    assert.match(shown.text, /Summary: Greets/);
    assert.match(shown.text, /share\/man\/man1\/greet\.1/);
    assert.equal(runTool(environment, 'pip', ['check']).code, 0);
  });

  test('twine, check-wheel-contents and wheel have nothing to say against it', () => {
    const wheel = build(project('modules', modules));
    const tools = pythonTools(['twine==6.2.0', 'check-wheel-contents==0.6.3', 'wheel==0.45.1']);
    const twine = runTool(tools, 'twine', ['check', '--strict', wheel]);
    assert.equal(twine.code, 0, twine.text);
    // W004, W009: a file that is no module, and a second top-level package, as this one has on purpose.
    const checked = runTool(tools, 'check-wheel-contents', ['--ignore', 'W004,W009', wheel]);
    assert.equal(checked.code, 0, checked.text);
    // Compares all files with RECORD.
    const unpacked = runTool(tools, 'wheel', ['unpack', '--dest', join(folder, 'unpacked'), wheel]);
    assert.equal(unpacked.code, 0, unpacked.text);
    assert.equal(
      readFileSync(join(folder, 'unpacked/greeter_tool-1.0/greeter_tool_data/ü, x.txt'), 'utf8'),
      'data',
    );
  });

  test('an executable of oxd is a script of a wheel', () => {
    const wheel = build(project('program', program));
    assert.match(wheel, /\/packed_tool-2\.0-py3-none-manylinux2014_x86_64\.whl$/);
    const installed = runTool(environment, 'pip', ['install', '--no-index', wheel]);
    assert.equal(installed.code, 0, installed.text);
    assert.equal(runTool(environment, 'packed-tool', ['a', 'b']).text, "packed ['a', 'b']\n");
    assert.match(zipListing(wheel), /^-rwxr-xr-x 1980\S* packed_tool-2\.0\.data\/scripts\/packed-tool$/m);
  });

  test('equal inputs give equal bytes, and SOURCE_DATE_EPOCH the time of all files', () => {
    const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
    const first = hash(build(project('modules', modules)));
    assert.equal(hash(build(project('again', modules))), first);
    const dated = build(project('again', modules), { SOURCE_DATE_EPOCH: '1700000000', TZ: 'Asia/Tokyo' });
    assert.notEqual(hash(dated), first);
    assert.match(zipListing(dated), /^-rw-r--r-- 2023-11-14T22:13:20 greeter_tool\.py$/m);
  });

  test('what changed is packed anew; nothing else is', () => {
    const workspace = project('modules', modules);
    build(workspace);
    const outcome = (): string =>
      (
        JSON.parse(oxd(['build', '--path', workspace, '--json']).stdout.trim().split('\n').at(-1) ?? '') as {
          outcome: string;
        }
      ).outcome;
    assert.equal(outcome(), 'unchanged');
    writeFileSync(join(workspace, 'greeter_tool.py'), 'def main():\n    print("hi")\n');
    assert.equal(outcome(), 'built');
  });

  test('a wheel is a file of a manifest, of a folder, and of build()', () => {
    const workspace = project(
      'elsewhere',
      `${modules}
def make_files():
    wheel = make_wheel()
    wheel.build_tag = "1x"
    files = FileManifest()
    files.add_file(wheel.to_file_content(), directory="wheels")
    print(wheel.write_to_directory("out"))
    wheel.build("other")
    return files

register_target("files", make_files, default=True)
`,
    );
    const built = oxd(['build', '--path', workspace]);
    assert.equal(built.code, 0, built.stderr);
    const name = 'greeter_tool-1.0-1x-py3-none-any.whl';
    const output = join(workspace, 'build');
    const triple = join(output, 'x86_64-unknown-linux-gnu/debug');
    const [first, ...others] = [
      join(triple, 'files/wheels', name),
      join(output, 'out', name),
      join(triple, 'other', name),
    ];
    assert.ok(built.stderr.includes(join(output, 'out', name)), built.stderr);
    for (const path of others) assert.ok(readFileSync(path).equals(readFileSync(first)), path);
  });
});

/** Mode, time and name of each file, as Python reads them. */
const zipListing = (path: string): string =>
  execFileSync(
    'python3',
    [
      '-c',
      `import stat, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
for i in archive.infolist():
    print(stat.filemode(i.external_attr >> 16), "%04d-%02d-%02dT%02d:%02d:%02d" % i.date_time, i.filename)`,
      path,
    ],
    { encoding: 'utf8' },
  );
