// Programs that embed Python through the crate, built by cargo as a user's are: the public interface from outside.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { findPayload } from '../daemon/executable/elf.ts';
import { testPython, writeExecutable } from './daemon/executable/packing.ts';
import { cargo, cargoTarget, crateFeatures } from './support/embedding-cargo.ts';

type Row = {
  readonly name: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly code?: number;
  /** Lines of standard output; "EXE" is the running program, "PYTHON" its version. */
  readonly out: readonly (string | RegExp)[];
};

const python = testPython();

/** Writes the payload of an executable to a file of its own. */
function payloadOf(executable: string, output: string): string {
  const bytes = readFileSync(executable);
  const found = findPayload((offset, length) => bytes.subarray(offset, offset + length));
  assert.ok(found);
  writeFileSync(output, bytes.subarray(found.offset, found.offset + found.length));
  return output;
}

const missing = (name: string) => `ModuleNotFoundError: No module named '${name}'`;

const rows: readonly Row[] = [
  { name: 'once', out: ['EXE/lib/pythonPYTHON/json/__init__.py'] },
  {
    name: 'sequence',
    out: [
      `["fast"]: 42; ${missing('other')}; [1, 1, 0, 1]`,
      `["other"]: ${missing('fast')}; the other one; [1, 0, 1, 1]`,
      `[]: ${missing('fast')}; ${missing('other')}; [1, 0, 0, 1]`,
      `["fast", "other"]: 42; the other one; [1, 1, 1, 1]`,
      `["fast"]: 42; ${missing('other')}; [1, 1, 0, 1]`,
    ],
  },
  {
    name: 'settings',
    out: [
      "(0, 0, 1, False, False, ['EXE', 'settings'], 'pythonPYTHON')",
      "(2, 1, 1, True, False, ['one', 'two'], 'pythonPYTHON')",
      "(0, 0, 1, False, True, ['EXE', 'settings'], 'plugins')",
      "(0, 0, 1, False, False, ['EXE', 'settings'], 'pythonPYTHON')",
    ],
  },
  { name: 'run', out: ['7', 'at exit', '0', '1', '1', '0'] },
  { name: 'threads', out: ['56'] },
  {
    // Whether the raw, mem and obj domains of Python are mimalloc's, and whether Rust's memory is.
    name: 'allocators',
    out: [
      '[false, false, false] true',
      '[false, false, false] true',
      '[true, false, false] true',
      '[true, true, true] true',
      // Rust's allocator is mimalloc in this program.
      '[true, true, true] true',
      /^Cannot give Python its allocators: this program has mimalloc, and not jemalloc\. Add the feature allocator-j/,
      // One after the other in one process.
      '[true, true, true] true',
      /^Cannot give Python its allocators: those of the first interpreter stay as long as the process\. Give all/,
      '[true, true, true] true',
    ],
  },
  { name: 'child', out: ["EXE/lib/pythonPYTHON/json/__init__.py ['-c']"] },
  { name: 'packed', code: 3, out: ["['EXE', 'packed'] EXE/"] },
  {
    name: 'errors',
    out: [
      'Cannot start an interpreter: this process has one already. Finalize that one, or drop it',
      /^Cannot add the extension module "fast": there is a built-in module of that name already/,
      /^Cannot add the extension module "sys": there is a built-in module of that name already/,
      /^Cannot read packed resources from "\/nowhere": No such file .*Check that the file is there/,
      /^The packed resources are damaged: its payload is cut short/,
      /^Cannot find packed resources: nothing is packed into "\/bin\/true"/,
      /^The packed resources are damaged/,
      /^Err\("Cannot understand the configuration: \\"pythonVersion\\" is missing/,
      "Python's command line asks to end with code 0. End the program with it",
      'Python raised an exception that nobody caught',
      'Traceback (most recent call last):',
      /^ {2}File "<string>", line 1, in <module>$/,
      'ZeroDivisionError: division by zero',
      'Python raised an exception that nobody caught',
      '  File "<string>", line 1',
      '    sys.exit(',
      /^ +\^$/,
      "SyntaxError: '(' was never closed",
      '5',
      // What C's library had buffered until the first interpreter after it ended.
      'Python PYTHON',
      /^Python cannot start: init_fs_encoding: failed to get the Python codec/,
      /^Python cannot start: .*an earlier start failed half-way/,
    ],
  },
];

suite('a program that embeds Python', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-embedding-'));
  const bare = join(folder, 'bare');
  const packed = join(folder, 'packed');
  /** Somebody else's executable, with the same tree. */
  const image = join(folder, 'image');
  before(async () => {
    cargo('test/embedding/rust', ['build']);
    copyFileSync(join(cargoTarget, 'debug/embedding'), bare);
    const code = 'import sys; print(sys.argv, sys.path[-1]); sys.exit(3)';
    const run = { mode: 'eval', code } as const;
    await writeExecutable(python, { output: packed, stub: bare, run });
    await writeExecutable(python, { output: image, stub: bare, run });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const check = (executable: string, row: Row): void => {
    const result = spawnSync(executable, [row.name], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...row.environment },
    });
    assert.equal(result.status, row.code ?? 0, result.stdout + result.stderr);
    const lines = result.stdout.trimEnd().split('\n');
    for (const [index, expected] of row.out.entries()) {
      if (expected instanceof RegExp) assert.match(lines[index] ?? '', expected);
      else
        assert.equal(
          lines[index]?.replace(/^(Python \d+\.\d+)\.\d.*$/, '$1'),
          expected.replaceAll('EXE', executable).replaceAll('PYTHON', python.version),
        );
    }
    assert.equal(lines.length, row.out.length, result.stdout);
  };

  for (const row of rows) test(row.name, () => check(packed, row));
  const elsewhere = rows.filter(({ name }) => ['once', 'child', 'packed'].includes(name));
  for (const row of elsewhere) {
    test(`${row.name}: resources in a file`, () =>
      check(bare, { ...row, environment: { PACKED_RESOURCES: image } }));
  }
  test('once: resources in memory', () =>
    check(bare, {
      name: 'once',
      environment: { PACKED_RESOURCES: payloadOf(image, join(folder, 'payload')), AS_BYTES: '1' },
      out: ['EXE/lib/pythonPYTHON/json/__init__.py'],
    }));

  test('a large library is mapped from the file with the resources', () =>
    check(bare, {
      name: 'mapped',
      environment: { PACKED_RESOURCES: image },
      out: ['true LATIN SMALL LETTER X'],
    }));
  test('it is copied once the file is another one', () => {
    const replaced = join(folder, 'replaced');
    copyFileSync(image, replaced);
    check(bare, {
      name: 'replaced',
      environment: { PACKED_RESOURCES: replaced },
      out: ['false LATIN SMALL LETTER X'],
    });
  });

  test('its documentation has no warnings', () =>
    cargo('runtime', ['doc', '--no-deps', ...crateFeatures], { RUSTDOCFLAGS: '-D warnings' }));

  test('the examples in it run', () => {
    const link = ['-Wl,--whole-archive', python.archive, '-Wl,--no-whole-archive', python.libraries];
    const flags = link.flatMap((text) => (text ?? '').split(' ')).map((argument) => `-Clink-arg=${argument}`);
    cargo('runtime', ['test', '--doc', ...crateFeatures], {
      RUSTDOCFLAGS: ['-D warnings', ...flags].join(' '),
      OXD_DOC_RESOURCES: image,
    });
  });
});
