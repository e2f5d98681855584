// What a process leaves in the folder that `write_modules_directory_env` names, however it ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { InterpreterConfig } from '../../../daemon/executable/interpreter-config.ts';
import { buildStub, packFolder, memoryLayer, testPython, writeExecutable } from './packing.ts';

const python = testPython();
const stub = buildStub(python);
const folder = mkdtempSync(join(tmpdir(), 'oxd use '));
after(() => rmSync(folder, { recursive: true, force: true }));

const sources = join(folder, 'sources');
for (const [path, text] of Object.entries({
  'app/__init__.py': '',
  'app/work.py': 'def double(x):\n    import colorsys\n    return 2 * x\n',
  'app/read.txt': 'read',
  'app/unread.txt': 'unread',
  'app/broken.py': 'raise ImportError("broken")\n',
})) {
  mkdirSync(join(sources, path, '..'), { recursive: true });
  writeFileSync(join(sources, path), text);
}

let programs = 0;
type Records = {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  /** The lines of each file, by kind: "modules" or "files". */
  readonly records: Readonly<Record<string, readonly (readonly string[])[]>>;
};

/** Runs a program that is told to record, and reads what it left. */
async function record(
  code: string,
  config: Partial<InterpreterConfig>,
  variable = 'RECORD',
): Promise<Records> {
  const output = join(folder, `program-${++programs}`);
  const target = join(folder, `records-${programs}`);
  mkdirSync(target);
  const { files, modules } = packFolder(python, sources, '');
  await writeExecutable(python, {
    output,
    stub,
    run: { mode: 'eval', code: `import os, sys\n${code}` },
    layers: [memoryLayer(files, modules)],
    config,
  });
  const { status, signal, stderr } = spawnSync(output, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', [variable]: target },
  });
  const names = readdirSync(target);
  const records = Object.groupBy(names, (name) => name.slice(0, name.indexOf('-')));
  const lines = (name: string): string[] =>
    readFileSync(join(target, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  return {
    status,
    signal,
    stderr,
    records: Object.fromEntries(
      Object.entries(records).map(([kind, files]) => [kind, (files ?? []).map(lines)]),
    ),
  };
}

const modulesOf = ({ records }: Records): readonly (readonly string[])[] => records['modules'] ?? [];
const isSorted = (lines: readonly string[]): boolean => lines.join('\n') === lines.toSorted().join('\n');

const endings: [what: string, code: string, end: number | string, sorted: boolean][] = [
  ['the end of the program', '', 0, true],
  ['sys.exit', 'sys.exit(3)', 3, true],
  ['an exception', '1 / 0', 1, true],
  ['os._exit', 'os._exit(4)', 4, false],
  ['SIGTERM', 'os.kill(os.getpid(), 15)', 'SIGTERM', false],
  ['SIGKILL', 'os.kill(os.getpid(), 9)', 'SIGKILL', false],
  ['abort', 'os.abort()', 'SIGABRT', false],
];
suite('modules are on record', () => {
  for (const [what, code, end, sorted] of endings)
    test(`after ${what}`, async () => {
      const result = await record(`import app.work, colorsys\nimport app.work\n${code}`, {
        writeModulesDirectoryEnv: 'RECORD',
      });
      assert.equal(result.signal ?? result.status, end, result.stderr);
      const [lines = [], ...others] = modulesOf(result);
      assert.deepEqual(others, []);
      for (const name of ['app', 'app.work', 'colorsys', 'os', 'sys', 'encodings.utf_8'])
        assert.ok(lines.includes(name), `${name} in ${lines.join()}`);
      assert.equal(new Set(lines).size, lines.length, 'each once');
      if (sorted) assert.ok(isSorted(lines), lines.join());
    });

  for (const method of ['fork', 'spawn', 'forkserver'])
    test(`in children of multiprocessing by ${method}`, async () => {
      const result = await record(
        `if __name__ == "__main__":
    import multiprocessing as m
    from app.work import double
    process = m.get_context("${method}").Process(target=double, args=(1,))
    process.start(); process.join(); print(process.exitcode)
`,
        { writeModulesDirectoryEnv: 'RECORD' },
      );
      assert.equal(result.status, 0, result.stderr);
      const children = modulesOf(result).filter((lines) => lines.includes('colorsys'));
      assert.equal(children.length, 1, 'what only the child imports');
      assert.ok(children[0]?.includes('app.work'), 'with what it has from its parent');
    });

  test('of the interpreter', async () => {
    const result = await record(
      'import subprocess; subprocess.run([sys.executable, "-c", "import colorsys"], check=True)',
      { writeModulesDirectoryEnv: 'RECORD' },
    );
    assert.equal(modulesOf(result).filter((lines) => lines.includes('colorsys')).length, 1, result.stderr);
  });

  test('also those that were removed again, and not those that are not there', async () => {
    const result = await record(
      'import app.work; del sys.modules["app.work"]\ntry:\n  import nowhere\nexcept ImportError: pass\nimport colorsys; os._exit(0)',
      { writeModulesDirectoryEnv: 'RECORD' },
    );
    const [lines = []] = modulesOf(result);
    assert.ok(lines.includes('app.work') && lines.includes('colorsys'));
    assert.ok(!lines.includes('nowhere'));
  });

  test('descriptors are not held open', async () => {
    const result = await record('os.closerange(3, 100); import colorsys; os._exit(0)', {
      writeModulesDirectoryEnv: 'RECORD',
    });
    assert.ok(modulesOf(result)[0]?.includes('colorsys'));
  });

  test('a folder that is not there is named', async () => {
    const output = join(folder, `program-${++programs}`);
    const config = { writeModulesDirectoryEnv: 'RECORD' };
    await writeExecutable(python, { output, stub, run: { mode: 'eval', code: 'print(1)' }, config });
    const result = spawnSync(output, { encoding: 'utf8', env: { RECORD: '/nowhere/at/all' } });
    assert.equal(result.stdout, '1\n');
    assert.match(result.stderr, /^Cannot write "\/nowhere\/at\/all\/modules-.*No such file/);
  });
});

suite('files are on record', () => {
  const read = 'import app.work\nroot = os.path.dirname(app.__file__)\n';
  test('those that were read, once, by whatever call', async () => {
    const result = await record(
      `${read}for _ in range(3): open(root + "/read.txt").read()\nimport colorsys\nos.kill(os.getpid(), 9)`,
      { recordUseDirectoryEnv: 'RECORD' },
    );
    const [lines = []] = result.records['files'] ?? [];
    assert.deepEqual(
      lines.filter((path) => path.endsWith('.txt')),
      ['app/read.txt'],
    );
    assert.ok(modulesOf(result)[0]?.includes('app.work'), 'and modules with them');
  });

  test('not in a program that does not ask for it', async () => {
    const result = await record(`${read}open(root + "/read.txt").read()`, {
      writeModulesDirectoryEnv: 'RECORD',
    });
    assert.deepEqual(Object.keys(result.records), ['modules']);
    assert.deepEqual((await record(read, {})).records, {});
    assert.deepEqual((await record(read, { recordUseDirectoryEnv: 'RECORD' }, 'OTHER')).records, {});
  });
});

test('who misses a module of a trimmed program is told about the list', async () => {
  const missing = await record('import nowhere', { trimmedBy: 'pyoxidizer-trim.txt' });
  assert.match(
    missing.stderr,
    /ModuleNotFoundError: No module named 'nowhere'\nnote: only the modules in pyoxidizer-trim\.txt are packed/,
  );
  assert.doesNotMatch((await record('import nowhere', {})).stderr, /note:/);
  assert.doesNotMatch((await record('1 / 0', { trimmedBy: 'x' })).stderr, /note:/);
});
