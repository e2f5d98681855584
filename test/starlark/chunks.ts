// Chunked test files: lines of `---` separate programs, and `### "regexp"` (or backquotes) at the end of a line says that
// an error with such a message is expected there. `option:name` in a chunk sets a dialect switch for it.
import { readFileSync } from 'node:fs';
import type { DialectOptions } from '../../daemon/starlark/dialect.ts';
import { checkFile, evaluateFile, toDiagnostics } from '../../daemon/starlark/evaluate.ts';
import { equal } from '../../daemon/starlark/compare.ts';
import { callFunction, hostFunction } from '../../daemon/starlark/host.ts';
import { json } from '../../daemon/starlark/json.ts';
import { freezeValue } from '../../daemon/starlark/sequence.ts';
import { repr } from '../../daemon/starlark/repr.ts';
import { module, struct } from '../../daemon/starlark/struct.ts';
import { fail } from '../../daemon/starlark/trace.ts';
import type { Value } from '../../daemon/starlark/value.ts';

export type Chunk = {
  readonly source: string;
  /** Line in the file at which the chunk begins. */
  readonly line: number;
  readonly expected: ReadonlyMap<number, RegExp>;
  readonly options: DialectOptions;
};

/** Chunks are padded with empty lines, so that their line numbers are those of the file. */
export function readChunks(file: string): Chunk[] {
  const chunks: Chunk[] = [];
  let line = 1;
  for (const text of readFileSync(file, 'utf8').split(/^---\n/m)) {
    const source = '\n'.repeat(line - 1) + text;
    const options = Object.fromEntries([...text.matchAll(/option:(\w+)/g)].map(([, name]) => [name, true]));
    chunks.push({ source, line, expected: expectations(source), options });
    line += text.split('\n').length;
  }
  return chunks;
}

function expectations(source: string): Map<number, RegExp> {
  const expected = new Map<number, RegExp>();
  for (const [at, line] of source.split('\n').entries()) {
    const found = /### (?:"(.*)"|`(.*)`)\s*$/.exec(line);
    if (found !== null) expected.set(at + 1, new RegExp(found[1] ?? found[2] ?? ''));
  }
  return expected;
}

const assertions = new Map<string, Value>([
  ['struct', struct],
  ['module', module],
  ['json', json],
  [
    'assert_eq',
    hostFunction('assert_eq(x, y)', (x: Value, y: Value) => {
      if (!equal(x, y)) fail(`${repr(x)} != ${repr(y)}`);
      return null;
    }),
  ],
  [
    'assert_fails',
    hostFunction('assert_fails(f, message: str)', (f: Value, message: string) => {
      let got: string;
      try {
        got = `no error but ${repr(callFunction(f, []))}`;
      } catch (error) {
        got = toDiagnostics(error)[0]!.message;
        if (new RegExp(message).test(got)) return null;
      }
      return fail(`want an error like ${repr(message)}, got ${got}`);
    }),
  ],
  [
    'freeze',
    hostFunction('freeze(x)', (x: Value) => {
      freezeValue(x);
      return x;
    }),
  ],
]);

export type Problem = { readonly line: number; readonly message: string };

/** What a chunk did otherwise than it says. */
export function runChunk(file: string, chunk: Chunk, mode: 'exec' | 'check'): string[] {
  const { source, options } = chunk;
  const request = { file, source, options, predeclared: assertions };
  let found: Problem[];
  if (mode === 'check') {
    found = checkFile(request).map(({ range, message }) => ({ line: range?.start.line ?? 0, message }));
  } else {
    const result = evaluateFile(request);
    const diagnostics = 'diagnostics' in result ? result.diagnostics : [];
    found = diagnostics.map(({ stack, range, message }) => ({
      line: stack?.findLast((frame) => frame.file === file)?.line ?? range?.start.line ?? 0,
      message,
    }));
  }
  return differences(chunk.expected, found);
}

function differences(expected: ReadonlyMap<number, RegExp>, found: readonly Problem[]): string[] {
  const problems: string[] = [];
  const seen = new Set<number>();
  for (const { line, message } of found) {
    const pattern = expected.get(line);
    seen.add(line);
    if (pattern === undefined) problems.push(`line ${line}: unexpected error: ${message}`);
    else if (!pattern.test(message)) problems.push(`line ${line}: got error ${message}, want ${pattern}`);
  }
  for (const [line, pattern] of expected) {
    if (!seen.has(line)) problems.push(`line ${line}: no error, want ${pattern}`);
  }
  return problems;
}
