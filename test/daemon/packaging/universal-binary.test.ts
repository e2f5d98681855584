// Universal binaries, judged by LLVM's lipo and objdump. The inputs are made by LLVM's assembler.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test, type TestContext } from 'node:test';

import { machOSlices } from '../../../daemon/packaging/mach-o.ts';
import { placed, universalContent } from '../../../daemon/packaging/universal-binary.ts';
import { contentOfFile } from '../../../daemon/targets/placed-files.ts';
import { Failure } from '../../../protocol/failure.ts';
import { needs, outputOf, programNamed } from '../../support/programs.ts';
import { packagingContext } from './packaging-context.ts';

const assembler = programNamed('llvm-mc');
const lipo = programNamed('llvm-lipo');
const objdump = programNamed('llvm-objdump');
const tools = needs({ 'llvm-mc': assembler, 'llvm-lipo': lipo, 'llvm-objdump': objdump });

suite('universal binaries', { concurrency: false, ...tools }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'oxd-universal-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const object = (architecture: string, name = architecture): string => {
    const source = join(folder, `${name}.s`);
    writeFileSync(source, `.globl _${name}\n_${name}:\n${'  ret\n'.repeat(name.length)}`);
    const path = join(folder, `${name}.o`);
    outputOf(assembler!, [`--triple=${architecture}-apple-macos11`, '--filetype=obj', '-o', path, source]);
    return path;
  };
  const joined = async (t: TestContext, output: string, inputs: readonly string[]): Promise<string> => {
    const { context } = packagingContext(t);
    const contents = inputs.map((path) => contentOfFile(context, path));
    const content = await universalContent(context, output, contents);
    const bytes = context.cache.blobs.get(content.sha256);
    assert.ok(bytes !== undefined && bytes.length === content.size);
    const path = join(folder, output);
    writeFileSync(path, bytes);
    return path;
  };

  test('lipo and objdump read it, and take each input out again', async (t) => {
    const [intel, arm] = [object('x86_64'), object('arm64')];
    const path = await joined(t, 'both', [arm, intel]);
    assert.match(outputOf(lipo!, ['-info', path]), /are: x86_64 arm64\s*$/);
    assert.match(
      outputOf(objdump!, ['--macho', '--universal-headers', path]),
      /architecture x86_64[^]*align 2\^12 \(4096\)[^]*architecture arm64[^]*offset 16384[^]*align 2\^14 \(16384\)/,
    );
    for (const [name, input] of [
      ['x86_64', intel],
      ['arm64', arm],
    ] as const) {
      const thin = join(folder, `${name}.thin`);
      outputOf(lipo!, [path, '-thin', name, '-output', thin]);
      assert.ok(readFileSync(thin).equals(readFileSync(input)), name);
    }
  });

  test('the order of inputs does not matter, and universal inputs are taken apart', async (t) => {
    const [intel, arm, old] = [object('x86_64'), object('arm64'), object('i386')];
    const path = await joined(t, 'first', [arm, intel]);
    assert.ok(readFileSync(await joined(t, 'second', [intel, arm])).equals(readFileSync(path)));
    const three = await joined(t, 'three', [path, old]);
    assert.match(outputOf(lipo!, ['-archs', three]), /^i386 x86_64 arm64\s*$/);
    const made = join(folder, 'of-lipo');
    outputOf(lipo!, [intel, arm, '-create', '-output', made]);
    assert.match(outputOf(lipo!, ['-archs', await joined(t, 'four', [made, old])]), /^i386 x86_64 arm64\s*$/);
  });

  const mistakes: readonly (readonly [what: string, inputs: () => readonly string[], message: RegExp])[] = [
    [
      'two inputs for one architecture',
      () => [object('arm64'), object('x86_64'), object('arm64', 'another')],
      /universal binary bad: .*arm64\.o and .*another\.o are both for arm64/,
    ],
    [
      'a program for Linux',
      () => ['/proc/self/exe'],
      /universal binary bad: \/proc\/self\/exe is not a Mach-O file/,
    ],
    [
      'a Java class, which begins alike',
      () => {
        const path = join(folder, 'A.class');
        writeFileSync(path, Buffer.from('cafebabe00000034001d0a0006000f09', 'hex'));
        return [path];
      },
      /is not a Mach-O file/,
    ],
    [
      'a file that was cut off',
      () => {
        const path = join(folder, 'cut');
        const made = join(folder, 'whole');
        outputOf(lipo!, [object('arm64'), object('x86_64'), '-create', '-output', made]);
        writeFileSync(path, readFileSync(made).subarray(0, -1));
        return [path];
      },
      /is not a Mach-O file/,
    ],
  ];
  for (const [what, inputs, message] of mistakes)
    test(`refused: ${what}`, async (t) => {
      await assert.rejects(joined(t, 'bad', inputs()), (error) => {
        assert.ok(
          error instanceof Failure && error.kind === 'input' && error.hint !== undefined,
          String(error),
        );
        assert.match(error.message, message);
        return true;
      });
    });
});

test('above 4 GB the header is the wide one', () => {
  const slice = { path: '', subtype: 3, subtypeField: 3, offset: 0 };
  const wide = placed([
    { ...slice, cpu: 0x0100000c, size: 3 * 2 ** 30 },
    { ...slice, cpu: 0x01000007, size: 2 * 2 ** 30 },
  ]);
  assert.equal(wide.isWide, true);
  assert.deepEqual(
    wide.slices.map(({ cpu, at }) => [cpu, at]),
    [
      [0x01000007, 4096],
      [0x0100000c, 2 * 2 ** 30 + 16384],
    ],
  );
  assert.equal(placed([{ ...slice, cpu: 0x0100000c, size: 1 }]).isWide, false);
});

test('what is no Mach-O has no slices', () => assert.equal(machOSlices(process.execPath), undefined));
