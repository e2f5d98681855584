// A Rust project built by oxd: its own program in place of our stub, cargo only when it must, and cargo's mistakes as ours.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type OxdResult, client, oxd, oxdEnvironment, sharedCache, stopDaemon } from './oxd.ts';

/** In one place, so that cargo's folder of it is found again: crates are compiled once. */
const project = join(sharedCache, 'rust-project/myapp');
const paths = {
  main: join(project, 'src/main.rs'),
  manifest: join(project, 'Cargo.toml'),
  lock: join(project, 'Cargo.lock'),
  config: join(project, 'pyoxidizer.bzl'),
};
type Text = keyof typeof paths;

/** Steps of a build that start cargo. */
const cargoSteps = (result: OxdResult): number =>
  [...result.stdout.matchAll(/"name":"(cargo|stub)"/g)].length;

suite('a Rust project and oxd', () => {
  const texts: Partial<Record<Text, string>> = {};
  before(() => {
    rmSync(project, { recursive: true, force: true });
    mkdirSync(dirname(project), { recursive: true });
    // S2 of the guide, as typed.
    const made = oxd(['init-rust-project', project]);
    assert.equal(made.code, 0, made.stderr);
    for (const name of Object.keys(paths) as Text[]) texts[name] = readFileSync(paths[name], 'utf8');
  });
  after(() => stopDaemon());

  const build = (...args: string[]): OxdResult => oxd(['build', '--json', ...args], { cwd: project });
  const replace = (name: Text, from: string, to: string): void =>
    writeFileSync(paths[name], (texts[name] ?? '').replace(from, to));
  const restore = (): void => {
    for (const name of Object.keys(paths) as Text[]) writeFileSync(paths[name], texts[name] ?? '');
  };

  test('S2: a new Rust project is a prompt, and its own program runs', () => {
    const run = oxd(['run'], { cwd: project, input: 'print("hello, world")\n' });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, 'hello, world\n');
    const output = join(project, 'build/x86_64-unknown-linux-gnu/debug/exe/myapp');
    assert.match(run.stderr, new RegExp(`^writing executable to ${output}$`, 'm'));
  });

  test('an edit of main.rs is in the program', () => {
    replace('main', 'fn main() {', 'fn main() {\n    println!("from Rust");');
    const run = oxd(['run'], { cwd: project, input: 'print("from Python")\n' });
    assert.equal(run.stdout, 'from Rust\nfrom Python\n', run.stderr);
  });

  test('equal inputs, and edits of Python, start no cargo', () => {
    restore();
    const back = build();
    assert.equal(back.code, 0, back.stdout);
    assert.equal(cargoSteps(back), 0, 'what main.rs was before is known');
    replace('config', '    exe = dist', '    config.run_command = "print(7)"\n\n    exe = dist');
    const edited = build();
    assert.equal(cargoSteps(edited), 0);
    assert.equal(oxd(['run'], { cwd: project }).stdout, '7\n');
    restore();
  });

  test('S7: extension modules in Rust, by the settings of the program', () => {
    // As C has it (PyModuleDef): pyo3's macros take longer to compile than all the rest.
    const source = `
use oxd_runtime::{ExtensionModule, PyObject};
unsafe extern "C" {
    fn PyModule_Create2(definition: *mut [usize; 13], api: i32) -> *mut PyObject;
}
extern "C" fn make_fast() -> *mut PyObject {
    let mut definition = [0; 13];
    definition[0] = 1;
    definition[5] = c"fast".as_ptr() as usize;
    definition[7] = usize::MAX;
    // Safety: Python calls it, with its lock held, and keeps the definition.
    unsafe { PyModule_Create2(Box::leak(Box::new(definition)), 1013) }
}
`;
    replace(
      'main',
      '    Interpreter::start(config)',
      `    let config =
        config.extra_extension_modules([ExtensionModule::new("fast", make_fast)]);
    Interpreter::start(config)`,
    );
    writeFileSync(
      paths.main,
      readFileSync(paths.main, 'utf8').replace('\nfn main()', `${source}\nfn main()`),
    );
    const input = 'import fast, sys; print(fast.__name__, sys.builtin_module_names.count("fast"))\n';
    const run = oxd(['run'], { cwd: project, input });
    assert.equal(run.stdout, 'fast 1\n', run.stderr);
    restore();
  });

  const rows: readonly {
    readonly name: string;
    readonly spoil: () => void;
    readonly args?: readonly string[];
    readonly code: number;
    readonly says: readonly RegExp[];
  }[] = [
    {
      name: 'a compile error',
      spoil: () => replace('main', 'fn main() {', 'fn main() {\n    let number: u32 = "text";'),
      code: 1,
      says: [
        /^error\[E0308\]: mismatched types\n +--> src\/main\.rs:9:23\n/m,
        /let number: u32 = "text";/,
        /Cannot compile the Rust code: one error/,
      ],
    },
    {
      name: 'a warning',
      spoil: () => replace('main', 'fn main() {', `fn main() {\n    let number_${Date.now()} = 1;`),
      code: 0,
      says: [/^warning: unused variable: `number_\d+`\n +--> src\/main\.rs:9:9\n/m],
    },
    {
      name: 'a crate that is not there, offline',
      spoil: () => replace('manifest', '\n[profile', 'no-such-crate-of-oxd = "1"\n\n[profile'),
      args: ['--offline'],
      code: 2,
      says: [/Cannot fetch a crate/, /no-such-crate-of-oxd/, /^hint: build once with the network/m],
    },
    {
      name: 'a lock file that does not fit',
      spoil: () => replace('manifest', '\n[profile', 'libc = "0.2"\n\n[profile'),
      args: ['--locked', '--offline'],
      code: 1,
      says: [/Cannot keep to the lock file .*\/myapp\/Cargo\.lock/, /^hint: .*`cargo update --workspace`/m],
    },
    {
      name: 'a path that leads nowhere',
      spoil: () => replace('manifest', '\n[profile', 'gone = { path = "gone" }\n\n[profile'),
      code: 1,
      says: [/Cannot read a manifest/, /gone\/Cargo\.toml/, /^hint: correct Cargo\.toml/m],
    },
    {
      name: 'a function that nobody has',
      spoil: () => {
        replace('main', 'fn main() {', 'fn main() {\n    unsafe { nobody_has_this() };');
        appendFileSync(paths.main, '\nunsafe extern "C" {\n    fn nobody_has_this();\n}\n');
      },
      code: 2,
      says: [
        /Cannot link the program\n.*undefined (reference to `|symbol: )nobody_has_this/,
        /^hint: .*cargo:rustc-link-lib=/m,
      ],
    },
    {
      name: 'a library that is not installed',
      spoil: () => {
        replace('main', 'fn main() {', 'fn main() {\n    unsafe { nobody_has_this() };');
        appendFileSync(
          paths.main,
          '\n#[link(name = "nolib")]\nunsafe extern "C" {\n    fn nobody_has_this();\n}\n',
        );
      },
      code: 2,
      says: [/(cannot find|unable to find library) -lnolib/, /^hint: install the library nolib/m],
    },
  ];
  for (const { name, spoil, args = [], code, says } of rows)
    test(`cargo tells: ${name}`, () => {
      spoil();
      const result = oxd(['build', ...args], { cwd: project });
      restore();
      assert.equal(result.code, code, result.stderr);
      for (const pattern of says) assert.match(result.stderr, pattern);
    });

  test('a diagnostic names the file by its whole path', () => {
    replace('main', 'fn main() {', 'fn main() {\n    let number: u32 = "text";');
    const { stdout } = build();
    restore();
    assert.ok(stdout.includes(`"file":"${paths.main}"`), stdout);
    assert.match(stdout, /"range":\{"start":\{"line":9,"column":23\}/);
  });

  test('Ctrl-C leaves no process, and a cache that can be used', { timeout: 120_000 }, async () => {
    replace('manifest', 'lto = "fat"', `lto = "fat"\nopt-level = ${1 + (Date.now() % 3)}`);
    const child = spawn(process.execPath, [client, 'build', '--release', '--json'], {
      cwd: project,
      env: oxdEnvironment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    let isAsked = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (isAsked || !said.includes('"name":"cargo"')) return;
      isAsked = true;
      child.kill('SIGINT');
    });
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 130, said);
    const works = readdirSync('/proc').filter(
      (pid) => /^\d+$/.test(pid) && commandOf(pid).includes(`${sharedCache}/cargo/projects`),
    );
    assert.deepEqual(works.map(commandOf), []);
    restore();
    assert.equal(build().code, 0);
  });

  test('other projects are no concern of oxd', () => {
    replace('manifest', 'oxd-runtime =', 'oxd-other =');
    const result = build();
    restore();
    assert.equal(result.code, 0, result.stdout);
    assert.doesNotMatch(result.stdout, /"name":"cargo"/);
  });
});

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
